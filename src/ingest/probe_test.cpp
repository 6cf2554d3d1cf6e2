// SPDX-License-Identifier: Apache-2.0
#include "ingest/probe.hpp"

#include "ingest/fake_source.hpp"

#include <gtest/gtest.h>

namespace vantage::ingest {
namespace {

using namespace std::chrono_literals;

// Sends two seconds of video as soon as it is started.
class EagerSource final : public Source {
  public:
    explicit EagerSource(bool with_report) : with_report_(with_report) {}
    void start(SourceSink& sink) override {
        sink.on_tracks(video_.tracks());
        for (int i = 0; i < 50; ++i) {
            auto frame = video_.next(clock_);
            if (with_report_ && i == 5)
                sink.on_sender_report({TrackKind::video, *frame.pts, clock_.now() + 2h, frame.arrival});
            sink.on_frame(std::move(frame));
            clock_.advance(40ms);
        }
    }
    void stop() override {}
    [[nodiscard]] SourceStats stats() const override { return {}; }

  private:
    const bool with_report_;
    SimulatedClock clock_{parse_time("2026-11-20T10:00:00Z").value()};
    FakeVideo video_{320, 240};
};

TEST(Probe, TellsTracksRateClockAndPicture) {
    const auto found = probe(
                           {},
                           [](const SourceOptions&) -> Result<std::unique_ptr<Source>> {
                               return std::unique_ptr<Source>(new EagerSource(true));
                           },
                           5s)
                           .value();
    EXPECT_EQ(found.tracks.video->width, 320);
    EXPECT_NEAR(found.fps, 25, 0.01);
    EXPECT_EQ(found.clock, "sender reports: +2 h 0 min");
    ASSERT_GT(found.jpeg.size(), 100U);
    EXPECT_EQ(load_u16(found.jpeg.data()), 0xffd8);
}

TEST(Probe, WithoutReportsThereIsNoClock) {
    const auto found = probe(
                           {},
                           [](const SourceOptions&) -> Result<std::unique_ptr<Source>> {
                               return std::unique_ptr<Source>(new EagerSource(false));
                           },
                           5s)
                           .value();
    EXPECT_EQ(found.clock, "none");
}

TEST(Probe, PassesOnWhyNot) {
    class Refusing final : public Source {
        void start(SourceSink& sink) override { sink.on_end(fail(errc::unauthenticated, "wrong password")); }
        void stop() override {}
        [[nodiscard]] SourceStats stats() const override { return {}; }
    };
    EXPECT_EQ(
        probe(
            {},
            [](const SourceOptions&) -> Result<std::unique_ptr<Source>> { return std::unique_ptr<Source>(new Refusing); },
            5s)
            .error()
            .message,
        "wrong password");
    FakeCamera silent;
    const auto none = probe(
        {},
        [&](const SourceOptions& o) -> Result<std::unique_ptr<Source>> {
            return std::unique_ptr<Source>(new FakeSource(o, silent));
        },
        20ms);
    EXPECT_EQ(none.error().code, errc::timed_out);
    EXPECT_EQ(silent.stops, 1);
}

TEST(Probe, OffsetsForPeople) {
    EXPECT_EQ(describe_offset(12ms), "+12 ms");
    EXPECT_EQ(describe_offset(-200us), "+0 ms");
    EXPECT_EQ(describe_offset(-3500ms), "-3.5 s");
    EXPECT_EQ(describe_offset(125s), "+2 min 5 s");
    EXPECT_EQ(describe_offset(-24h * 365 * 56), "-20440 days");
}

}  // namespace
}  // namespace vantage::ingest
