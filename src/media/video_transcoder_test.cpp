// SPDX-License-Identifier: Apache-2.0
#include "media/video_transcoder.hpp"

#include "media/h26x.hpp"
#include "media/jpeg.hpp"
#include "media/picture_decoder.hpp"
#include "media/test_clip.hpp"
#include "media/test_media.hpp"
#include "media/test_packets.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace vantage {
namespace {

using namespace std::chrono_literals;

const MediaTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 12h};

Track mjpeg_track() {
    Track track;
    track.codec = Codec::mjpeg;
    return track;
}

struct Coded {
    MediaTime pts;
    bool key;
    Bytes data;
};

// A transcoder and what came out of it.
struct Bench {
    explicit Bench(const Track& in) {
        transcoder =
            VideoTranscoder::make(
                in, {},
                {.on_track = [this](const Track& track) { tracks.push_back(track); },
                 .on_frame = [this](MediaTime pts, bool key, Bytes data) { frames.push_back({pts, key, std::move(data)}); }})
                .value();
    }
    std::unique_ptr<VideoTranscoder> transcoder;
    std::vector<Track> tracks;
    std::vector<Coded> frames;
};

// Means of the three planes.
std::array<double, 3> colour(const AVFrame& picture) {
    std::array<double, 3> out{};
    for (std::size_t plane = 0; plane < 3; ++plane) {
        const int width = plane == 0 ? picture.width : picture.width / 2;
        const int height = plane == 0 ? picture.height : picture.height / 2;
        double sum = 0;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) sum += picture.data[plane][y * picture.linesize[plane] + x];
        out.at(plane) = sum / (width * height);
    }
    return out;
}

TEST(VideoTranscoder, TakesARealRecording) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/mjpeg.mkv");
    const auto clip = test::read_clip(path, kStart);
    ASSERT_EQ(clip.tracks.video->codec, Codec::mjpeg);
    Bench bench(*clip.tracks.video);
    for (const auto& packet : clip.packets) ASSERT_TRUE(bench.transcoder->push(packet->pts(), packet->data));
    ASSERT_EQ(bench.tracks.size(), 1U);
    EXPECT_EQ(bench.tracks[0].codec, Codec::h264);
    EXPECT_EQ(bench.tracks[0].width, 320);
    EXPECT_EQ(bench.tracks[0].height, 180);
    EXPECT_EQ(bench.tracks[0].reorder_depth, 0);
    ASSERT_EQ(bench.frames.size(), clip.packets.size());  // each at once
    for (std::size_t i = 0; i < bench.frames.size(); ++i) {
        EXPECT_EQ(bench.frames[i].pts, clip.packets[i]->pts());
        bool idr = false, sets = false;
        ASSERT_TRUE(h26x::for_each_length_prefixed(bench.frames[i].data, 4, [&](ByteView nal) {
            const auto kind = h26x::classify(Codec::h264, nal);
            idr = idr || kind == h26x::Nal::idr;
            sets = sets || kind == h26x::Nal::sps || kind == h26x::Nal::pps;
        }));
        EXPECT_EQ(idr, bench.frames[i].key);
        EXPECT_FALSE(sets);
    }
}

TEST(VideoTranscoder, KeepsTheColoursAndDecodesFromItsTrackAlone) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/mjpeg.mkv");
    const auto clip = test::read_clip(path, kStart);
    Bench bench(*clip.tracks.video);
    ASSERT_TRUE(bench.transcoder->push(kStart, clip.packets[0]->data));
    auto before = libav::PictureDecoder::open(*clip.tracks.video).value();
    auto after = libav::PictureDecoder::open(bench.tracks.at(0)).value();
    const auto* jpeg = before.decode(clip.packets[0]->data).value();
    const auto* h264 = after.decode(bench.frames.at(0).data).value();
    EXPECT_EQ(h264->colorspace, AVCOL_SPC_SMPTE170M);
    EXPECT_EQ(h264->color_range, AVCOL_RANGE_MPEG);
    const auto full = colour(*jpeg), limited = colour(*h264);
    EXPECT_NEAR(limited[0], 16 + full[0] * 219 / 255, 1.5);
    EXPECT_NEAR(limited[1], 128 + (full[1] - 128) * 224 / 255, 1.5);
    EXPECT_NEAR(limited[2], 128 + (full[2] - 128) * 224 / 255, 1.5);
}

TEST(VideoTranscoder, KeyFramesComeByTime) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/mjpeg.mkv");
    const auto jpeg = test::read_clip(path, kStart).packets.at(0)->data;
    Bench bench(mjpeg_track());
    for (int n = 0; n < 10; ++n) ASSERT_TRUE(bench.transcoder->push(kStart + 700ms * n, jpeg));
    std::vector<int> keys;
    for (int n = 0; n < 10; ++n)
        if (bench.frames.at(static_cast<std::size_t>(n)).key) keys.push_back(n);
    EXPECT_EQ(keys, (std::vector{0, 3, 6, 9}));
}

