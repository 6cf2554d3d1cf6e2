// SPDX-License-Identifier: Apache-2.0
#include "live/push/push.hpp"

#include "live/feed_fakes.hpp"
#include "live/push/pushes.hpp"

#include <gtest/gtest.h>

#include <condition_variable>

namespace vantage::live {
namespace {

using namespace vantage::test;
constexpr Ticks kFrame{3600};
const CameraId kDoor = CameraId::parse("door").value();

// A server that does what it is told and writes down what it gets.
struct FakeServer {
    Status answer{};  // to the next connection
    Status take{};    // to each frame
    std::vector<TrackSet> connections;
    std::vector<RtmpTarget> targets;
    std::string frames;  // of all connections: "[v0 v40 ][v0 "

    class Muxer final : public RtmpMuxer {
      public:
        explicit Muxer(FakeServer& server) : server_(server) { server_.frames += "["; }
        ~Muxer() override { server_.frames += "]"; }
        Status write(const RtmpFrame& frame) override {
            if (!server_.take) return server_.take;
            server_.frames += fmt::format("{}{} ", frame.track == TrackKind::video ? "v" : "a", frame.dts.count());
            return {};
        }

      private:
        FakeServer& server_;
    };

    Result<std::unique_ptr<RtmpMuxer>> connect(const RtmpTarget& target, const TrackSet& tracks) {
        targets.push_back(target);
        connections.push_back(tracks);
        if (!answer) return answer.error();
        return std::unique_ptr<RtmpMuxer>(std::make_unique<Muxer>(*this));
    }
};

class PushTest : public testing::Test {
  protected:
    PushEnvironment environment() {
        return {[this](const CameraId&, const std::string& name) -> Result<std::shared_ptr<stream::Stream>> {
                    asked_ += name + " ";
                    const auto found = streams_.find(name);
                    if (found == streams_.end()) return fail(errc::not_found, "there is no stream " + name);
                    return found->second;
                },
                [this](const RtmpTarget& target, const TrackSet& tracks, const std::stop_token&) {
                    return server_.connect(target, tracks);
                },
                nullptr, clock_};
    }
    // `count` frames of the camera in one part, whose times are those of the clock.
    PartPtr part(int count, bool key, const InitPtr& init) {
        const auto start = to_media(clock_.now());
        clock_.advance(milliseconds{40 * count});
        return video_part(init, start, count, kFrame, key);
    }
    void publish(int count, bool key) { main().publish(part(count, key, init_)); }
    stream::Stream& main() { return *streams_.at("main"); }
    milliseconds turn() { return push_.turn({}); }
    std::string state() { return fmt::format("{}: {}", to_string(push_.status().state), push_.status().detail); }

