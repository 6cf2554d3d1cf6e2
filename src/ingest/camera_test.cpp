// SPDX-License-Identifier: Apache-2.0
#include "ingest/camera.hpp"

#include "ingest/fake_source.hpp"

#include <gtest/gtest.h>

namespace vantage::ingest {
namespace {

using namespace std::chrono_literals;
using State = CameraState;

class CameraTest : public testing::Test {
  protected:
    void make(CameraOptions options = {}) {
        options.source.url = "rtsp://10.0.0.9/main";
        options_ = options;
        camera_.emplace(
            StreamKey{CameraId::parse("door").value(), StreamKind::main}, options, stream_,
            [this](const SourceOptions& o) -> Result<std::unique_ptr<Source>> {
                if (o.url.starts_with("gopher:")) return fail(errc::unsupported, "no such scheme");
                return std::unique_ptr<Source>(new FakeSource(o, world_));
            },
            clock_, [this] { ++wakes_; });
        reader_ = stream_->subscribe({.name = "recorder", .start = stream::Start::next, .counts_as_viewer = false});
        camera_->tick();
    }
    // Lets time pass; the camera, if connected and asked to, sends 25 frames a second.
    void pass(milliseconds span, bool sends) {
        for (auto t = 0ms; t < span; t += 40ms) {
            clock_.advance(40ms);
            if (sends && world_.sink) world_.sink->on_frame(video_.next(clock_));
            camera_->tick();
        }
    }
    void announce() {
        ASSERT_TRUE(world_.sink);
        world_.sink->on_tracks(video_.tracks());
    }
    void run() {
        announce();
        pass(1s, true);
        ASSERT_EQ(camera_->status().state, State::running);
    }
    struct Seen {
        std::size_t parts{0};
        std::vector<std::string> interruptions;
        bool closed{false};
        UtcTime interrupted_at;
    };
    Seen read() {
        Seen seen;
        while (true) {
            auto event = reader_->next();
            if (std::holds_alternative<stream::Nothing>(event)) return seen;
            if (std::holds_alternative<PartPtr>(event)) ++seen.parts;
            if (const auto* i = std::get_if<stream::Interruption>(&event)) {
                seen.interruptions.push_back(i->reason);
                seen.interrupted_at = i->at;
            }
            if (std::holds_alternative<stream::Closed>(event)) {
                seen.closed = true;
                return seen;
            }
        }
    }
    State state() { return camera_->status().state; }
    std::string detail() { return camera_->status().detail; }

