// SPDX-License-Identifier: Apache-2.0
#include "media/demuxer.hpp"

#include "media/h26x.hpp"
#include "media/jpeg_header.hpp"
#include "media/test_media.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace vantage {
namespace {

struct Contents {
    std::vector<TrackSet> tracks;
    std::vector<DemuxedFrame> video, audio;
    std::optional<Error> error;
};

Contents read_all(Demuxer& demuxer) {
    Contents out;
    for (;;) {
        auto item = demuxer.next();
        if (!item) {
            out.error = item.error();
            return out;
        }
        if (std::holds_alternative<EndOfInput>(*item)) return out;
        if (auto* tracks = std::get_if<TrackSet>(&*item)) out.tracks.push_back(*tracks);
        if (auto* frame = std::get_if<DemuxedFrame>(&*item))
            (frame->track == TrackKind::video ? out.video : out.audio).push_back(std::move(*frame));
    }
}

Contents read_all(const std::filesystem::path& path) {
    auto demuxer = Demuxer::open(path.string(), {}, {});
    if (demuxer) return read_all(**demuxer);
    Contents out;
    out.error = demuxer.error();
    return out;
}

int count_keys(const std::vector<DemuxedFrame>& frames) {
    return static_cast<int>(std::count_if(frames.begin(), frames.end(), [](const auto& frame) { return frame.key; }));
}

TEST(Demuxer, FramesOfAnMp4AreAccessUnitsWithoutParameterSets) {
    VANTAGE_MEDIA_OR_SKIP(file, "footage/intel_pbc_cam.mp4");
    const auto contents = read_all(file);
    ASSERT_EQ(contents.tracks.size(), 1U);
    const auto& track = contents.tracks[0].video.value();
    EXPECT_EQ(track.codec, Codec::h264);
    EXPECT_EQ(track.width, 768);
    EXPECT_EQ(track.height, 432);
    EXPECT_GT(contents.video.size(), 400U);
    EXPECT_GT(count_keys(contents.video), 10);
    EXPECT_TRUE(contents.video.at(0).key);
    for (const auto& frame : contents.video) {
        EXPECT_TRUE(frame.pts);
        EXPECT_GT(frame.duration, Ticks{0});
        EXPECT_TRUE(h26x::for_each_length_prefixed(frame.data, 4, [](ByteView nal) {
            const auto kind = h26x::classify(Codec::h264, nal);
            EXPECT_TRUE(kind != h26x::Nal::sps && kind != h26x::Nal::pps && kind != h26x::Nal::delimiter);
        }));
    }
}

// Frames of this file begin with units of 256 to 511 bytes: 00 00 01 xx is a length there, not a start code.
TEST(Demuxer, LengthsThatLookLikeStartCodesAreLengths) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/intra_refresh_no_idr.mp4");
    const auto contents = read_all(path);
    ASSERT_EQ(contents.tracks.size(), 1U);  // and no slice was taken for a parameter set
    EXPECT_EQ(contents.tracks[0].video->config.size(), 44U);
    ASSERT_EQ(contents.video.size(), 120U);
    std::size_t slices = 0;
    for (const auto& frame : contents.video) {
        ASSERT_TRUE(h26x::for_each_length_prefixed(frame.data, 4, [&](ByteView nal) {
            const auto kind = h26x::classify(Codec::h264, nal);
            slices += kind == h26x::Nal::slice || kind == h26x::Nal::idr ? 1 : 0;
        }));
        EXPECT_FALSE(frame.damaged);
    }
    EXPECT_EQ(slices, 240U);
}

TEST(Demuxer, AnnexBInATransportStreamGivesTheSameForm) {
    VANTAGE_MEDIA_OR_SKIP(file, "odd/ts/bear-640x360-hevc.ts");
    const auto contents = read_all(file);
    ASSERT_FALSE(contents.tracks.empty());
    EXPECT_EQ(contents.tracks[0].video.value().codec, Codec::h265);
    EXPECT_EQ(contents.tracks[0].video->width, 640);
    EXPECT_FALSE(contents.tracks[0].video->config.empty());
    EXPECT_GT(contents.video.size(), 50U);
    for (const auto& frame : contents.video)
        EXPECT_TRUE(h26x::for_each_length_prefixed(frame.data, 4, [](ByteView nal) { EXPECT_FALSE(nal.empty()); }));
}

TEST(Demuxer, AacLosesItsAdtsHeader) {
    VANTAGE_MEDIA_OR_SKIP(file, "odd/ts/bear-640x360_ptswraparound.ts");
    const auto contents = read_all(file);
    ASSERT_FALSE(contents.tracks.empty());
    const auto& audio = contents.tracks.back().audio.value();
    EXPECT_EQ(audio.codec, Codec::aac);
    EXPECT_EQ(audio.config.size(), 2U);
    EXPECT_EQ(audio.sample_rate, 44100);
    ASSERT_FALSE(contents.audio.empty());
    for (const auto& frame : contents.audio)
        EXPECT_FALSE(frame.data.size() > 1 && frame.data[0] == 0xFF && frame.data[1] >= 0xF0);
}

