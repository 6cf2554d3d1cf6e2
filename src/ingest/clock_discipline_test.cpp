// SPDX-License-Identifier: Apache-2.0
#include "ingest/clock_discipline.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace vantage::ingest {
namespace {

using namespace std::chrono_literals;
const UtcTime kStart = parse_time("2026-11-20T10:00:00Z").value();
microseconds of_seconds(double s) {
    return microseconds{std::llround(s * 1e6)};
}

// A camera and the network to it. All times are seconds of true time since kStart.
struct Scene {
    double fps{25};
    double gop{1};
    bool audio{false};
    bool one_timeline{false};
    double media_ppm{0};   // the camera's media clock against true time
    double report_ppm{0};  // its wall clock against true time
    double report_offset{0};
    double reports_every{0};  // 0: none
    double audio_report_offset{0};
    std::function<double(double)> report_step = [](double) { return 0.0; };
    std::function<double(double)> media_step = [](double) { return 0.0; };  // seconds added to the time stamps
    std::function<double(double)> host_step = [](double) { return 0.0; };   // error of the host's wall clock
    std::function<double(double)> hold_up = [](double) { return 0.0; };     // extra delay of what is sent at that time
    std::function<bool(int)> stamped = [](int) { return true; };
    std::function<bool(double)> sent = [](double) { return true; };
    double delay{0.005};
    double jitter{0.004};
    double until{30};
};

struct Out {
    TrackKind track;
    double truth;  // seconds since kStart when it was taken
    double time;   // what it was given
    std::string reason;
    double error() const { return time - truth; }
};

class Replay {
  public:
    explicit Replay(const Scene& scene)
        : scene_(scene), clock_(scene.one_timeline, [this](TimedFrame f) { take(std::move(f)); }) {
        double next_video = 0, next_audio = scene.audio ? 0.01 : 1e12, next_report = scene.reports_every > 0 ? 0.02 : 1e12;
        int frame = 0;
        while (true) {
            const double t = std::min({next_video, next_audio, next_report});
            if (t >= scene.until) break;
            if (t == next_report) {
                report(TrackKind::video, t);
                if (scene.audio) report(TrackKind::audio, t);
                next_report += scene.reports_every;
            } else if (t == next_video) {
                send(TrackKind::video, t, std::fmod(t + 1e-9, scene.gop) < 0.99 / scene.fps, scene.stamped(frame));
                next_video = ++frame / scene.fps;
            } else {
                send(TrackKind::audio, t, true, true);
                next_audio += 0.064;
            }
        }
        clock_.flush();
    }

    std::vector<Out> out;
    footage::Timing timing() const { return clock_.timing(); }
    std::vector<std::string> reasons() const {
        std::vector<std::string> list;
        for (const auto& o : out)
            if (!o.reason.empty()) list.push_back(o.reason);
        return list;
    }
    double worst_error(double from, double to = 1e12) const {
        double worst = 0;
        for (const auto& o : out)
            if (o.truth >= from && o.truth < to) worst = std::max(worst, std::abs(o.error()));
        return worst;
    }
    // The largest difference between the distance of two neighbours of a track and their true distance, unless it was said.
    double worst_seam() const {
        std::map<TrackKind, Out> before;
        double worst = 0;
        bool broke = false;
        for (const auto& o : out) {
            if (!o.reason.empty()) broke = true;
            if (broke && (o.reason.empty() ? before.count(o.track) > 0 : true)) before.clear(), broke = false;
            if (const auto b = before.find(o.track); b != before.end())
                worst = std::max(worst, std::abs((o.time - b->second.time) - (o.truth - b->second.truth)));
            before.insert_or_assign(o.track, o);
        }
        return worst;
    }
    bool monotonic_between_breaks() const {
        std::map<TrackKind, double> before;
        for (const auto& o : out) {
            if (!o.reason.empty()) before.clear();
            if (const auto b = before.find(o.track); b != before.end() && o.time <= b->second) return false;
            before[o.track] = o.time;
        }
        return true;
    }
    std::size_t sent{0};