    SimulatedClock clock_{UtcTime(seconds(1'763'665'445))};
    FakeServer server_;
    std::map<std::string, std::shared_ptr<stream::Stream>> streams_{{"main", std::make_shared<stream::Stream>(1U << 20)}};
    std::string asked_;
    InitPtr init_ = init_of(false);
    PushEnvironment environment_ = environment();
    Push push_{kDoor, {"tube", "rtmp://host/live/key-1"}, environment_, [] {}};
};

TEST_F(PushTest, ConnectsWithTheFirstKeyFrameAndWritesWhatFollows) {
    EXPECT_GT(turn(), milliseconds{0});
    EXPECT_EQ(state(), "waiting: waits for a key frame of the camera");
    EXPECT_TRUE(server_.connections.empty());
    publish(3, true);
    publish(3, false);
    turn();
    EXPECT_EQ(state(), "running: ");
    EXPECT_EQ(server_.frames, "[v0 v40 v80 v120 v160 v200 ");
    ASSERT_EQ(server_.targets.size(), 1U);
    EXPECT_EQ(server_.targets[0].url, "rtmp://host/live/key-1");
    EXPECT_EQ(server_.targets[0].key, "key-1");
    EXPECT_EQ(push_.status().bytes_sent, 900U + 90 * 5);
}

TEST_F(PushTest, TellsTheRate) {
    turn();
    for (int i = 0; i < 80; ++i) {
        publish(1, i == 0);
        turn();
    }
    EXPECT_NEAR(push_.status().bits_per_second, 90 * 8 * 25, 90 * 8 * 25 * 0.3);
}

TEST_F(PushTest, ComesBackWithAGrowingWaitUpToAMinute) {
    server_.answer = fail(errc::unavailable, "the server cannot be reached");
    std::string waits;
    for (int i = 0; i < 9; ++i) {
        publish(1, true);
        turn();
        const auto wait = turn();
        waits += fmt::format("{} ", std::chrono::ceil<seconds>(wait).count());
        clock_.advance(wait);
    }
    EXPECT_EQ(waits, "1 2 4 8 16 32 60 60 60 ");
    EXPECT_EQ(state(), "waiting: the server cannot be reached; next attempt after 60 s");
    EXPECT_EQ(main().stats().readers, 0U) << "nothing is read for a server that is not there";
    server_.answer = {};
    publish(1, true);
    turn();
    EXPECT_EQ(state(), "running: ");
    EXPECT_EQ(push_.status().reconnects, 0U);
}

TEST_F(PushTest, ARefusalIsToldAsSuch) {
    server_.answer = fail(errc::forbidden, "the server refused the stream: no such key");
    publish(1, true);
    turn();
    EXPECT_EQ(state(), "refused: the server refused the stream: no such key; next attempt after 1 s");
}

TEST_F(PushTest, AConnectionThatBreaksIsMadeAgain) {
    publish(1, true);
    turn();
    clock_.advance(seconds{40});
    server_.take = fail(errc::unavailable, "the server closed the connection");
    publish(1, false);
    turn();
    EXPECT_EQ(state(), "waiting: the server closed the connection; next attempt after 1 s");
    EXPECT_EQ(push_.status().reconnects, 1U);
    server_.take = {};
    clock_.advance(seconds{1});
    publish(2, true);
    turn();
    EXPECT_EQ(state(), "running: ");
    EXPECT_EQ(server_.frames, "[v0 ][v0 v40 ");
}

TEST_F(PushTest, AServerThatHangsUpAtOnceMayDislikeTheKey) {
    publish(1, true);
    turn();
    server_.take = fail(errc::unavailable, "the server closed the connection");
    publish(1, false);
    turn();
    EXPECT_EQ(state(),
              "waiting: the server closed the connection soon after the stream began: is the stream key right, and not "
              "in use elsewhere?; next attempt after 1 s");
}

TEST_F(PushTest, AShortLossOfTheCameraKeepsTheConnectionALongOneDoesNot) {
    publish(1, true);
    turn();
    main().interrupt({"camera lost", clock_.now()});
    clock_.advance(seconds{5});
    turn();
    EXPECT_EQ(state(), "running: ");
    publish(1, true);
    turn();
    EXPECT_EQ(server_.frames, "[v0 v5040 ");
    main().interrupt({"camera lost", clock_.now()});
    turn();
    clock_.advance(seconds{11});
    turn();
    EXPECT_EQ(state(), "waiting: the camera does not send: camera lost");
    publish(1, false);
    publish(1, true);
    turn();
    EXPECT_EQ(state(), "running: ");
    EXPECT_EQ(server_.frames, "[v0 v5040 ][v0 ");
}

TEST_F(PushTest, ASlowUplinkGoesOnAtTheNewestKeyFrameAndCounts) {
    publish(1, true);
    turn();
    for (int second = 0; second < 10; ++second) publish(25, true);
    turn();
    EXPECT_EQ(server_.frames,
              "[v0 v9040 v9080 v9120 v9160 v9200 v9240 v9280 v9320 v9360 v9400 v9440 v9480 v9520 v9560 v9600 "
              "v9640 v9680 v9720 v9760 v9800 v9840 v9880 v9920 v9960 v10000 ");
    EXPECT_EQ(push_.status().dropped_parts, 9U);
    EXPECT_EQ(state(), "running: ");
}

TEST_F(PushTest, WhatFellOutOfTheRingIsCounted) {
    streams_["main"] = std::make_shared<stream::Stream>(4000);
    publish(1, true);
    turn();
    for (int i = 0; i < 20; ++i) publish(1, true);
    turn();
    EXPECT_EQ(server_.connections.size(), 1U);
    EXPECT_GT(push_.status().dropped_parts, 10U);
    EXPECT_EQ(push_.status().dropped_parts, main().stats().dropped_parts);
}

TEST_F(PushTest, OtherParametersMakeANewConnection) {
    publish(1, true);
    turn();
    init_ = init_of(true);
    publish(1, false);
    publish(1, true);
    turn();
    ASSERT_EQ(server_.connections.size(), 2U);
    EXPECT_FALSE(server_.connections[0].audio);
    EXPECT_TRUE(server_.connections[1].audio);
}

TEST_F(PushTest, H265GoesThroughTheTranscode) {
    auto h265 = std::make_shared<Init>(*init_);
    h265->tracks.video->codec = Codec::h265;
    init_ = h265;
    publish(1, true);
    turn();
    EXPECT_EQ(state(),
              "waiting: the camera sends H.265, which RTMP does not carry, and it is not transcoded: there is no stream "
              "h264; next attempt after 1 s");
    streams_["h264"] = std::make_shared<stream::Stream>(1U << 20);
    clock_.advance(seconds{1});
    publish(1, true);
    turn();
    streams_["h264"]->publish(part(2, true, init_of(false)));
    turn();
    EXPECT_EQ(state(), "running: the camera sends H.265; it is pushed as H.264");
    EXPECT_EQ(asked_, "main h264 main h264 ");
    EXPECT_EQ(main().stats().readers, 0U);
}

TEST_F(PushTest, AStreamThatIsNotThereIsLookedForAgain) {
    auto kept = std::exchange(streams_, {});
    EXPECT_EQ(turn(), seconds{1});
    EXPECT_EQ(state(), "waiting: there is no stream main");
    streams_ = kept;
    publish(1, true);
    turn();
    EXPECT_EQ(state(), "running: ");
    main().close();
    turn();
    EXPECT_EQ(state(), "waiting: the camera's stream has ended");
    EXPECT_EQ(server_.frames, "[v0 ]");
}

// The set with its threads. Waiting is for conditions, told by the server.
struct SignallingServer {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, int> open;  // connections by key

    class Muxer final : public RtmpMuxer {
      public:
        Muxer(SignallingServer& server, std::string key) : server_(server), key_(std::move(key)) { server_.add(key_, 1); }
        ~Muxer() override { server_.add(key_, -1); }
        Status write(const RtmpFrame& /*frame*/) override { return {}; }

      private:
        SignallingServer& server_;
        const std::string key_;
    };
    void add(const std::string& key, int by) {
        const std::lock_guard hold(mutex);
        open[key] += by;
        changed.notify_all();
    }
    bool wait_open(const std::string& key) {
        std::unique_lock hold(mutex);
        return changed.wait_for(hold, seconds{20}, [&] { return open[key] == 1; });
    }
};

TEST(Pushes, RunWhatIsSwitchedOnAndEndWhatIsNot) {
    SimulatedClock clock{UtcTime(seconds(1'763'665'445))};
    const auto stream = std::make_shared<stream::Stream>(1U << 20);
    stream->publish(video_part(init_of(false), to_media(clock.now()), 3, kFrame, true));
    SignallingServer server;
    const PushEnvironment environment{
        [&](const CameraId&, const std::string&) -> Result<std::shared_ptr<stream::Stream>> { return stream; },
        [&](const RtmpTarget& target, const TrackSet&, const std::stop_token&) -> Result<std::unique_ptr<RtmpMuxer>> {
            return std::unique_ptr<RtmpMuxer>(std::make_unique<SignallingServer::Muxer>(server, target.key));
        },
        nullptr, clock};
    const PushKey one{kDoor, "1"}, two{kDoor, "2"};
    std::map<PushKey, PushOptions> wanted{{one, {"one", "rtmp://host/live/one"}}, {two, {"two", "rtmp://host/live/two"}}};
    wanted[two].enabled = false;
    Pushes pushes(environment);
    pushes.apply(wanted);
    EXPECT_TRUE(server.wait_open("one"));
    EXPECT_EQ(pushes.status(two)->state, PushState::off);
    EXPECT_EQ(pushes.status({kDoor, "3"}), std::nullopt);

    wanted[one].enabled = false;
    wanted[two].enabled = true;
    pushes.apply(wanted);
    EXPECT_TRUE(server.wait_open("two"));
    EXPECT_EQ(pushes.status(one)->state, PushState::off);
    EXPECT_EQ(server.open["one"], 0) << "apply() waits for what ends";
    pushes.apply({});
    EXPECT_EQ(server.open["two"], 0);
    EXPECT_EQ(stream->stats().readers, 0U);
}

}  // namespace
}  // namespace vantage::live
