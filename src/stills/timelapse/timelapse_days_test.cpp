// SPDX-License-Identifier: Apache-2.0
// A simulated clock drives days of drawn footage.
#include "stills/timelapse/timelapse_days.hpp"

#include "stills/timelapse/made_footage.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vantage::stills {
namespace {

using namespace std::chrono;

// 40 frames a day.
TimelapseSettings small() {
    TimelapseSettings out;
    out.seconds = 4;
    out.fps = 10;
    return out;
}

class TimelapseDaysTest : public testing::Test {
  protected:
    TimelapseDaysTest() { begin(); }
    // As after a start of the program.
    void begin() {
        days_ = std::make_unique<TimelapseDays>(studio_.tools);
        days_->set_cameras({{kDoor, settings_}});
    }
    void work() {
        for (int i = 0; i < 1000; ++i)
            if (!days_->work()) return;
        FAIL() << "there is no end of it";
    }
    // The clock goes on as it does beside a program that runs.
    void live(microseconds span, microseconds step = hours(1)) {
        const auto end = studio_.clock.now() + span;
        while (studio_.clock.now() < end) {
            studio_.clock.advance(std::min(step, end - studio_.clock.now()));
            work();
        }
    }
    void to(std::string_view time) { studio_.clock.step(time_at(time) - studio_.clock.now()); }
    std::vector<std::string> listed() {
        std::vector<std::string> out;
        for (const auto& film : days_->list(kDoor)) out.push_back(to_string(film.day) + (film.done ? "" : " running"));
        return out;
    }
    void expect_true(year_month_day day, std::size_t frames) {
        const auto record = days_->record(kDoor, day);
        ASSERT_TRUE(record) << record.error().message;
        const auto seen = look_at_film(days_->file(kDoor, day).value());
        EXPECT_EQ(record->frames, frames);
        ASSERT_EQ(seen.shows.size(), frames);
        for (std::size_t i = 0; i < frames; ++i) {
            ASSERT_TRUE(seen.shows[i]);
            EXPECT_LT(abs(*seen.shows[i] - record->times[i]), milliseconds(1));
        }
    }
    using List = std::vector<std::string>;

    TimelapseSettings settings_{small()};
    FilmStudio studio_{time_at("2026-11-20T00:00:00+01:00"), "Europe/Berlin"};
    std::unique_ptr<TimelapseDays> days_;
};

TEST_F(TimelapseDaysTest, ADayGrowsBesideTheFootageAndIsPublishedWhenItIsOver) {
    studio_.footage.stretches = {{studio_.clock.now(), studio_.clock.now() + hours(72), seconds(10)}};
    live(hours(12) + minutes(2));
    EXPECT_EQ(listed(), List{"2026-11-20 running"});
    const auto running = days_->list(kDoor).front();
    EXPECT_EQ(running.record.frames, 20U) << "half of the day";
    EXPECT_DOUBLE_EQ(running.progress, 0.5);
    EXPECT_EQ(days_->file(kDoor, 2026y / 11 / 20).error().code, errc::not_found);
    const auto read = studio_.footage.read_count;
    live(hours(12) - minutes(3));
    EXPECT_EQ(listed(), List{"2026-11-20 running"});
    live(minutes(3));
    EXPECT_EQ(listed(), List{"2026-11-20"});
    EXPECT_EQ(studio_.footage.read_count, read + 20) << "what was made is not made again";
    const auto film = days_->list(kDoor).front();
    EXPECT_TRUE(film.record.complete());
    EXPECT_EQ(film.record.start, time_at("2026-11-20T00:00:00+01:00"));
    EXPECT_EQ(film.record.end, time_at("2026-11-21T00:00:00+01:00"));
    expect_true(2026y / 11 / 20, 40);
    live(hours(24));
    EXPECT_EQ(listed(), (List{"2026-11-21", "2026-11-20"}));
}

TEST_F(TimelapseDaysTest, DaysOf23And25Hours) {
    for (const auto& [from, day, length] : {std::tuple{"2026-03-29T00:00:00+01:00", 2026y / 3 / 29, hours(23)},
                                            std::tuple{"2026-10-25T00:00:00+02:00", 2026y / 10 / 25, hours(25)}}) {
        to(from);
        begin();
        studio_.footage.stretches = {{time_at(from), time_at(from) + hours(30), seconds(10)}};
        live(length - minutes(1));
        EXPECT_EQ(listed().front(), to_string(year_month_day{day}) + " running");
        live(minutes(2));
        EXPECT_EQ(listed().front(), to_string(year_month_day{day}));
        const auto film = days_->list(kDoor).front();
        EXPECT_EQ(film.record.end - film.record.start, length);
        EXPECT_TRUE(film.record.complete());
        expect_true(day, 40);
    }
}

TEST_F(TimelapseDaysTest, WhatTheProgramMissedIsMadeAtTheNextStart) {
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(20), seconds(10)}};
    live(hours(6));
    days_.reset();  // killed; the recorder of another box filled the footage meanwhile
    studio_.clock.advance(hours(24 * 3));
    begin();
    EXPECT_EQ(listed(), List{});
    work();
    EXPECT_EQ(listed(), List{"2026-11-20"}) << "and none of days without footage";
    const auto film = days_->list(kDoor).front();
    ASSERT_EQ(film.record.gaps.size(), 1U);
    EXPECT_LT(abs(film.record.gaps[0].start - (midnight + hours(20))), minutes(36));
    EXPECT_EQ(film.record.gaps[0].end, midnight + hours(24));
    expect_true(2026y / 11 / 20, film.record.frames);
    EXPECT_EQ(studio_.footage.read_count, static_cast<int>(film.record.frames)) << "nothing twice";
}