  private:
    Arrival arrive(double t) {
        const double late =
            scene_.delay + (scene_.jitter > 0 ? std::exponential_distribution<>(1 / scene_.jitter)(random_) : 0);
        last_arrival_ = std::max(last_arrival_, t + late + scene_.hold_up(t));
        const auto at = of_seconds(last_arrival_);
        return {SteadyTime{1000s} + at, kStart + at + of_seconds(scene_.host_step(last_arrival_))};
    }
    Ticks media(TrackKind kind, double t) const {
        const double origin = scene_.one_timeline || kind == TrackKind::video ? 700.0 : 31000.0;
        return Ticks{std::llround((origin + t * (1 + scene_.media_ppm * 1e-6) + scene_.media_step(t)) * 90000)};
    }
    void send(TrackKind kind, double t, bool key, bool stamped) {
        if (!scene_.sent(t)) return;
        Frame frame;
        frame.track = kind;
        frame.key = key;
        if (stamped) frame.pts = media(kind, t);
        frame.arrival = arrive(t);
        const auto id = std::llround(t * 1e6);
        frame.data.resize(8);
        store_u64(frame.data.data(), static_cast<std::uint64_t>(id));
        ++sent;
        clock_.push(std::move(frame));
    }
    void report(TrackKind kind, double t) {
        const double shown = t * (1 + scene_.report_ppm * 1e-6) + scene_.report_offset + scene_.report_step(t) +
                             (kind == TrackKind::audio ? scene_.audio_report_offset : 0);
        clock_.report({kind, media(kind, t), kStart + of_seconds(shown), arrive(t)});
    }
    void take(TimedFrame f) {
        const double truth = static_cast<double>(load_u64(f.frame.data.data())) / 1e6;
        const double time = std::chrono::duration<double>(to_utc(f.pts) - kStart).count();
        out.push_back({f.frame.track, truth, time, f.discontinuity ? f.discontinuity : ""});
    }

