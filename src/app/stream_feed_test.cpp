// SPDX-License-Identifier: Apache-2.0
// Parts in, frames out.
#include "app/stream_feed.hpp"

#include "live/feed_fakes.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace vantage::app {
namespace {

using namespace vantage::test;

constexpr Ticks kFrame{3600};
const MediaTime kStart = media_at(1'795'202'645.12);

class Collector final : public live::FeedReader {
  public:
    void on_tracks(const TrackSet& given) override { tracks.push_back(given); }
    void on_frame(const live::FeedFrame& frame) override {
        frames.push_back(frame);
        away = false;
    }
    void on_away() override {
        ++aways;
        away = true;
    }
    void on_end(const Error& error) override { ends.push_back(error.message); }
    [[nodiscard]] std::vector<double> video_times() const {
        std::vector<double> out;
        for (const auto& frame : frames)
            if (frame.track == TrackKind::video)
                out.push_back(static_cast<double>((frame.pts - kStart).count()) / kFrame.count());
        return out;
    }
    [[nodiscard]] int keys() const {
        return static_cast<int>(
            std::ranges::count_if(frames, [](const auto& frame) { return frame.track == TrackKind::video && frame.key; }));
    }

    std::vector<TrackSet> tracks;
    std::vector<live::FeedFrame> frames;
    std::vector<std::string> ends;
    int aways{0};
    bool away{false};
};

class StreamFeedTest : public testing::Test {
  protected:
    // A part of `frames` frames that continues the stream.
    void publish(int frames, bool key) {
        stream->publish(video_part(init, kStart + kFrame * next, frames, kFrame, key));
        next += frames;
    }
    std::unique_ptr<live::FeedSubscription> subscribe() { return feeds->feed_of("door", stream)->subscribe(reader); }
    void run() {
        io.restart();
        io.poll();
    }

    boost::asio::io_context io;
    std::shared_ptr<stream::Stream> stream = std::make_shared<stream::Stream>(1U << 20);
    std::optional<StreamFeeds> feeds{std::in_place, io, seconds{0}};
    std::shared_ptr<Collector> reader = std::make_shared<Collector>();
    InitPtr init = init_of(false);
    int next{0};
};

TEST_F(StreamFeedTest, BeginsWithTheNewestFragmentAndFollows) {
    publish(3, true);
    publish(3, false);
    publish(3, true);
    publish(2, false);
    const auto subscription = subscribe();
    run();
    EXPECT_EQ(reader->tracks, std::vector{init->tracks});
    EXPECT_EQ(reader->video_times(), (std::vector<double>{6, 7, 8, 9, 10}));
    EXPECT_EQ(reader->keys(), 1);
    EXPECT_TRUE(reader->frames.front().key);
    publish(2, false);
    run();
    EXPECT_EQ(reader->video_times().back(), 12);
    EXPECT_EQ(reader->tracks.size(), 1U);
}

TEST_F(StreamFeedTest, FramesAreViewsIntoThePart) {
    const auto part = video_part(init, kStart, 2, kFrame, true);
    stream->publish(part);
    const auto subscription = subscribe();
    run();
    ASSERT_EQ(reader->frames.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(reader->frames[i].data.data(), part->data.data() + part->samples[i].offset);
        EXPECT_EQ(reader->frames[i].data.size(), part->samples[i].size);
        EXPECT_EQ(reader->frames[i].owner, part);
    }
}

TEST_F(StreamFeedTest, ShowsReorderedFramesAtTheirOwnTimes) {
    auto part = *video_part(init, kStart, 3, kFrame, true);
    part.samples[0].composition = kFrame;
    part.samples[1].composition = kFrame * 2;
    part.samples[2].composition = Ticks{0};
    stream->publish(std::make_shared<const Part>(std::move(part)));
    const auto subscription = subscribe();
    run();
    EXPECT_EQ(reader->video_times(), (std::vector<double>{1, 3, 2}));
}

TEST_F(StreamFeedTest, ARecoveryPointIsABeginning) {
    auto part = *video_part(init, kStart, 3, kFrame, false);
    part.starts_fragment = part.independent = true;
    stream->publish(std::make_shared<const Part>(std::move(part)));
    const auto subscription = subscribe();
    run();
    EXPECT_EQ(reader->keys(), 1);
    EXPECT_TRUE(reader->frames.front().key);
}

TEST_F(StreamFeedTest, PicturesFromBeforeTheCameraWentAreNoBeginning) {
    publish(3, true);
    stream->interrupt({"camera lost", to_utc(kStart)});
    const auto subscription = subscribe();
    run();
    EXPECT_TRUE(reader->tracks.empty());
    next += 1000;
    publish(3, true);
    run();
    EXPECT_EQ(reader->video_times(), (std::vector<double>{1003, 1004, 1005}));
    EXPECT_TRUE(reader->ends.empty());
}

TEST_F(StreamFeedTest, ACameraThatReturnsGoesOnForItsReaders) {
    feeds.emplace(io, seconds{60});
    publish(3, true);
    const auto subscription = subscribe();
    run();
    publish(1, false);  // what was on its way when it went
    stream->interrupt({"camera lost", to_utc(kStart)});
    run();
    EXPECT_TRUE(reader->away);
    next += 249;
    publish(2, true);
    run();
    EXPECT_EQ(reader->video_times(), (std::vector<double>{0, 1, 2, 3, 253, 254}));
    EXPECT_EQ(reader->aways, 1);
    EXPECT_TRUE(reader->ends.empty());
}

TEST_F(StreamFeedTest, OneThatStaysAwayEndsTheSession) {
    publish(3, true);
    const auto subscription = subscribe();
    run();
    stream->interrupt({"camera lost", to_utc(kStart)});
    run();
    run();
    EXPECT_EQ(reader->ends, std::vector<std::string>{"no picture for 0 s: camera lost"});
}

TEST_F(StreamFeedTest, AStreamThatIsClosedEndsTheSession) {
    publish(3, true);
    const auto subscription = subscribe();
    stream->close();
    run();
    EXPECT_EQ(reader->ends, std::vector<std::string>{"door is no longer there"});
}

TEST_F(StreamFeedTest, ReadersCountAsViewersWhileTheyAreThere) {
    EXPECT_EQ(stream->viewers(), 0U);
    auto subscription = subscribe();
    EXPECT_EQ(stream->viewers(), 1U);
    subscription.reset();
    EXPECT_EQ(stream->viewers(), 0U);
    publish(3, true);
    run();
    EXPECT_TRUE(reader->frames.empty());
}

TEST_F(StreamFeedTest, NewParametersAreToldOnce) {
    publish(3, true);
    const auto subscription = subscribe();
    run();
    init = init_of(false);  // the same tracks: nothing to tell
    publish(3, true);
    run();
    EXPECT_EQ(reader->tracks.size(), 1U);
    init = init_of(true);
    publish(3, true);
    stream->publish(audio_part(init, kStart, Ticks{1920}));
    run();
    EXPECT_EQ(reader->tracks, (std::vector{init_of(false)->tracks, init->tracks}));
    EXPECT_EQ(reader->frames.back().track, TrackKind::audio);
}

TEST_F(StreamFeedTest, ALongFragmentArrivesWhole) {
    publish(3, true);
    for (int i = 0; i < 200; ++i) publish(3, false);
    const auto subscription = subscribe();
    run();
    EXPECT_EQ(reader->frames.size(), 603U);
}

TEST_F(StreamFeedTest, NobodyIsCalledAfterTheEnd) {
    const auto subscription = subscribe();
    feeds.reset();
    EXPECT_EQ(stream->viewers(), 0U);
    publish(3, true);
    run();
    EXPECT_TRUE(reader->frames.empty());
}

}  // namespace
}  // namespace vantage::app
