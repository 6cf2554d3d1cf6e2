// SPDX-License-Identifier: Apache-2.0
// Points in, batches out, to a server that is told how to answer; the clock is simulated.
#include "series/sink.hpp"

#include "footage/faulty_files.hpp"
#include "footage/temp_directory.hpp"

#include <gtest/gtest.h>

namespace vantage::series {
namespace {

using namespace std::chrono_literals;

class SinkTest : public testing::Test {
  protected:
    SinkTest() { restart(); }
    void restart(SinkOptions options = {}) {
        options.folder = temp_.path() / "series";
        sink_ = std::make_unique<Sink>(
            options, files_, clock_,
            [this](const std::string& lines, std::optional<seconds>& retry_after,
                   const std::stop_token&) -> Result<Judgement> {
                ++attempts_;
                retry_after = retry_after_;
                if (!answer_) return answer_.error();
                if (answer_->verdict == Verdict::taken) taken_ += lines;
                return *answer_;
            },
            [this](UtcTime now) {
                return sampled_ ? std::vector<Point>{{"metrics", {}, {{"up", 1.0}}, now}} : std::vector<Point>{};
            });
    }
    void add(int from, int to) {
        for (int i = from; i < to; ++i) sink_->add(point(i));
    }
    static Point point(int i) { return {"m", {}, {{"n", std::int64_t{i}}}, UtcTime{microseconds{i}}}; }
    static std::string lines(int from, int to) {
        std::string out;
        for (int i = from; i < to; ++i) out += to_line(point(i));
        return out;
    }
    seconds send() { return sink_->send({}); }
    // As the threads do, a second each.
    void run(seconds time) {
        for (auto i = 0s; i < time; i += 1s) {
            clock_.advance(1s);
            sink_->gather();
            (void)send();
        }
    }

    footage::TempDirectory temp_;
    SimulatedClock clock_{UtcTime{1'795'176'000s}};
    footage::FaultyFiles files_{clock_, false};
    std::unique_ptr<Sink> sink_;
    Result<Judgement> answer_{Judgement{Verdict::taken}};
    std::optional<seconds> retry_after_;
    bool sampled_{false};
    int attempts_{0};
    std::string taken_;
};

TEST_F(SinkTest, PointsArriveOnceAndInOrder) {
    add(0, 10);
    sink_->gather();
    (void)send();
    add(10, 20);
    sink_->gather();
    (void)send();
    (void)send();
    EXPECT_EQ(taken_, lines(0, 20));
    EXPECT_EQ(attempts_, 2);
    const auto stats = sink_->stats();
    EXPECT_EQ(stats.sent, 20U);
    EXPECT_EQ(stats.dropped, 0U);
    EXPECT_EQ(stats.waiting, 0U);
    EXPECT_TRUE(stats.sending);
}

TEST_F(SinkTest, AnOutageOfAnHourAndARestartLoseNothing) {
    answer_ = fail(errc::unavailable, "Connection refused");
    for (int minute = 0; minute < 60; ++minute) {
        for (int i = 0; i < 60; ++i) add(minute * 960 + i * 16, minute * 960 + (i + 1) * 16);  // 16 cameras
        run(60s);
        if (minute == 30) restart();
    }
    EXPECT_EQ(sink_->stats().waiting, 57'600U);
    EXPECT_NE(sink_->stats().fault.find("Connection refused"), std::string::npos);
    EXPECT_LE(attempts_, 75) << "not again and again";
    answer_ = Judgement{Verdict::taken};
    run(61s);
    EXPECT_EQ(taken_, lines(0, 57'600));
    EXPECT_EQ(sink_->stats().dropped, 0U);
    EXPECT_TRUE(sink_->stats().sending);
    EXPECT_TRUE(sink_->stats().fault.empty());
}

TEST_F(SinkTest, PausesGrowAndTheServerMayAskForOne) {
    answer_ = Judgement{Verdict::later, "status 503"};
    add(0, 1);
    sink_->gather();
    std::vector<seconds> pauses;
    for (int i = 0; i < 8; ++i) {
        pauses.push_back(send());
        clock_.advance(pauses.back());
    }
    EXPECT_EQ(pauses, (std::vector<seconds>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
    retry_after_ = 17s;
    EXPECT_EQ(send(), 17s);
    EXPECT_EQ(send(), 17s) << "it rests";
    EXPECT_EQ(attempts_, 9);
}

TEST_F(SinkTest, BadLinesAreCountedAndNotSentAgain) {
    answer_ = Judgement{Verdict::bad_lines, "field type conflict", 3};
    add(0, 10);
    sink_->gather();
    (void)send();
    EXPECT_EQ(sink_->stats().dropped, 3U);
    EXPECT_EQ(sink_->stats().sent, 7U);
    answer_ = Judgement{Verdict::bad_lines, "unable to parse"};
    add(0, 10);
    sink_->gather();
    (void)send();
    EXPECT_EQ(sink_->stats().dropped, 13U);
    EXPECT_EQ(sink_->stats().waiting, 0U);
    EXPECT_EQ(attempts_, 2);
}

TEST_F(SinkTest, WhatIsRefusedWaitsAnHourForAPerson) {
    answer_ = Judgement{Verdict::refused, "database not found"};
    add(0, 10);
    run(50min);
    EXPECT_EQ(sink_->stats().waiting, 10U);
    EXPECT_LE(attempts_, 51) << "once a minute";
    EXPECT_NE(sink_->stats().fault.find("database not found"), std::string::npos);
    add(10, 20);
    run(12min);
    EXPECT_EQ(sink_->stats().dropped, 10U) << "older than an hour";
    answer_ = Judgement{Verdict::taken};
    run(61s);
    EXPECT_EQ(taken_, lines(10, 20));
}

TEST_F(SinkTest, ADiskThatIsFullIsWaitedForInMemory) {
    restart({.folder = {}, .most_queued = 100});
    sink_->gather();
    files_.fail_with(ENOSPC);
    add(0, 150);
    sink_->gather();
    add(150, 160);
    sink_->gather();
    EXPECT_EQ(sink_->stats().waiting, 100U);
    EXPECT_EQ(sink_->stats().dropped, 60U);
    files_.fail_with(0);
    run(1s);
    EXPECT_EQ(taken_, lines(60, 160));
}

TEST_F(SinkTest, SamplesAreTakenEverySoOften) {
    sampled_ = true;
    run(60s);
    EXPECT_EQ(std::ranges::count(taken_, '\n'), 6);
    EXPECT_TRUE(taken_.starts_with("metrics up=1 "));
}

TEST_F(SinkTest, ThreadsBringWhatWasAddedToDiskWhenTheyEnd) {
    answer_ = fail(errc::unavailable, "no route");
    {
        SinkThreads threads(*sink_);
        add(0, 1000);
    }
    answer_ = Judgement{Verdict::taken};
    restart();
    sink_->gather();
    (void)send();
    EXPECT_EQ(taken_, lines(0, 1000));
}

}  // namespace
}  // namespace vantage::series