    Scene scene_;
    ClockDiscipline clock_;
    std::mt19937 random_{7};
    double last_arrival_{0};
};

void expect_whole(const Replay& run) {
    EXPECT_EQ(run.out.size(), run.sent) << "frames were lost";
    EXPECT_TRUE(run.monotonic_between_breaks());
    EXPECT_LT(run.worst_seam(), 0.1);
}

TEST(ClockDiscipline, GoesByTheLeastDelayedArrival) {
    const Replay run({.audio = true, .jitter = 0.02});
    expect_whole(run);
    EXPECT_TRUE(run.reasons().empty());
    EXPECT_LT(run.worst_error(0), 0.03);
    EXPECT_EQ(run.timing().source, "arrival");
    EXPECT_EQ(run.timing().uncertainty / 10ms, 25);
}

TEST(ClockDiscipline, TrustsReportsThatLieJustBeforeTheArrival) {
    const Replay run({.audio = true, .reports_every = 5, .delay = 0.12});
    expect_whole(run);
    EXPECT_TRUE(run.reasons().empty());
    EXPECT_LT(run.worst_error(0), 0.002);  // the 120 ms of the network do not count
    EXPECT_EQ(run.timing().source, "sender reports");
    EXPECT_NEAR(static_cast<double>(run.timing().uncertainty.count()), 120e3, 10e3);
}

TEST(ClockDiscipline, ReportsWrongByHoursGiveOnlyTheRate) {
    for (const double hours : {-5.0, 2.0, 0.0001}) {  // 0.36 s in the future is as impossible
        const Replay run({.audio = true, .report_offset = hours * 3600, .reports_every = 5});
        expect_whole(run);
        EXPECT_LT(run.worst_error(0), 0.03);
        EXPECT_EQ(run.timing().source, "arrival");
        EXPECT_NEAR(std::chrono::duration<double>(run.timing().offset).count(), hours * 3600, 0.03);
    }
}

TEST(ClockDiscipline, EveryReportOfTwoTracksLeavesThemInSync) {
    const Replay run({.audio = true, .reports_every = 1, .delay = 0.05, .jitter = 0.01, .until = 120});
    expect_whole(run);
    EXPECT_TRUE(run.reasons().empty());
    EXPECT_LT(run.worst_error(0), 0.003);
    EXPECT_LT(run.worst_seam(), 0.001);
}

TEST(ClockDiscipline, TracksWhoseReportsDisagreeGoByArrival) {
    const Replay run({.audio = true, .reports_every = 5, .audio_report_offset = 3, .until = 120});
    expect_whole(run);
    EXPECT_LT(run.worst_error(0), 0.03);
}

TEST(ClockDiscipline, LateAndMissingReports) {
    Scene scene{.audio = true, .reports_every = 5, .delay = 0.02, .until = 400};
    scene.hold_up = [](double t) {
        return t < 100 ? 0.0 : t < 101 ? 3.0 - (t - 100) * 3 : 0.0;
    };  // one report is 2.9 s late
    const Replay run(scene);
    expect_whole(run);
    EXPECT_TRUE(run.reasons().empty());
    EXPECT_LT(run.worst_error(0), 0.005);
    scene.reports_every = 150;
    const Replay rare(scene);
    expect_whole(rare);
    EXPECT_LT(rare.worst_error(0), 0.01);
}

TEST(ClockDiscipline, DriftingReportsAreFoundOut) {
    for (const double ppm : {-500.0, -120.0, 120.0, 500.0}) {
        const Replay run({.audio = true, .media_ppm = ppm, .report_ppm = ppm, .reports_every = 5, .until = 3600});
        expect_whole(run);
        EXPECT_TRUE(run.reasons().empty());
        EXPECT_LT(run.worst_error(0), 0.05) << ppm;
        EXPECT_EQ(run.timing().source, "arrival");
        EXPECT_NEAR(run.timing().ppm, ppm, 20);
    }
}

TEST(ClockDiscipline, FirstFramesThatComeInABurstAreNotLate) {
    Scene scene;
    scene.hold_up = [](double t) { return t < 0.8 ? 0.8 - t : 0.0; };  // kept by the camera, then sent at once
    const Replay run(scene);
    expect_whole(run);
    EXPECT_TRUE(run.reasons().empty());
    EXPECT_LT(run.worst_error(0), 0.03);
}

TEST(ClockDiscipline, FirstFramesWithoutTimeStamps) {
    const Replay run({.stamped = [](int n) { return n > 2; }});
    expect_whole(run);
    EXPECT_TRUE(run.reasons().empty());
    EXPECT_LT(run.worst_error(0), 0.03);
}

TEST(ClockDiscipline, FramesThatNeverHaveTimeStamps) {
    const Replay run({.stamped = [](int) { return false; }, .until = 60});
    EXPECT_EQ(run.out.size(), run.sent);
    EXPECT_TRUE(run.monotonic_between_breaks());
    EXPECT_LT(run.worst_error(0), 0.06);
}

TEST(ClockDiscipline, TimeStampsThatCeaseAreABreakThatSaysSo) {
    const Replay run({.stamped = [](int n) { return n < 250; }});
    EXPECT_EQ(run.out.size(), run.sent);
    EXPECT_EQ(run.reasons(), std::vector<std::string>{"time stamps missing"});
    EXPECT_LT(run.worst_error(0), 0.08);
}

TEST(ClockDiscipline, OneStrangeTimeStampIsNoBreak) {
    for (const double wrong : {-7200.0, 7200.0, -47721.858}) {
        Scene scene{.audio = true};
        scene.media_step = [wrong](double t) { return std::abs(t - 10.0) < 0.001 ? wrong : 0.0; };
        const Replay run(scene);
        expect_whole(run);
        EXPECT_TRUE(run.reasons().empty());
        EXPECT_LT(run.worst_error(0), 0.03);
    }
}

TEST(ClockDiscipline, JumpsOfTheTimeStamps) {
    for (const double by : {-47721.858, -7200.0, 7200.0, -3.0, 3.0})
        for (const bool one_timeline : {false, true})
            for (const double reports : {0.0, 5.0}) {
                Scene scene{.audio = true, .one_timeline = one_timeline, .reports_every = one_timeline ? 0 : reports};
                scene.media_step = [by](double t) { return t > 10.35 ? by : 0.0; };
                const Replay run(scene);
                expect_whole(run);
                EXPECT_EQ(run.reasons(), std::vector<std::string>{"camera clock stepped"}) << by;
                EXPECT_LT(run.worst_error(0), 0.06) << by;
            }
}

TEST(ClockDiscipline, StepsOfTheCamerasWallClock) {
    for (const double by : {-7200.0, 7200.0, 0.2}) {
        Scene scene{.audio = true, .reports_every = 5, .delay = 0.02, .until = 200};
        scene.report_step = [by](double t) { return t > 60 ? by : 0.0; };
        const Replay run(scene);
        expect_whole(run);
        EXPECT_TRUE(run.reasons().empty());  // the pictures went on as before
        EXPECT_LT(run.worst_error(0), 0.06) << by;
        EXPECT_EQ(run.timing().source, "arrival");
    }
}

TEST(ClockDiscipline, StepsOfTheHostsClock) {
    for (const double by : {-7200.0, 7200.0, -5.0, 5.0}) {
        Scene scene{.audio = true, .until = 120};
        scene.host_step = [by](double at) { return at > 60.5 ? by : 0.0; };  // true time is wrong by `by` from then on
        const Replay run(scene);
        EXPECT_EQ(run.out.size(), run.sent);
        EXPECT_TRUE(run.monotonic_between_breaks());
        EXPECT_EQ(run.reasons(), std::vector<std::string>{"clock stepped"});
        for (const auto& o : run.out) {
            if (o.truth >= 60.9 && o.truth < 61)
                continue;  // the next key frame is at 61 s; audio just before it goes either way
            EXPECT_NEAR(o.error(), o.truth < 61 ? 0 : by, 0.05) << o.truth;
        }
    }
}

TEST(ClockDiscipline, SmallStepsOfTheHostsClockAreSteered) {
    Scene scene{.audio = true, .until = 3600};
    scene.host_step = [](double at) { return at > 60 ? 0.3 : 0.0; };
    const Replay run(scene);
    expect_whole(run);
    EXPECT_TRUE(run.reasons().empty());
    EXPECT_LT(run.worst_seam(), 0.001);
    EXPECT_NEAR(run.out.back().error(), 0.3, 0.03);
}

TEST(ClockDiscipline, ABurstAfterAStallKeepsItsTimes) {
    Scene scene{.audio = true, .until = 200};
    scene.hold_up = [](double t) { return t > 50 && t < 58 ? 58 - t : 0.0; };
    for (const double reports : {0.0, 5.0}) {
        scene.reports_every = reports;
        const Replay run(scene);
        expect_whole(run);
        EXPECT_TRUE(run.reasons().empty());
        EXPECT_LT(run.worst_error(0), 0.03);
    }
}

TEST(ClockDiscipline, MissingFramesAreAHoleThatIsSaid) {
    Scene scene{.audio = true};
    scene.sent = [](double t) { return t < 10 || t > 13; };
    const Replay run(scene);
    EXPECT_EQ(run.out.size(), run.sent);
    EXPECT_EQ(run.reasons(), std::vector<std::string>{"frames missing"});
    EXPECT_LT(run.worst_error(0), 0.03);
    EXPECT_TRUE(Replay({.fps = 0.5, .gop = 2, .until = 60}).reasons().empty()) << "a slow camera has no holes";
}

struct Day {
    double ppm;
    bool reports;
};
class LongRun : public testing::TestWithParam<Day> {};

// Every day of a camera whose clock drifts, over a network with jitter and stalls: true within 50 ms, and no seam.
TEST_P(LongRun, StaysTrueAndWhole) {
    Scene scene{.fps = 2, .gop = 2, .media_ppm = GetParam().ppm, .reports_every = GetParam().reports ? 10.0 : 0.0};
    scene.delay = 0.005;
    scene.jitter = 0.01;
    scene.until = 24 * 3600;
    scene.hold_up = [](double t) { return std::fmod(t, 1800) < 5 ? 5 - std::fmod(t, 1800) : 0.0; };
    const Replay run(scene);
    expect_whole(run);
    EXPECT_TRUE(run.reasons().empty());
    EXPECT_LT(run.worst_error(10), 0.05);
    EXPECT_LT(run.worst_seam(), 0.01);
    EXPECT_NEAR(run.timing().ppm, GetParam().ppm, 10);
}

INSTANTIATE_TEST_SUITE_P(Drift, LongRun,
                         testing::Values(Day{-500, false}, Day{500, false}, Day{-500, true}, Day{500, true}, Day{0, false}));

}  // namespace
}  // namespace vantage::ingest
