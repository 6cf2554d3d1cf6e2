// SPDX-License-Identifier: Apache-2.0
#include "ingest/sim_source.hpp"

#include "ingest/sim_font.hpp"
#include "ingest/sim_picture.hpp"
#include "ingest/simulated_pacer.hpp"
#include "media/time_code.hpp"

#include <gtest/gtest.h>

namespace vantage::ingest {
namespace {

const UtcTime kStart{microseconds{1'795'202'645'123'456}};

TEST(SimUrl, IsRead) {
    const auto defaults = parse_sim_url("sim:").value();
    EXPECT_EQ(defaults.width, 1280);
    EXPECT_EQ(defaults.fps_num, 25);
    const auto options =
        parse_sim_url("sim:?size=640x360&fps=30000/1001&gop=60&bitrate=500000&seed=3&name=front%20door").value();
    EXPECT_EQ(options.width, 640);
    EXPECT_EQ(options.height, 360);
    EXPECT_EQ(options.fps_num, 30000);
    EXPECT_EQ(options.fps_den, 1001);
    EXPECT_EQ(options.gop, 60);
    EXPECT_EQ(options.bitrate, 500'000);
    EXPECT_EQ(options.seed, 3);
    EXPECT_EQ(options.name, "front door");
}

TEST(SimUrl, NonsenseIsRefused) {
    for (const auto* url :
         {"sim", "sim:x", "sim:?size=641x360", "sim:?size=1x1", "sim:?size=99999x2", "sim:?fps=0", "sim:?fps=1000",
          "sim:?fps=1/0", "sim:?fps=500/1", "sim:?gop=-1", "sim:?colour=red", "sim:?%zz", "file:a"})
        EXPECT_EQ(parse_sim_url(url).error().code, errc::invalid_argument) << url;
}

TEST(SimGrid, IsExactAtAnyRate) {
    for (const auto& [num, den] : {std::pair{25, 1}, {30, 1}, {30000, 1001}, {15, 2}, {1, 1}}) {
        SimOptions options;
        options.fps_num = num;
        options.fps_den = den;
        const auto first = sim_index(options, kStart);
        EXPECT_GE(sim_time(options, first), kStart);
        EXPECT_LT(sim_time(options, first - 1), kStart);
        for (auto n = first; n < first + 1000; ++n) {
            EXPECT_GT(sim_ticks(options, n + 1), sim_ticks(options, n));
            const auto difference = sim_ticks(options, n) - to_media(sim_time(options, n)).time_since_epoch();
            EXPECT_TRUE(difference == Ticks{0} || difference == Ticks{1}) << num << "/" << den;
        }
        EXPECT_EQ(sim_ticks(options, first + num) - sim_ticks(options, first), seconds{den});
    }
}

TEST(SimPicture, CarriesItsTimeAndIsTheSameEachTime) {
    SimPicture picture{{640, 360, 5, "door"}};
    const auto first = picture.draw(kStart);
    EXPECT_EQ(time_code::read({first.planes[0], 640, 360, 640}), (time_code::Code{kStart, 5}));
    const std::vector<std::uint8_t> luma(first.planes[0], first.planes[0] + 640 * 360);
    const auto later = picture.draw(kStart + seconds{1});
    EXPECT_NE(0, std::memcmp(luma.data(), later.planes[0], luma.size()));
    const auto again = picture.draw(kStart);
    EXPECT_EQ(0, std::memcmp(luma.data(), again.planes[0], luma.size()));
}

TEST(SimPicture, TheSmallestSizeIsDrawnToo) {
    SimPicture picture{{64, 48, 12345, "a name much wider than the picture"}};
    for (int i = 0; i < 500; ++i) picture.draw(kStart + i * milliseconds{40});
    SUCCEED();
}

TEST(SimFont, EveryGlyphIsItsOwn) {
    const std::string all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -.:_/?";
    for (const char a : all)
        for (const char b : all) EXPECT_EQ(glyph_of(a) == glyph_of(b), a == b) << a << b;
    EXPECT_EQ(glyph_of('a'), glyph_of('A'));
}

struct Playback {
    SimulatedClock clock{kStart};
    test::KeepingSink sink;
    SimOptions options = parse_sim_url("sim:?size=64x48&gop=10").value();

    // Steps the host's clock before wait number `step_at`.
    void play(std::size_t frames, int waits, int step_at = -1, microseconds step = {}) {
        auto pacer = std::make_unique<test::SimulatedPacer>(clock, waits);
        pacer->before_wait = [&, n = 0]() mutable {
            if (n++ == step_at) clock.step(step);
        };
        SimSource source{options, std::move(pacer)};
        source.start(sink);
        sink.wait_for(frames);
        source.stop();
    }
};

TEST(SimSource, FramesLieOnTheGridAndReportsTellTheTrueTime) {
    Playback run;
    run.play(251, 251);
    ASSERT_GE(run.sink.frames.size(), 251U);
    ASSERT_EQ(run.sink.tracks.size(), 1U);
    for (std::size_t i = 0; i < 251; ++i) {
        const auto& frame = run.sink.frames[i];
        EXPECT_EQ(frame.pts.value().count() % 3600, 0);
        EXPECT_EQ(frame.key, i % 10 == 0) << i;
        if (i > 0) {
            EXPECT_EQ(*frame.pts - *run.sink.frames[i - 1].pts, Ticks{3600});
        }
        EXPECT_EQ(to_media(frame.arrival.utc).time_since_epoch(), *frame.pts);
    }
    ASSERT_GE(run.sink.reports.size(), 2U);
    for (const auto& report : run.sink.reports) EXPECT_EQ(to_media(report.ntp).time_since_epoch(), report.media);
    EXPECT_LE(run.sink.reports[0].arrival.steady, run.sink.frames[0].arrival.steady);
    EXPECT_TRUE(run.sink.ends.empty());
}

TEST(SimSource, AStepOfTheHostsClockStepsTheTimeline) {
    using namespace std::chrono_literals;
    for (const auto step : {microseconds{2h}, microseconds{-2h}}) {
        Playback run;
        run.play(60, 61, 30, step);
        ASSERT_GE(run.sink.frames.size(), 60U);
        std::vector<std::size_t> jumps;
        for (std::size_t i = 1; i < run.sink.frames.size(); ++i) {
            const auto distance = *run.sink.frames[i].pts - *run.sink.frames[i - 1].pts;
            if (distance == Ticks{3600}) continue;
            jumps.push_back(i);
            EXPECT_NEAR(std::chrono::duration<double>(distance).count(), std::chrono::duration<double>(step).count(), 1.1);
        }
        EXPECT_EQ(jumps.size(), 1U);
    }
}

}  // namespace
}  // namespace vantage::ingest