TEST_F(TimelapseDaysTest, AWeekIsLookedBackAndWhatWasBegunIsFinishedLater) {
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(24 * 12), hours(1)}};
    live(hours(7));
    days_.reset();
    studio_.clock.advance(hours(24 * 11));
    begin();
    work();
    EXPECT_EQ(listed(), (List{"2026-12-01 running", "2026-11-30", "2026-11-29", "2026-11-28", "2026-11-27", "2026-11-26",
                              "2026-11-25", "2026-11-24", "2026-11-20"}));
}

TEST_F(TimelapseDaysTest, ARestartBetweenAnyTwoSteps) {
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(24), seconds(10)}};
    studio_.clock.advance(hours(25));
    for (int i = 0; i < 20; ++i) {
        begin();
        if (!days_->work()) break;
    }
    begin();
    EXPECT_EQ(listed(), List{"2026-11-20"});
    expect_true(2026y / 11 / 20, 40);
    EXPECT_EQ(studio_.footage.read_count, 40);
}

// A crash between the steps of publishing.
TEST_F(TimelapseDaysTest, WhatACrashLeavesOfPublishing) {
    namespace fs = std::filesystem;
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(24), seconds(10)}};
    studio_.clock.advance(hours(25));
    const auto folder = studio_.tools.folder / "door";
    while (days_->work() && days_->list(kDoor).front().progress < 1) {
    }
    const auto work_file = folder / "2026-11-20.work";
    ASSERT_TRUE(fs::exists(work_file));
    fs::copy_file(work_file, folder / "kept");
    work();
    ASSERT_EQ(listed(), List{"2026-11-20"});
    // The draft was being written, or was whole and not yet renamed.
    const auto film = folder / "2026-11-20.mp4", record = folder / "2026-11-20.json";
    for (const auto& lost : {std::vector{film, record}, std::vector{record}, std::vector<fs::path>{}}) {
        fs::copy_file(folder / "kept", work_file);
        for (const auto& file : lost) fs::rename(file, file.string() + ".new");
        begin();
        EXPECT_EQ(listed(), lost.empty() ? List{"2026-11-20"} : List{});
        work();
        EXPECT_EQ(listed(), List{"2026-11-20"});
        expect_true(2026y / 11 / 20, 40);
        EXPECT_FALSE(fs::exists(work_file));
        EXPECT_FALSE(fs::exists(film.string() + ".new"));
        EXPECT_FALSE(fs::exists(record.string() + ".new"));
    }
}

TEST_F(TimelapseDaysTest, AFullDiskWaitsAndIsTold) {
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(48), seconds(10)}};
    live(hours(12));
    studio_.room = 0;
    live(hours(18));
    const auto waits = days_->list(kDoor).back();
    EXPECT_FALSE(waits.done);
    EXPECT_NE(waits.error.find("are needed"), std::string::npos) << waits.error;
    studio_.room = 1U << 30;
    live(minutes(2), minutes(1));
    EXPECT_EQ(listed().back(), "2026-11-20");
    EXPECT_EQ(days_->list(kDoor).back().error, "");
    expect_true(2026y / 11 / 20, 40);
}

TEST_F(TimelapseDaysTest, NothingIsMadeWhileTheFootageIsNotIndexed) {
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(24), seconds(10)}};
    studio_.clock.advance(hours(25));
    studio_.ready = false;
    work();
    EXPECT_EQ(listed(), List{});
    studio_.ready = true;
    work();
    EXPECT_EQ(listed(), List{"2026-11-20"});
}

