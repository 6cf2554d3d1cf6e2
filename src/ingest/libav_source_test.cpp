// SPDX-License-Identifier: Apache-2.0
#include "ingest/libav_source.hpp"

#include "ingest/capture_source.hpp"
#include "media/test_deaf_server.hpp"
#include "media/test_media.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <unistd.h>

namespace vantage::ingest {
namespace {

using namespace std::chrono_literals;

// Collects what a source says until there are `enough` frames or it ends.
class Collector final : public SourceSink {
  public:
    explicit Collector(std::size_t enough) : enough_(enough) {}
    void on_tracks(const TrackSet& t) override {
        const std::lock_guard lock(mutex_);
        tracks = t;
    }
    void on_frame(Frame frame) override {
        const std::lock_guard lock(mutex_);
        frames.push_back(std::move(frame));
        changed_.notify_all();
    }
    void on_sender_report(const SenderReport&) override {}
    void on_end(const Error& error) override {
        const std::lock_guard lock(mutex_);
        ended = error;
        changed_.notify_all();
    }
    bool wait() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] { return ended || frames.size() >= enough_; });
    }
    TrackSet tracks;
    std::vector<Frame> frames;
    std::optional<Error> ended;

  private:
    const std::size_t enough_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

const SystemClock kClock;

TEST(LibavSource, OptionsFollowTheScheme) {
    EXPECT_EQ(libav_input({.url = "ffmpeg:rtsp://a/b", .transport = Transport::udp}).url, "rtsp://a/b");
    EXPECT_EQ(libav_input({.url = "ffmpeg:rtsp://a/b", .transport = Transport::udp}).options.at("rtsp_transport"), "udp");
    EXPECT_EQ(libav_input({.url = "http://a/video.mjpg"}).url, "http://a/video.mjpg");
    EXPECT_EQ(libav_input({.url = "http://a/video.mjpg"}).options.count("rtsp_transport"), 0U);
}

TEST(LibavSource, ReadsToTheEndAndSaysSo) {
    VANTAGE_MEDIA_OR_SKIP(file, "odd/made/ts_wrap33.ts");
    Collector got(1U << 30);
    LibavSource source({.url = "ffmpeg:" + file}, kClock);
    source.start(got);
    ASSERT_TRUE(got.wait());
    source.stop();
    ASSERT_TRUE(got.ended);
    EXPECT_EQ(got.ended->code, errc::unavailable);
    EXPECT_TRUE(got.tracks.video);
    ASSERT_GT(got.frames.size(), 20U);
    EXPECT_TRUE(got.frames.front().pts);
    EXPECT_EQ(source.stats().packets, got.frames.size());
}

TEST(LibavSource, LeavesOutTimesThatAreOnlyCounted) {
    VANTAGE_MEDIA_OR_SKIP(file, "odd/mjpeg/bear.mjpeg");
    Collector got(1U << 30);
    LibavSource source({.url = "ffmpeg:" + file}, kClock);
    source.start(got);
    ASSERT_TRUE(got.wait());
    source.stop();
    ASSERT_FALSE(got.frames.empty());
    EXPECT_FALSE(got.frames.front().pts);
    EXPECT_EQ(got.tracks.video->codec, Codec::mjpeg);
}

TEST(LibavSource, StopsAtOnceWhileThePeerHangs) {
    const test::DeafServer server;
    Collector got(1);
    LibavSource source({.url = fmt::format("http://127.0.0.1:{}/stream.ts", server.port())}, kClock);
    source.start(got);
    const int peer = server.accept();
    ASSERT_GE(peer, 0);
    const auto before = std::chrono::steady_clock::now();
    source.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
    EXPECT_FALSE(got.ended) << "stop() is no end";
    ::close(peer);
}

TEST(LibavSource, SaysWhatIsWrongWithoutTheSecret) {
    Collector got(1);
    LibavSource source({.url = "http://admin:hunter2@127.0.0.1:1/x?key=hunter2"}, kClock);
    source.start(got);
    ASSERT_TRUE(got.wait());
    ASSERT_TRUE(got.ended);
    EXPECT_NE(got.ended->message.find("127.0.0.1:1"), std::string::npos);
    EXPECT_EQ(got.ended->message.find("hunter2"), std::string::npos);
}

TEST(CaptureSource, AddressesAreParsed) {
    const auto card = parse_capture_url("v4l2:/dev/video0?size=720x576&fps=25&standard=pal&bitrate=2000000").value();
    EXPECT_EQ(card.format, "v4l2");
    EXPECT_EQ(card.input, "/dev/video0");
    EXPECT_EQ(card.size, "720x576");
    EXPECT_EQ(card.standard, "pal");
    EXPECT_EQ(card.bitrate, 2000000);
    EXPECT_EQ(parse_capture_url("v4l2:").error().code, errc::invalid_argument);
    EXPECT_EQ(parse_capture_url("v4l2:/dev/video0?colour=red").error().code, errc::invalid_argument);
    EXPECT_EQ(parse_capture_url("v4l2:/dev/video0?bitrate=fast").error().code, errc::invalid_argument);
}

TEST(CaptureSource, WhatTheDeviceGivesBecomesH264InRealTime) {
    Collector got(30);
    CaptureSource source(parse_capture_url("lavfi:testsrc=size=162x122:rate=50").value(), kClock);
    source.start(got);
    ASSERT_TRUE(got.wait());
    source.stop();
    ASSERT_FALSE(got.ended) << got.ended->message;
    EXPECT_EQ(got.tracks.video->codec, Codec::h264);
    EXPECT_EQ(got.tracks.video->width, 162);
    EXPECT_TRUE(got.frames.front().key);
    EXPECT_EQ(*got.frames[10].pts - *got.frames[0].pts, Ticks{18000});
    EXPECT_GT(got.frames[29].arrival.steady - got.frames[1].arrival.steady, 400ms);
}

TEST(CaptureSource, ADeviceThatIsNotThere) {
    Collector got(1);
    CaptureSource source(parse_capture_url("v4l2:/dev/video-not-there").value(), kClock);
    source.start(got);
    ASSERT_TRUE(got.wait());
    ASSERT_TRUE(got.ended);
    EXPECT_EQ(got.ended->code, errc::not_found);
}

}  // namespace
}  // namespace vantage::ingest