TEST(VideoTranscoder, SaysWhenTheSizeChanges) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/mjpeg.mkv");
    const auto jpeg = test::read_clip(path, kStart).packets.at(0)->data;
    const auto small = make_jpeg(mjpeg_track(), jpeg, {.max_width = 160}).value();
    Bench bench(mjpeg_track());
    int n = 0;
    for (const auto* picture : {&jpeg, &jpeg, &small, &small, &jpeg})
        ASSERT_TRUE(bench.transcoder->push(kStart + 40ms * n++, *picture));
    ASSERT_EQ(bench.tracks.size(), 3U);
    EXPECT_EQ(bench.tracks[1].width, 160);
    EXPECT_EQ(bench.tracks[1].height, 90);
    std::vector<bool> keys;
    for (const auto& frame : bench.frames) keys.push_back(frame.key);
    EXPECT_EQ(keys, (std::vector{true, false, true, false, true}));
}

TEST(VideoTranscoder, PassesOverWhatIsBrokenAndGoesOn) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/mjpeg/bear.mjpeg");
    const auto stream = test::read_file(path);
    const Bytes end{0xff, 0xd9};
    const auto found = std::search(stream.begin() + 2, stream.end(), end.begin(), end.end());
    ASSERT_NE(found, stream.end());
    const Bytes jpeg(stream.begin(), found + 2);
    Bench bench(mjpeg_track());
    EXPECT_TRUE(bench.transcoder->push(kStart, jpeg));
    EXPECT_FALSE(bench.transcoder->push(kStart + 40ms, Bytes{1, 2, 3}));
    EXPECT_FALSE(bench.transcoder->push(kStart + 40ms, Bytes{}));
    EXPECT_TRUE(bench.transcoder->push(kStart, jpeg));  // not later: passed over
    EXPECT_TRUE(bench.transcoder->push(kStart + 80ms, jpeg));
    EXPECT_EQ(bench.frames.size(), 2U);
    for (std::size_t size = 0; size < jpeg.size(); size += 97)
        (void)bench.transcoder->push(kStart + 1s + Ticks{static_cast<std::int64_t>(size)}, ByteView(jpeg).first(size));
    Track h264;
    EXPECT_EQ(VideoTranscoder::make(h264, {}, {}).error().code, errc::malformed) << "no parameters";
    EXPECT_EQ(VideoTranscoder::make(test::aac_track(), {}, {}).error().code, errc::unsupported);
}

TEST(VideoTranscoder, TimesKeysAndSizeOfAStreamWithBFrames) {
    const auto clip = test::make_clip({.width = 960, .height = 540, .frames = 100, .gop = 40, .b_frames = 3});
    ASSERT_GT(clip.track.reorder_depth, 0);
    std::vector<PacketPtr> out;
    std::optional<Track> track;
    auto transcoder = VideoTranscoder::make(clip.track, {.keys_of_source = true, .max_height = 270, .fps = 25},
                                            {.on_track = [&](const Track& made) { track = made; },
                                             .on_frame =
                                                 [&](MediaTime pts, bool key, Bytes data) {
                                                     auto packet = std::make_shared<Packet>();
                                                     packet->dts = pts;
                                                     packet->key = key;
                                                     packet->data = std::move(data);
                                                     out.push_back(std::move(packet));
                                                 }})
                          .value();
    std::vector<MediaTime> source_keys, keys;
    for (const auto& packet : clip.packets) {
        if (packet->key) source_keys.push_back(packet->pts());
        ASSERT_TRUE(transcoder->push(packet->pts(), packet->data, packet->key));
    }
    ASSERT_TRUE(transcoder->finish());
    ASSERT_EQ(out.size(), 100U);
    for (const auto& packet : out)
        if (packet->key) keys.push_back(packet->dts);
    EXPECT_EQ(keys, source_keys) << "those of the source, where they come within 2 s";
    for (const auto& seen : test::look(*track, out)) {
        ASSERT_TRUE(seen.shows);
        EXPECT_LE(std::chrono::abs(*seen.shows - to_utc(seen.pts)), 12us);
        EXPECT_EQ(seen.height, 270);
        EXPECT_EQ(seen.width, 480);
    }
    EXPECT_EQ(*track, transcoded_track(clip.track, {.max_height = 270}).value());
}

TEST(VideoTranscoder, TheBitRateStaysUnderItsCapAtAnyRate) {
    EXPECT_EQ(cap_of(640, 360), 576'000);
    EXPECT_EQ(cap_of(1920, 1080), 5'184'000);
    EXPECT_EQ(fit_height({1920, 1080}, 480), (PictureSize{854, 480}));
    EXPECT_EQ(fit_height({1920, 1081}, 0), (PictureSize{1920, 1080}));
    EXPECT_EQ(fit_height({704, 576}, 720), (PictureSize{704, 576}));
    for (const double fps : {10.0, 40.0}) {
        std::size_t bytes = 0;
        const auto encoder = VideoTranscoderOptions{.fps = fps};
        const auto noise = test::make_noise(384, 216, static_cast<int>(fps) * 4, Ticks(std::llround(90000 / fps)));
        auto transcoder =
            VideoTranscoder::make(noise.track, encoder,
                                  {.on_track = [](const Track&) {},
                                   .on_frame = [&](MediaTime, bool, const Bytes& data) { bytes += data.size(); }})
                .value();
        for (const auto& packet : noise.packets) ASSERT_TRUE(transcoder->push(packet->pts(), packet->data, packet->key));
        const auto rate = static_cast<double>(bytes) * 8 / 4;
        EXPECT_LT(rate, 1.4 * static_cast<double>(cap_of(384, 216))) << fps << " a second";
        EXPECT_GT(rate, 0.5 * static_cast<double>(cap_of(384, 216))) << fps << " a second";
    }
}

}  // namespace
}  // namespace vantage
