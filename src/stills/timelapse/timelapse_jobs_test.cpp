// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/timelapse_jobs.hpp"

#include "stills/timelapse/made_footage.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;

class TimelapseJobsTest : public testing::Test {
  protected:
    TimelapseJobsTest() {
        std::filesystem::create_directories(studio_.tools.folder.parent_path());
        studio_.footage.stretches = {{start_ - 1h, start_ + 24h, 10s}};
    }
    TimelapseRequest request(int seconds = 2, int fps = 10) {
        TimelapseRequest out{kDoor, "olga", start_, start_ + 1h, {}};
        out.settings.seconds = seconds;
        out.settings.fps = fps;
        return out;
    }
    // Once the queue is empty.
    static TimelapseJob ended(TimelapseJobs& jobs, const std::string& id) {
        while (jobs.work()) {
        }
        return jobs.find(id).value();
    }
    // The first of the queue, on a thread of its own, which waits until the turn is given back.
    std::jthread run_first(TimelapseJobs& jobs, const std::string& id) {
        studio_.turn.lock();
        std::jthread running([&jobs] { (void)jobs.work(); });
        while (jobs.find(id)->state != JobState::running) std::this_thread::yield();
        return running;
    }
    std::size_t files_of(const std::string& id) {
        const auto folder = studio_.tools.folder / ".jobs" / id;
        if (!std::filesystem::exists(folder)) return 0;
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
    }

    FilmStudio studio_{time_at("2026-11-21T12:00:00Z")};
    const UtcTime start_{time_at("2026-11-20T12:00:00Z")};
};

TEST_F(TimelapseJobsTest, AnyRangeBecomesAFilm) {
    TimelapseJobs jobs(studio_.tools);
    ASSERT_TRUE(jobs.open());
    const auto made = jobs.create(request()).value();
    EXPECT_EQ(made.state, JobState::queued);
    const auto job = ended(jobs, made.id);
    ASSERT_EQ(job.state, JobState::done) << job.error;
    EXPECT_EQ(job.frames, 20U);
    EXPECT_EQ(job.progress, 1);
    const auto record = jobs.record(made.id).value();
    const auto seen = look_at_film(jobs.file(made.id).value());
    ASSERT_EQ(seen.shows.size(), 20U);
    for (std::size_t i = 0; i < 20; ++i) EXPECT_LT(std::chrono::abs(seen.shows[i].value() - record.times[i]), 1ms);
    EXPECT_EQ(files_of(made.id), 3U) << "job.json, film.mp4, film.json";
    jobs.stop();
    TimelapseJobs again(studio_.tools);
    ASSERT_TRUE(again.open());
    ASSERT_EQ(again.list().size(), 1U);
    EXPECT_EQ(again.list()[0].state, JobState::done);
    EXPECT_EQ(again.list()[0].film->frames, 20U);
    ASSERT_TRUE(again.remove(made.id));
    EXPECT_TRUE(again.list().empty());
    EXPECT_EQ(files_of(made.id), 0U);
}

TEST_F(TimelapseJobsTest, APictureADayOverMonths) {
    studio_.footage.stretches = {{start_ - 24h * 100, start_, 60s}};
    TimelapseJobs jobs(studio_.tools);
    ASSERT_TRUE(jobs.open());
    auto wanted = request();
    wanted.start = start_ - 24h * 99;
    wanted.end = start_;
    wanted.every = Every::day;
    const auto job = ended(jobs, jobs.create(wanted)->id);
    ASSERT_EQ(job.state, JobState::done) << job.error;
    EXPECT_EQ(job.frames, 99U);
    const auto record = jobs.record(job.id).value();
    for (const auto time : record.times) EXPECT_EQ(to_rfc3339(time).substr(11, 4), "12:0");
}

TEST_F(TimelapseJobsTest, WhatAKillCutsOffGoesOnAtTheNextStart) {
    std::string id;
    {
        TimelapseJobs jobs(studio_.tools);
        ASSERT_TRUE(jobs.open());
        id = jobs.create(request())->id;
    }
    // Some pieces were done.
    FilmBuild begun(studio_.tools, kDoor, plan_range(studio_.tools.zone, start_, start_ + 1h, request().settings).value(),
                    studio_.tools.folder / ".jobs" / id / "film.work", 0);
    ASSERT_TRUE(begun.step({}));
    const auto read = studio_.footage.read_count;
    TimelapseJobs jobs(studio_.tools);
    ASSERT_TRUE(jobs.open());
    const auto job = ended(jobs, id);
    ASSERT_EQ(job.state, JobState::done) << job.error;
    EXPECT_EQ(look_at_film(jobs.file(id).value()).shows.size(), 20U);
    EXPECT_EQ(studio_.footage.read_count - read, 10) << "only what was missing";
}

