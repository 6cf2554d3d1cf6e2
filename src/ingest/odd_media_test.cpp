// SPDX-License-Identifier: Apache-2.0
// Every odd file as a camera: it is published as parts, or refused with a word that a person understands; nothing crashes or
// hangs, and decode times increase wherever the timeline is not said to break.
#include "ingest/file_source.hpp"
#include "ingest/pipeline.hpp"
#include "ingest/simulated_pacer.hpp"
#include "media/demuxer.hpp"
#include "media/test_media.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

namespace vantage::ingest {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> odd_files() {
    std::vector<std::string> files;
    const auto root = vantage::test::media_root() / "odd";
    if (!std::filesystem::exists(root)) return {"none"};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const auto folder = entry.path().parent_path().filename().string();
        // Those two hold what goes over the wire of RTSP, not footage.
        if (entry.is_regular_file() && !folder.starts_with("rtsp_") && entry.path().filename() != "SHA256SUMS")
            files.push_back(std::filesystem::relative(entry.path(), root).string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

struct Fed {
    std::vector<PartPtr> parts;
    std::optional<Error> ended;
    std::size_t frames{0};
};

// One camera with a reader that keeps up with it.
class Fixture {
  public:
    explicit Fixture(bool one_timeline)
        : pipeline({"camera odd/main", one_timeline, {}}, stream_, [this](const Error& error) { fed.ended = error; }),
          reader_(stream_.subscribe({"test", stream::Start::next, 0, {}, false})) {}
    void read() {
        for (auto event = reader_->next(); !std::holds_alternative<stream::Nothing>(event); event = reader_->next())
            if (auto* part = std::get_if<PartPtr>(&event)) fed.parts.push_back(std::move(*part));
    }
    Fed fed;

  private:
    stream::Stream stream_{std::size_t{256} << 20};

  public:
    Pipeline pipeline;

  private:
    std::unique_ptr<stream::Reader> reader_;
};

constexpr int kMostFrames = 600;

// As libavformat's sources hand it on, each frame at the moment that its time stamps say.
Fed feed_as_read(const std::string& path) {
    SimulatedClock clock{parse_time("2026-11-20T10:00:00Z").value()};
    Fixture camera(true);
    auto demuxer = Demuxer::open("file:" + path, DemuxerOptions{}, {});
    if (!demuxer) camera.pipeline.on_end(demuxer.error());
    std::optional<Ticks> last;
    while (demuxer && camera.fed.frames < kMostFrames && !camera.fed.ended) {
        auto item = (*demuxer)->next();
        if (!item || std::holds_alternative<EndOfInput>(*item)) {
            camera.pipeline.on_end(item ? fail(errc::unavailable, "the camera ended the stream") : item.error());
            break;
        }
        if (const auto* tracks = std::get_if<TrackSet>(&*item)) {
            camera.pipeline.on_tracks(*tracks);
            continue;
        }
        auto& got = std::get<DemuxedFrame>(*item);
        const auto stamp = got.dts ? got.dts : got.pts;
        auto wait = stamp && last ? *stamp - *last : Ticks{3600};
        if (wait > Ticks{180000}) wait = Ticks{3600};  // jumped
        if (wait > Ticks{0}) clock.advance(std::chrono::floor<microseconds>(wait));
        if (stamp) last = stamp;
        Frame frame;
        frame.track = got.track;
        if (!(*demuxer)->times_are_counted()) {
            frame.pts = got.pts;
            frame.dts = got.dts;
        }
        frame.key = got.key;
        frame.recovery = got.recovery;
        frame.lost_before = got.damaged;
        frame.arrival = {clock.steady(), clock.now()};
        frame.data = std::move(got.data);
        ++camera.fed.frames;
        camera.pipeline.on_frame(std::move(frame));
    }
    camera.pipeline.finish();
    camera.read();
    return std::move(camera.fed);
}

// Counts what passes and says when it is enough.
class Counting final : public SourceSink {
  public:
    explicit Counting(SourceSink& to) : to_(to) {}
    void on_tracks(const TrackSet& tracks) override { to_.on_tracks(tracks); }
    void on_frame(Frame frame) override {
        to_.on_frame(std::move(frame));
        ++frames;
    }
    void on_sender_report(const SenderReport& report) override { to_.on_sender_report(report); }
    void on_end(const Error& error) override {
        to_.on_end(error);
        ended = true;
    }
    std::atomic<std::size_t> frames{0};
    std::atomic<bool> ended{false};

  private:
    SourceSink& to_;
};

// Looped, as `file:` does.
Fed feed_looped(const std::string& path) {
    SimulatedClock clock{parse_time("2026-11-20T10:00:00Z").value()};
    Fixture camera(false);
    Counting sink(camera.pipeline);
    SourceOptions options;
    options.url = "file:" + path;
    auto pacer = std::make_unique<test::SimulatedPacer>(clock, kMostFrames);
    std::atomic<int> waits{0};
    pacer->before_wait = [&] { ++waits; };
    FileSource source(options, std::move(pacer));
    source.start(sink);
    // A hang is half a minute without a frame.
    auto moved = std::chrono::steady_clock::now();
    for (std::size_t seen = 0; !sink.ended && waits < kMostFrames && std::chrono::steady_clock::now() - moved < 30s;) {
        if (std::exchange(seen, sink.frames.load()) != sink.frames) moved = std::chrono::steady_clock::now();
        std::this_thread::sleep_for(2ms);
    }
    EXPECT_TRUE(sink.ended || waits >= kMostFrames) << "hangs after " << sink.frames << " frames";
    source.stop();
    camera.pipeline.finish();
    camera.read();
    camera.fed.frames = sink.frames;
    return std::move(camera.fed);
}

void expect_continuous(const Fed& fed) {
    std::map<TrackKind, MediaTime> end;
    for (const auto& part : fed.parts) {
        if (part->discontinuity) end.clear();
        if (const auto before = end.find(part->track); before != end.end()) {
            EXPECT_GE(part->start, before->second) << "overlaps";
            EXPECT_TRUE(part->track == TrackKind::audio || part->start - before->second <= Ticks{27000}) << "tears";
        }
        EXPECT_GT(part->duration, Ticks{0});
        EXPECT_FALSE(part->samples.empty());
        for (const auto& sample : part->samples) {
            EXPECT_GT(sample.duration, Ticks{0});
            EXPECT_GE(sample.composition, Ticks{0});
        }
        end[part->track] = part->end();
    }
}

// Without a picture, a header, or in a codec that cameras do not send.
const std::set<std::string> kRefused{
    "g711/fate_nist-ulaw.wav",
    "g711/sipp_g711a.pcap",
    "h264/sps_subsetsps_bothVUI.264",
    "made/g726.wav",
    "made/moov_missing_truncated.mp4",
    "mp4/bear-640x360-no_edit_list.mp4",
    "mp4/bear.flv",
    "mp4/mp4parse_chunk_out_of_range.mp4",
    "mp4/mp4parse_invalid_userdata.mp4",
    "mp4/mp4parse_zero_empty_stsc.mp4",
    "mp4/muxjs_malformed-sei.m4s",
    "mp4/shaka_multiple-trun-segment.mp4",
    "ts/bear.m2ts",
};

void expect_published_or_refused(const Fed& fed, const std::string& name) {
    expect_continuous(fed);
    if (fed.ended) {
        EXPECT_NE(fed.ended->code, errc::internal) << fed.ended->message;
        EXPECT_GT(fed.ended->message.size(), 10U);
    }
    const auto end = fed.ended ? fed.ended->message : "";
    if (kRefused.count(name) == 0 && !name.starts_with("rtp/")) {  // captures of what other clients saw: no footage
        EXPECT_FALSE(fed.parts.empty()) << fed.frames << " frames; " << end;
    } else {
        EXPECT_TRUE(fed.parts.empty());
        EXPECT_FALSE(end.empty()) << "no word why there is nothing";
    }
}

class OddMedia : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        path_ = (vantage::test::media_root() / "odd" / GetParam()).string();
        if (GetParam() == "none") GTEST_SKIP() << "no odd media in $VANTAGE_TEST_MEDIA";
    }
    std::string path_;
};

TEST_P(OddMedia, IsPublishedOrRefused) {
    expect_published_or_refused(feed_as_read(path_), GetParam());
}

TEST_P(OddMedia, LoopedIsPublishedOrRefused) {
    expect_published_or_refused(feed_looped(path_), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Files, OddMedia, testing::ValuesIn(odd_files()), [](const auto& file) {
    auto name = file.param;
    for (auto& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    return name;
});

}  // namespace
}  // namespace vantage::ingest