TEST(Demuxer, NewParametersComeBeforeTheFramesThatNeedThem) {
    VANTAGE_MEDIA_OR_SKIP(file, "odd/made/sps_change.h264");
    auto demuxer = Demuxer::open(file, {}, {}).value();
    std::vector<int> widths;
    bool key_follows = true;
    for (auto item = demuxer->next(); item && !std::holds_alternative<EndOfInput>(*item); item = demuxer->next()) {
        if (const auto* tracks = std::get_if<TrackSet>(&*item)) {
            widths.push_back(tracks->video.value().width);
            key_follows = false;
        } else if (!std::exchange(key_follows, true)) {
            EXPECT_TRUE(std::get<DemuxedFrame>(*item).key);
        }
    }
    ASSERT_GE(widths.size(), 2U);
    EXPECT_NE(widths[0], widths[1]);
}

TEST(Demuxer, RewindGivesTheSameFramesAgain) {
    VANTAGE_MEDIA_OR_SKIP(file, "odd/made/h264_aac16k.mp4");
    auto demuxer = Demuxer::open(file, {}, {}).value();
    const auto first = read_all(*demuxer);
    ASSERT_TRUE(demuxer->rewind());
    const auto second = read_all(*demuxer);
    ASSERT_EQ(first.video.size(), second.video.size());
    EXPECT_GT(first.audio.size(), 10U);
    EXPECT_LE(first.audio.size() - second.audio.size(), 1U);  // FFmpeg leaves AAC's priming out after a seek
    for (std::size_t i = 0; i < first.video.size(); ++i) {
        EXPECT_EQ(first.video[i].data, second.video[i].data);
        EXPECT_EQ(first.video[i].pts, second.video[i].pts);
    }
}

TEST(Demuxer, MjpegKnowsItsSize) {
    VANTAGE_MEDIA_OR_SKIP(file, "odd/made/mjpeg.mkv");
    const auto contents = read_all(file);
    ASSERT_FALSE(contents.video.empty());
    const auto header = parse_jpeg(contents.video[0].data).value();
    EXPECT_EQ(contents.tracks.at(0).video.value().width, header.width);
    EXPECT_EQ(contents.tracks.at(0).video.value().height, header.height);
}

TEST(Demuxer, WithoutAudioNoneIsRead) {
    VANTAGE_MEDIA_OR_SKIP(file, "odd/made/h264_pcma.mkv");
    EXPECT_EQ(read_all(file).tracks.at(0).audio.value().codec, Codec::pcma);
    DemuxerOptions options;
    options.audio = false;
    const auto contents = read_all(*Demuxer::open(file, options, {}).value());
    EXPECT_FALSE(contents.tracks.at(0).audio);
    EXPECT_TRUE(contents.audio.empty());
}

// What can't be read is refused with a word on it; nothing crashes, nothing hangs.
TEST(Demuxer, EveryOddFileIsReadOrRefused) {
    VANTAGE_MEDIA_OR_SKIP(folder, "odd");
    int files = 0, played = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto kind = entry.path().parent_path().filename();
        if (!entry.is_regular_file() || kind == "rtp" || kind == "rtsp_replies" || kind == "rtsp_seeds") continue;
        ++files;
        const auto contents = read_all(entry.path());
        if (contents.error) {
            EXPECT_FALSE(contents.error->message.empty());
            EXPECT_NE(contents.error->code, errc::internal) << entry.path();
        }
        played += !contents.video.empty();
        const bool frames = !contents.video.empty() || !contents.audio.empty();
        EXPECT_FALSE(frames && contents.tracks.empty()) << entry.path();
    }
    EXPECT_GT(files, 60);
    EXPECT_GT(played, 50);
}

TEST(Demuxer, MissingFilesAndForeignContentAreSaid) {
    EXPECT_EQ(Demuxer::open("/nowhere/at/all.mp4", {}, {}).error().code, errc::not_found);
    const auto path = std::filesystem::temp_directory_path() / "vantage_demuxer_test.txt";
    std::ofstream{path} << "this is no video\n";
    EXPECT_FALSE(Demuxer::open(path.string(), {}, {}));
    std::filesystem::remove(path);
}

TEST(Demuxer, AStopEndsIt) {
    VANTAGE_MEDIA_OR_SKIP(file, "footage/intel_pbc_cam.mp4");
    std::stop_source stop;
    auto demuxer = Demuxer::open(file, {}, stop.get_token()).value();
    EXPECT_TRUE(demuxer->next());
    stop.request_stop();
    Result<Demuxed> item = demuxer->next();
    for (int i = 0; item && i < 1000; ++i) item = demuxer->next();
    EXPECT_EQ(item.error().code, errc::cancelled);
}

}  // namespace
}  // namespace vantage
