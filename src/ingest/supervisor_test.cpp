// SPDX-License-Identifier: Apache-2.0
#include "ingest/supervisor.hpp"

#include "ingest/threaded_sink.hpp"

#include <gtest/gtest.h>

#include <future>

namespace vantage::ingest {
namespace {

using namespace std::chrono_literals;

const SystemClock kClock;
const StreamKey kDoor{CameraId::parse("door").value(), StreamKind::main};

// Ends at once; counts.
class EndingSource final : public Source {
  public:
    explicit EndingSource(std::promise<void>* started) : started_(started) {}
    void start(SourceSink& sink) override {
        sink.on_end(fail(errc::unauthenticated, "wrong password"));
        if (started_) started_->set_value();
    }
    void stop() override {}
    [[nodiscard]] SourceStats stats() const override { return {}; }

  private:
    std::promise<void>* started_;
};

TEST(Supervisor, DrivesItsCamerasAndRemovesThem) {
    std::promise<void> started;
    std::atomic<int> connects{0};
    Supervisor supervisor(
        [&](const SourceOptions&) -> Result<std::unique_ptr<Source>> {
            return std::unique_ptr<Source>(new EndingSource(connects++ == 0 ? &started : nullptr));
        },
        kClock);
    const auto stream = supervisor.set(kDoor, {}, 1U << 20);
    EXPECT_EQ(supervisor.set(kDoor, {}, 1U << 20), stream) << "the same after a change";
    EXPECT_EQ(supervisor.stream(kDoor), stream);
    EXPECT_FALSE(supervisor.stream({kDoor.camera, StreamKind::sub}));
    ASSERT_EQ(started.get_future().wait_for(10s), std::future_status::ready);
    while (supervisor.status(kDoor)->state != CameraState::refused) std::this_thread::yield();
    EXPECT_EQ(supervisor.status(kDoor)->detail, "wrong password");
    auto reader = stream->subscribe({"test", stream::Start::next, 0, {}, false});
    supervisor.remove(kDoor);
    EXPECT_FALSE(supervisor.status(kDoor));
    EXPECT_TRUE(std::holds_alternative<stream::Closed>(reader->next()));
}

TEST(Supervisor, AViewerWakesACameraOnDemand) {
    std::promise<void> started;
    std::atomic<int> connects{0};
    Supervisor supervisor(
        [&](const SourceOptions&) -> Result<std::unique_ptr<Source>> {
            return std::unique_ptr<Source>(new EndingSource(connects++ == 0 ? &started : nullptr));
        },
        kClock);
    CameraOptions options;
    options.on_demand = true;
    const auto stream = supervisor.set(kDoor, options, 1U << 20);
    auto viewer = stream->subscribe({"browser", stream::Start::newest_fragment, 0, {}, true});
    EXPECT_EQ(started.get_future().wait_for(10s), std::future_status::ready);
}

// Blocks in its first frame until it is let go.
class SlowSink final : public SourceSink {
  public:
    void on_tracks(const TrackSet&) override { thread = std::this_thread::get_id(); }
    void on_frame(Frame) override {
        ++frames;
        go.wait();
    }
    void on_sender_report(const SenderReport&) override {}
    void on_end(const Error&) override { ended.set_value(); }
    std::promise<void> let;
    std::shared_future<void> go{let.get_future()};
    std::promise<void> ended;
    std::atomic<int> frames{0};
    std::thread::id thread;
};

TrackSet video(Codec codec) {
    TrackSet tracks;
    tracks.video = Track{};
    tracks.video->codec = codec;
    return tracks;
}

TEST(ThreadedSink, HandsStraightOnWhatIsNotDecoded) {
    SlowSink slow;
    slow.let.set_value();
    ThreadedSink sink(slow, "camera door/main");
    sink.on_tracks(video(Codec::h264));
    sink.on_frame({});
    EXPECT_EQ(slow.thread, std::this_thread::get_id());
    EXPECT_EQ(slow.frames, 1);
}

TEST(ThreadedSink, ASlowEncoderHoldsUpNobodyAndItsQueueIsBounded) {
    SlowSink slow;
    ThreadedSink sink(slow, "camera door/main");
    sink.on_tracks(video(Codec::mjpeg));
    for (int i = 0; i < 1000; ++i) sink.on_frame({});  // would never return on this thread
    sink.on_end(fail(errc::unavailable, "gone"));
    slow.let.set_value();
    ASSERT_EQ(slow.ended.get_future().wait_for(10s), std::future_status::ready);
    EXPECT_LE(slow.frames, 201);
    EXPECT_NE(slow.thread, std::this_thread::get_id());
    sink.stop();
}

}  // namespace
}  // namespace vantage::ingest
