// SPDX-License-Identifier: Apache-2.0
#include "base/time_zone.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

using namespace std::chrono;

auto hours_of(const TimeZone& zone, year_month_day day) {
    return duration_cast<minutes>(zone.start_of(sys_days{day} + days{1}) - zone.start_of(day)).count() / 60.0;
}

TEST(TimeZone, DaysHave23To25Hours) {
    const auto berlin = TimeZone::load("Europe/Berlin").value();
    EXPECT_EQ(to_rfc3339(berlin.start_of(2026y / 7 / 1)), "2026-06-30T22:00:00.000Z");
    EXPECT_EQ(hours_of(berlin, 2026y / 3 / 28), 24);
    EXPECT_EQ(hours_of(berlin, 2026y / 3 / 29), 23);
    EXPECT_EQ(hours_of(berlin, 2026y / 10 / 25), 25);
    EXPECT_EQ(hours_of(TimeZone::load("Australia/Lord_Howe").value(), 2026y / 10 / 4), 23.5);
    EXPECT_EQ(berlin.date_of(parse_time("2026-06-30T21:59:59Z").value()), 2026y / 6 / 30);
    EXPECT_EQ(berlin.date_of(parse_time("2026-06-30T22:00:00Z").value()), 2026y / 7 / 1);
}

TEST(TimeZone, ADayWithoutMidnightBeginsWhereTheClocksJump) {
    const auto cairo = TimeZone::load("Africa/Cairo").value();  // 2024-04-26 began at 01:00
    EXPECT_EQ(to_rfc3339(cairo.start_of(2024y / 4 / 26)), "2024-04-25T22:00:00.000Z");
    EXPECT_EQ(hours_of(cairo, 2024y / 4 / 26), 23);
}

TEST(TimeZone, AnHourThatComesTwiceIsToldApart) {
    const auto berlin = TimeZone::load("Europe/Berlin").value();
    const auto at = [&](const char* time) { return berlin.local(parse_time(time).value()); };
    for (const auto* time : {"2026-10-25T00:30:05.9Z", "2026-10-25T01:30:05.9Z"}) {
        EXPECT_EQ(at(time).date, 2026y / 10 / 25);
        EXPECT_EQ(at(time).time.to_duration(), 2h + 30min + 5s);
    }
    EXPECT_EQ(at("2026-10-25T00:30:05Z").offset, 2h);
    EXPECT_FALSE(at("2026-10-25T00:30:05Z").again);
    EXPECT_EQ(at("2026-10-25T01:30:05Z").offset, 1h);
    EXPECT_TRUE(at("2026-10-25T01:30:05Z").again);
    EXPECT_FALSE(at("2026-10-25T02:00:00Z").again);
    EXPECT_EQ(at("2026-12-31T23:30:00Z").date, 2027y / 1 / 1);
    EXPECT_EQ(TimeZone::load("Asia/Kathmandu").value().local(UtcTime{}).offset, 5h + 30min);
}

TEST(TimeZone, TimesOfADay) {
    const auto berlin = TimeZone::load("Europe/Berlin").value();
    EXPECT_EQ(to_rfc3339(berlin.at(2026y / 7 / 1, 12h)), "2026-07-01T10:00:00.000Z");
    EXPECT_EQ(to_rfc3339(berlin.at(2026y / 3 / 29, 2h + 30min)), "2026-03-29T01:00:00.000Z") << "skipped";
    EXPECT_EQ(to_rfc3339(berlin.at(2026y / 10 / 25, 2h + 30min)), "2026-10-25T00:30:00.000Z") << "the first of two";
}

TEST(TimeZone, UnknownNames) {
    EXPECT_EQ(TimeZone::load("Mars/Olympus").error().code, errc::not_found);
    EXPECT_TRUE(TimeZone::load("UTC"));
}

}  // namespace
}  // namespace vantage