    SimulatedClock clock_{parse_time("2026-11-20T10:00:00Z").value()};
    std::shared_ptr<stream::Stream> stream_ = std::make_shared<stream::Stream>(std::size_t{8} << 20);
    FakeCamera world_;
    FakeVideo video_;
    CameraOptions options_;
    int wakes_{0};
    std::optional<Camera> camera_;
    std::unique_ptr<stream::Reader> reader_;
};

CameraOptions on_demand() {
    CameraOptions options;
    options.on_demand = true;
    return options;
}

TEST_F(CameraTest, ConnectsAndRuns) {
    make();
    EXPECT_EQ(state(), State::connecting);
    run();
    pass(5s, true);
    const auto status = camera_->status();
    EXPECT_NEAR(status.pipeline.fps, 25, 0.6);
    EXPECT_GT(status.pipeline.bits_per_second, 0);
    EXPECT_EQ(status.pipeline.published.video->width, 64);
    EXPECT_EQ(status.pipeline.timing.source, "arrival");
    EXPECT_EQ(status.detail, "");
    EXPECT_GT(read().parts, 30U);
}

TEST_F(CameraTest, WhenTheConnectionEndsItIsLostAndTriesAgain) {
    make();
    run();
    const auto end = clock_.now();
    world_.sink->on_end(fail(errc::unavailable, "connection reset"));
    EXPECT_EQ(wakes_, 1);
    camera_->tick();
    EXPECT_EQ(state(), State::lost);
    EXPECT_EQ(detail(), "connection reset");
    EXPECT_EQ(camera_->status().since, end);
    EXPECT_EQ(camera_->status().pipeline.fps, 0);
    EXPECT_EQ(world_.stops, 1);
    const auto seen = read();
    EXPECT_EQ(seen.interruptions, std::vector<std::string>{"camera lost"});
    EXPECT_NEAR(std::chrono::duration<double>(seen.interrupted_at - end).count(), 0, 0.1) << "everything was published";
    pass(1100ms, false);
    ASSERT_EQ(world_.connects.size(), 2U);
    EXPECT_EQ(state(), State::lost) << "until a picture comes";
    run();
    EXPECT_TRUE(read().interruptions.empty());
}

TEST_F(CameraTest, SilenceOfTenSecondsIsALostCamera) {
    make();
    run();
    pass(9800ms, false);
    EXPECT_EQ(state(), State::running);
    pass(400ms, false);
    EXPECT_EQ(state(), State::lost);
    EXPECT_EQ(detail(), "no picture for 10 s");
    EXPECT_EQ(world_.stops, 1);
}

TEST_F(CameraTest, SoundAloneIsNoPicture) {
    make();
    auto tracks = video_.tracks();
    tracks.audio = Track{.codec = Codec::opus,
                         .config = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0},
                         .sample_rate = 48000,
                         .channels = 2};
    world_.sink->on_tracks(tracks);
    for (int i = 0; i < 120 && world_.sink; ++i) {
        Frame frame;
        frame.track = TrackKind::audio;
        frame.pts = Ticks{i * 9000};
        frame.data = Bytes(40);
        frame.arrival = {clock_.steady(), clock_.now()};
        world_.sink->on_frame(std::move(frame));
        pass(120ms, false);
    }
    EXPECT_EQ(state(), State::refused);
    EXPECT_NE(detail().find("no picture"), std::string::npos);
}

TEST_F(CameraTest, BacksOffUpToHalfAMinuteAndStartsOverAfterASuccess) {
    make();
    std::vector<double> waits;
    for (int i = 0; i < 9; ++i) {
        world_.sink->on_end(fail(errc::unavailable, "no route to host"));
        const auto lost = clock_.steady();
        camera_->tick();
        EXPECT_EQ(state(), State::lost);
        while (!world_.sink) pass(40ms, false);
        waits.push_back(std::chrono::duration<double>(clock_.steady() - lost).count());
    }
    for (std::size_t i = 0; i < waits.size(); ++i) {
        const double most = std::min(30.0, std::pow(2.0, static_cast<double>(i)));
        EXPECT_LE(waits[i], most + 0.1);
        EXPECT_GE(waits[i], std::max(1.0, most * 0.75) - 0.05);
    }
    EXPECT_EQ(read().interruptions.size(), 1U) << "one gap, not one for each attempt";
    run();
    pass(11s, true);
    world_.sink->on_end(fail(errc::unavailable, "gone"));
    pass(1100ms, false);
    EXPECT_TRUE(world_.sink) << "back within the first second";
}

TEST_F(CameraTest, AWrongPasswordIsTriedOnceAMinute) {
    make();
    world_.sink->on_end(fail(errc::unauthenticated, "wrong user name or password"));
    camera_->tick();
    EXPECT_EQ(state(), State::refused);
    EXPECT_EQ(detail(), "wrong user name or password");
    pass(59s, false);
    EXPECT_EQ(world_.connects.size(), 1U);
    pass(2s, false);
    EXPECT_EQ(world_.connects.size(), 2U);
    run();
}

TEST_F(CameraTest, AnAddressThatNobodyServesIsRefused) {
    make();
    run();
    options_.source.url = "gopher://10.0.0.9/";
    camera_->configure(options_);
    camera_->tick();
    EXPECT_EQ(state(), State::refused);
    EXPECT_EQ(detail(), "no such scheme");
}

TEST_F(CameraTest, OnDemandConnectsWithTheFirstViewerAndClosesAWhileAfterTheLast) {
    make(on_demand());
    EXPECT_EQ(state(), State::idle);
    EXPECT_TRUE(world_.connects.empty()) << "the recorder is no viewer";
    auto viewer = stream_->subscribe({.name = "browser", .start = stream::Start::newest_fragment});
    EXPECT_EQ(wakes_, 1);
    camera_->tick();
    EXPECT_EQ(state(), State::connecting);
    run();
    viewer.reset();
    pass(9s, true);
    EXPECT_EQ(state(), State::running);
    viewer = stream_->subscribe({.name = "browser", .start = stream::Start::newest_fragment});
    pass(15s, true);
    EXPECT_EQ(state(), State::running);
    viewer.reset();
    pass(11s, true);
    EXPECT_EQ(state(), State::idle);
    EXPECT_EQ(world_.stops, 1);
    EXPECT_EQ(read().interruptions, std::vector<std::string>{"nobody watches"});
}

TEST_F(CameraTest, OnDemandThatNeverStartsIsLostAndANewViewerTriesAtOnce) {
    make(on_demand());
    auto viewer = stream_->subscribe({.name = "browser", .start = stream::Start::newest_fragment});
    camera_->tick();
    pass(20500ms, false);
    EXPECT_EQ(state(), State::lost);
    EXPECT_EQ(detail(), "it is connected but sends no picture");
    viewer.reset();
    pass(12s, false);
    EXPECT_EQ(state(), State::idle);
    const auto before = world_.connects.size();
    viewer = stream_->subscribe({.name = "browser", .start = stream::Start::newest_fragment});
    camera_->tick();
    EXPECT_EQ(world_.connects.size(), before + 1);
}

TEST_F(CameraTest, AChangeOfTheSourceConnectsAnewAndAnotherChangeDoesNot) {
    make();
    run();
    options_.close_after = 30s;
    camera_->configure(options_);
    pass(1s, true);
    EXPECT_EQ(world_.connects.size(), 1U);
    options_.source.transport = Transport::udp;
    camera_->configure(options_);
    camera_->tick();
    ASSERT_EQ(world_.connects.size(), 2U);
    EXPECT_EQ(world_.connects.back().transport, Transport::udp);
    EXPECT_EQ(state(), State::connecting);
    EXPECT_EQ(read().interruptions, std::vector<std::string>{"settings changed"});
    run();
}

TEST_F(CameraTest, DisabledAndEnabled) {
    make();
    run();
    options_.enabled = false;
    camera_->configure(options_);
    camera_->tick();
    EXPECT_EQ(state(), State::disabled);
    EXPECT_FALSE(world_.sink);
    options_.enabled = true;
    camera_->configure(options_);
    camera_->tick();
    EXPECT_EQ(state(), State::connecting);
    run();
}

TEST_F(CameraTest, StopPublishesWhatIsHeldAndClosesTheStream) {
    make();
    run();
    const auto end = clock_.now();
    camera_->stop();
    const auto seen = read();
    EXPECT_TRUE(seen.closed);
    EXPECT_EQ(seen.interruptions, std::vector<std::string>{"stopped"});
    EXPECT_LT(end - seen.interrupted_at, 100ms);
    camera_->tick();
    EXPECT_FALSE(world_.sink);
}

TEST_F(CameraTest, CountersGoOnOverConnections) {
    make();
    world_.stats = {1000, 10, 2, 0, 5ms};
    run();
    EXPECT_EQ(camera_->status().source.lost_packets, 2U);
    world_.sink->on_end(fail(errc::unavailable, "gone"));
    camera_->tick();
    EXPECT_EQ(camera_->status().source.lost_packets, 2U);
    pass(2s, false);
    EXPECT_EQ(camera_->status().source.lost_packets, 4U);
}

}  // namespace
}  // namespace vantage::ingest
