// SPDX-License-Identifier: Apache-2.0
#include "ingest/pipeline.hpp"

#include "ingest/fake_source.hpp"
#include "media/test_media.hpp"

#include <gtest/gtest.h>

namespace vantage::ingest {
namespace {

using namespace std::chrono_literals;

class PipelineTest : public testing::Test {
  protected:
    struct Seen {
        std::vector<PartPtr> video, audio;
        std::vector<std::string> interruptions;
    };
    Seen read() {
        Seen seen;
        for (auto event = reader_->next(); !std::holds_alternative<stream::Nothing>(event); event = reader_->next()) {
            if (auto* part = std::get_if<PartPtr>(&event))
                ((*part)->track == TrackKind::video ? seen.video : seen.audio).push_back(*part);
            if (const auto* i = std::get_if<stream::Interruption>(&event)) seen.interruptions.push_back(i->reason);
        }
        return seen;
    }
    void send(FakeVideo& video, int frames) {
        for (int i = 0; i < frames; ++i) {
            pipeline_.on_frame(video.next(clock_));
            clock_.advance(40ms);
        }
    }
    static std::size_t samples(const std::vector<PartPtr>& parts) {
        std::size_t count = 0;
        for (const auto& part : parts) count += part->samples.size();
        return count;
    }

    SimulatedClock clock_{parse_time("2026-11-20T10:00:00Z").value()};
    stream::Stream stream_{std::size_t{64} << 20};
    std::vector<Error> ends_;
    Pipeline pipeline_{{"camera door/main", false, {}}, stream_, [this](const Error& e) { ends_.push_back(e); }};
    std::unique_ptr<stream::Reader> reader_ = stream_.subscribe({"test", stream::Start::next, 0, {}, false});
    FakeVideo video_;
};

TEST_F(PipelineTest, EveryFrameIsPublishedAtItsTime) {
    pipeline_.on_tracks(video_.tracks());
    const auto start = clock_.now();
    send(video_, 100);
    pipeline_.finish();
    const auto seen = read();
    EXPECT_EQ(samples(seen.video), 100U);
    EXPECT_LT(std::chrono::abs(to_utc(seen.video.front()->start) - start), 1ms);
    EXPECT_LT(std::chrono::abs(to_utc(*pipeline_.published_until()) - clock_.now()), 1ms);
    EXPECT_TRUE(seen.video.front()->discontinuity);
    EXPECT_FALSE(seen.video.back()->discontinuity);
    EXPECT_TRUE(seen.interruptions.empty());
}

TEST_F(PipelineTest, TelephoneSoundBecomesAac) {
    auto tracks = video_.tracks();
    tracks.audio = Track{};
    tracks.audio->codec = Codec::pcma;
    tracks.audio->sample_rate = 8000;
    tracks.audio->channels = 1;
    pipeline_.on_tracks(tracks);
    for (int i = 0; i < 100; ++i) {
        send(video_, 1);
        for (int half = 0; half < 2; ++half) {
            Frame sound;
            sound.track = TrackKind::audio;
            sound.key = true;
            sound.pts = Ticks{777'000 + (2 * i + half) * 1800};
            sound.data = Bytes(160, 0xd5);
            sound.arrival = {clock_.steady(), clock_.now()};
            pipeline_.on_frame(std::move(sound));
        }
    }
    pipeline_.finish();
    const auto seen = read();
    EXPECT_EQ(pipeline_.status().camera.audio->codec, Codec::pcma);
    EXPECT_EQ(pipeline_.status().published.audio->codec, Codec::aac);
    ASSERT_FALSE(seen.audio.empty());
    EXPECT_TRUE(seen.video.back()->init->tracks.audio);
    const auto skew = seen.audio.back()->end() - seen.video.back()->end();
    EXPECT_LT(std::chrono::abs(skew), Ticks{18000}) << "in sync but for what AAC holds back";
}

TEST_F(PipelineTest, MotionJpegBecomesH264) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/mjpeg/bear.mjpeg");
    const auto all = vantage::test::read_file(path);
    constexpr std::array<std::uint8_t, 2> kEndOfImage{0xff, 0xd9};
    const auto end = std::search(all.begin() + 2, all.end(), kEndOfImage.begin(), kEndOfImage.end());
    ASSERT_NE(end, all.end());
    TrackSet tracks;
    tracks.video = Track{};
    tracks.video->codec = Codec::mjpeg;
    pipeline_.on_tracks(tracks);
    for (int i = 0; i < 60; ++i) {
        Frame frame;
        frame.key = true;
        frame.data = Bytes(all.begin(), end + 2);
        frame.arrival = {clock_.steady(), clock_.now()};
        pipeline_.on_frame(std::move(frame));
        clock_.advance(40ms);
    }
    pipeline_.finish();
    const auto seen = read();
    EXPECT_EQ(samples(seen.video), 60U);
    EXPECT_EQ(pipeline_.status().published.video->codec, Codec::h264);
}

TEST_F(PipelineTest, AnotherPictureSizeIsANewInit) {
    pipeline_.on_tracks(video_.tracks());
    send(video_, 50);
    FakeVideo larger{128, 96};
    for (int i = 0; i < 50; ++i) larger.next(clock_);  // its time stamps go on where the others were
    pipeline_.on_tracks(larger.tracks());
    send(larger, 50);
    pipeline_.finish();
    const auto seen = read();
    EXPECT_EQ(samples(seen.video), 100U);
    EXPECT_EQ(seen.video.front()->init->tracks.video->width, 64);
    EXPECT_EQ(seen.video.back()->init->tracks.video->width, 128);
    EXPECT_TRUE(seen.interruptions.empty());
    std::optional<MediaTime> at;
    for (const auto& part : seen.video) {
        EXPECT_TRUE(!at || part->start == *at) << "no hole and no overlap";
        at = part->end();
    }
}

TEST_F(PipelineTest, AHoleIsSaidToTheReaders) {
    pipeline_.on_tracks(video_.tracks());
    send(video_, 60);
    for (int i = 0; i < 75; ++i) video_.next(clock_);  // lost on the way
    clock_.advance(3s);
    send(video_, 60);
    pipeline_.finish();
    const auto seen = read();
    EXPECT_EQ(seen.interruptions, std::vector<std::string>{"frames missing"});
    EXPECT_GT(samples(seen.video), 80U);
}

TEST_F(PipelineTest, TheHostsClockStepsBackAndNothingIsLost) {
    pipeline_.on_tracks(video_.tracks());
    send(video_, 60);
    clock_.step(-2h);
    send(video_, 100);
    pipeline_.finish();
    const auto seen = read();
    EXPECT_EQ(samples(seen.video), 160U);
    EXPECT_EQ(seen.interruptions, std::vector<std::string>{"clock stepped"});
    EXPECT_LT(std::chrono::abs(to_utc(seen.video.back()->end()) - clock_.now()), 100ms);
}

TEST_F(PipelineTest, EndsOnceAndThenTakesNothingMore) {
    pipeline_.on_tracks(video_.tracks());
    send(video_, 30);
    pipeline_.on_end(fail(errc::unavailable, "gone"));
    pipeline_.on_end(fail(errc::unavailable, "gone again"));
    send(video_, 30);
    pipeline_.finish();
    ASSERT_EQ(ends_.size(), 1U);
    EXPECT_EQ(ends_[0].message, "gone");
    EXPECT_EQ(samples(read().video), 30U);
}

TEST_F(PipelineTest, GarbageFromTheCameraHarmsNobody) {
    pipeline_.on_tracks(video_.tracks());
    for (int i = 0; i < 40; ++i) {
        auto frame = video_.next(clock_);
        if (i % 3 == 1) frame.data = Bytes(static_cast<std::size_t>(i), 0xff);
        if (i % 3 == 2) frame.data.clear();
        pipeline_.on_frame(std::move(frame));
        clock_.advance(40ms);
    }
    pipeline_.finish();
    EXPECT_TRUE(ends_.empty());
    EXPECT_FALSE(read().video.empty());
}

}  // namespace
}  // namespace vantage::ingest