TEST_F(TimelapseJobsTest, AStopInTheMiddleIsNoFailure) {
    std::string id;
    {
        TimelapseJobs jobs(studio_.tools);
        ASSERT_TRUE(jobs.open());
        id = jobs.create(request())->id;
        const auto running = run_first(jobs, id);
        jobs.stop();
        studio_.turn.unlock();
    }
    EXPECT_EQ(studio_.footage.read_count, 0);
    TimelapseJobs jobs(studio_.tools);
    ASSERT_TRUE(jobs.open());
    EXPECT_EQ(ended(jobs, id).state, JobState::done);
}

TEST_F(TimelapseJobsTest, CancelledAndFailedOnesLeaveTheirRecordAlone) {
    TimelapseJobs jobs(studio_.tools);
    ASSERT_TRUE(jobs.open());
    const auto first = jobs.create(request())->id, second = jobs.create(request())->id;
    auto running = run_first(jobs, first);
    ASSERT_TRUE(jobs.cancel(first));
    ASSERT_TRUE(jobs.cancel(second));
    EXPECT_EQ(jobs.find(second)->state, JobState::cancelled) << "at once, as it had not begun";
    studio_.turn.unlock();
    running.join();
    EXPECT_EQ(jobs.find(first)->state, JobState::cancelled);
    EXPECT_EQ(files_of(first), 1U);
    EXPECT_EQ(jobs.file(first).error().code, errc::not_found);

    auto nothing = request();
    nothing.start = start_ - 24h * 30;
    nothing.end = nothing.start + 1h;
    const auto empty = ended(jobs, jobs.create(nothing)->id);
    EXPECT_EQ(empty.state, JobState::failed);
    EXPECT_NE(empty.error.find("neither footage nor a thumbnail"), std::string::npos) << empty.error;
    studio_.room = 0;
    const auto full = ended(jobs, jobs.create(request())->id);
    EXPECT_EQ(full.state, JobState::failed);
    EXPECT_NE(full.error.find("are needed"), std::string::npos) << full.error;
    EXPECT_EQ(files_of(full.id), 1U);
    EXPECT_EQ(jobs.cancel("nobody").error().code, errc::not_found);
    EXPECT_EQ(jobs.remove("nobody").error().code, errc::not_found);
}

TEST_F(TimelapseJobsTest, RemovedWhileItRuns) {
    TimelapseJobs jobs(studio_.tools);
    ASSERT_TRUE(jobs.open());
    const auto id = jobs.create(request())->id;
    auto running = run_first(jobs, id);
    ASSERT_TRUE(jobs.remove(id));
    EXPECT_FALSE(jobs.find(id));
    studio_.turn.unlock();
    running.join();
    const auto next = jobs.create(request())->id;
    EXPECT_EQ(ended(jobs, next).state, JobState::done);
    EXPECT_EQ(files_of(id), 0U);
}

TEST_F(TimelapseJobsTest, WrongWishesAreToldWhatMayBe) {
    TimelapseJobs jobs(studio_.tools);
    ASSERT_TRUE(jobs.open());
    const auto told = [&](auto change) {
        auto wanted = request();
        change(wanted);
        const auto made = jobs.create(wanted);
        return made ? "" : made.error().message;
    };
    EXPECT_NE(told([](auto& r) { r.settings.seconds = 0; }).find("from 1 to 3600"), std::string::npos);
    EXPECT_NE(told([](auto& r) { r.settings.fps = 61; }).find("from 1 to 60"), std::string::npos);
    EXPECT_NE(told([](auto& r) { r.settings.seconds = 3600, r.settings.fps = 11; }).find("36000"), std::string::npos);
    EXPECT_NE(told([](auto& r) { r.end = r.start; }).find("after 'start'"), std::string::npos);
    EXPECT_NE(told([](auto& r) { r.start += 24h * 3, r.end += 24h * 3; }).find("future"), std::string::npos);
    EXPECT_NE(told([](auto& r) { r.start -= 24h * 400; }).find("366 days"), std::string::npos);
    EXPECT_NE(told([](auto& r) { r.settings.hours = parse_hours("01:00-02:00").value(); }).find("nothing of the range"),
              std::string::npos);
    EXPECT_EQ(told([](auto& r) { r.end += 24h * 300; }), "") << "an end in the future is now";
}

TEST_F(TimelapseJobsTest, KeptForSomeDays) {
    TimelapseJobs jobs(studio_.tools);
    ASSERT_TRUE(jobs.open());
    const auto id = jobs.create(request())->id;
    EXPECT_EQ(ended(jobs, id).state, JobState::done);
    jobs.set_keep(48h);
    jobs.work();
    EXPECT_TRUE(jobs.find(id));
    studio_.clock.advance(49h);
    jobs.work();
    EXPECT_FALSE(jobs.find(id));
    EXPECT_EQ(files_of(id), 0U);
}

}  // namespace
}  // namespace vantage::stills