TEST_F(TimelapseDaysTest, KeptForEverOrForSomeDays) {
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(24), seconds(10)}};
    live(hours(25));
    live(hours(24 * 20), hours(24));
    EXPECT_EQ(listed(), List{"2026-11-20"});
    days_->set_keep(hours(24 * 30));
    live(hours(24 * 8), hours(24));
    EXPECT_EQ(listed(), List{"2026-11-20"});
    live(hours(24 * 3), hours(24));
    EXPECT_EQ(listed(), List{});
    EXPECT_FALSE(std::filesystem::exists(studio_.tools.folder / "door/2026-11-20.mp4"));
    begin();
    days_->set_keep(hours(24));
    work();
    EXPECT_EQ(listed(), List{}) << "and is not made again";
}

TEST_F(TimelapseDaysTest, ARemovedDayIsNotMadeAgain) {
    namespace fs = std::filesystem;
    const auto midnight = studio_.clock.now();
    const auto folder = studio_.tools.folder / "door";
    studio_.footage.stretches = {{midnight, midnight + hours(72), seconds(10)}};
    live(hours(25));
    ASSERT_EQ(listed().back(), "2026-11-20");
    ASSERT_TRUE(days_->remove(kDoor, 2026y / 11 / 20));
    EXPECT_EQ(days_->file(kDoor, 2026y / 11 / 20).error().code, errc::not_found);
    EXPECT_EQ(days_->remove(kDoor, 2026y / 11 / 20).error().code, errc::not_found);
    EXPECT_EQ(days_->remove(kDoor, 2026y / 11 / 19).error().code, errc::not_found);
    for (const auto* end : {".mp4", ".json"}) EXPECT_FALSE(fs::exists(folder / (std::string("2026-11-20") + end)));
    live(hours(7));
    EXPECT_EQ(listed(), List{"2026-11-21 running"});
    begin();
    live(hours(6));
    EXPECT_EQ(listed(), List{"2026-11-21 running"}) << "nor after a restart";
    // A crash behind the mark: what is left of the film does not count.
    for (const auto* end : {".mp4", ".json", ".work"}) std::ofstream(folder / (std::string("2026-11-20") + end)) << "{}";
    begin();
    EXPECT_EQ(listed(), List{});
    for (const auto* end : {".mp4", ".json", ".work"}) EXPECT_FALSE(fs::exists(folder / (std::string("2026-11-20") + end)));
}

TEST_F(TimelapseDaysTest, TheDayThatRunsIsGivenUpWhenItIsRemoved) {
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(48), seconds(10)}};
    live(hours(12));
    ASSERT_EQ(listed(), List{"2026-11-20 running"});
    ASSERT_TRUE(days_->remove(kDoor, 2026y / 11 / 20));
    EXPECT_EQ(listed(), List{});
    const auto read = studio_.footage.read_count;
    live(hours(11));
    EXPECT_EQ(studio_.footage.read_count, read);
    EXPECT_FALSE(std::filesystem::exists(studio_.tools.folder / "door/2026-11-20.work"));
    live(hours(12));
    EXPECT_EQ(listed(), List{"2026-11-21 running"});
}

TEST_F(TimelapseDaysTest, ADayThatCannotBeMarkedStays) {
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(24), seconds(10)}};
    live(hours(25));
    studio_.files.fail_creation_with(ENOSPC);
    EXPECT_FALSE(days_->remove(kDoor, 2026y / 11 / 20));
    EXPECT_EQ(listed(), List{"2026-11-20"});
    expect_true(2026y / 11 / 20, 40);
}

TEST_F(TimelapseDaysTest, ADayKeepsTheSettingsItBeganWith) {
    const auto midnight = studio_.clock.now();
    studio_.footage.stretches = {{midnight, midnight + hours(48), seconds(10)}};
    live(hours(12));
    settings_.seconds = 2;
    begin();
    live(hours(13));
    EXPECT_EQ(days_->list(kDoor).back().record.frames, 40U);
    live(hours(24));
    EXPECT_EQ(days_->list(kDoor).front().record.frames, 20U);
}

TEST_F(TimelapseDaysTest, FilesOfOthersAreLeftAlone) {
    std::filesystem::create_directories(studio_.tools.folder / "door");
    std::ofstream(studio_.tools.folder / "door/holiday.mp4") << "mine";
    std::ofstream(studio_.tools.folder / "door/2026-11-01.json") << "{}";
    work();
    EXPECT_EQ(listed(), List{});
    EXPECT_TRUE(std::filesystem::exists(studio_.tools.folder / "door/holiday.mp4"));
    EXPECT_TRUE(std::filesystem::exists(studio_.tools.folder / "door/2026-11-01.json"));
}

}  // namespace
}  // namespace vantage::stills
