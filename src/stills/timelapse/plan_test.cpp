// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/plan.hpp"

#include <gtest/gtest.h>

namespace vantage::stills {
namespace {

using namespace std::chrono;

TimeZone berlin() {
    return TimeZone::load("Europe/Berlin").value();
}
UtcTime at(std::string_view text) {
    return parse_time(text).value();
}
Hours hours(const char* text) {
    return parse_hours(text).value();
}
TimelapseSettings settings(std::optional<Hours> of_day = {}) {
    TimelapseSettings out;
    out.hours = of_day;
    return out;
}
microseconds length(const Plan& plan) {
    microseconds out{0};
    for (const auto& span : plan.spans) out += span.end - span.start;
    return out;
}

// Every plan: as many slots as frames, in order, apart, together about as long as the spans.
void expect_whole(const Plan& plan) {
    const auto slots = plan.slots();
    ASSERT_EQ(slots.size(), plan.frames);
    microseconds sum{0};
    for (std::size_t i = 0; i < slots.size(); ++i) {
        EXPECT_LT(slots[i].at, slots[i].until);
        if (i > 0) {
            EXPECT_GE(slots[i].at, slots[i - 1].until);
        }
        sum += slots[i].until - slots[i].at;
    }
    // Where one reaches over the end of its span, its rest is cut off.
    EXPECT_LE(sum, length(plan));
    EXPECT_GE(sum, length(plan) - (length(plan) / plan.frames + 1us) * (plan.spans.size() - 1));
    EXPECT_EQ(slots.front().at, plan.start());
    EXPECT_EQ(slots.back().until, plan.end());
}

TEST(TimelapsePlan, ADayHasOneFrameEvery57Point6Seconds) {
    const auto plan = plan_day(berlin(), 2026y / 11 / 20, settings());
    EXPECT_EQ(plan.start(), at("2026-11-19T23:00:00Z"));
    EXPECT_EQ(plan.end(), at("2026-11-20T23:00:00Z"));
    EXPECT_EQ(plan.frames, 1500U);
    EXPECT_EQ(plan.slots()[1].at - plan.slots()[0].at, 57'600ms);
    expect_whole(plan);
}

TEST(TimelapsePlan, DaysOf23And25Hours) {
    const auto spring = plan_day(berlin(), 2026y / 3 / 29, settings()),
               autumn = plan_day(berlin(), 2026y / 10 / 25, settings());
    EXPECT_EQ(length(spring), 23h);
    EXPECT_EQ(length(autumn), 25h);
    EXPECT_EQ(spring.slots()[1].at - spring.slots()[0].at, 55'200ms);
    EXPECT_EQ(autumn.slots()[1].at - autumn.slots()[0].at, 60s);
    expect_whole(spring);
    expect_whole(autumn);
}

TEST(TimelapsePlan, HoursOfTheDayAlsoOverMidnightAndWhereTheClocksChange) {
    const auto work = plan_day(berlin(), 2026y / 11 / 20, settings(hours("06:00-22:00")));
    ASSERT_EQ(work.spans.size(), 1U);
    EXPECT_EQ(work.start(), at("2026-11-20T05:00:00Z"));
    EXPECT_EQ(work.end(), at("2026-11-20T21:00:00Z"));
    const auto night = plan_day(berlin(), 2026y / 11 / 20, settings(hours("22:00-06:00")));
    ASSERT_EQ(night.spans.size(), 2U);
    EXPECT_EQ(length(night), 8h);
    expect_whole(night);
    EXPECT_EQ(length(plan_day(berlin(), 2026y / 3 / 29, settings(hours("00:00-06:00")))), 5h);
    EXPECT_EQ(length(plan_day(berlin(), 2026y / 10 / 25, settings(hours("00:00-06:00")))), 7h);
    EXPECT_EQ(length(plan_day(berlin(), 2026y / 11 / 20, settings(hours("08:00-24:00")))), 16h);
    // The hour that the clocks skip leaves nothing: then it is the whole day.
    EXPECT_EQ(length(plan_day(berlin(), 2026y / 3 / 29, settings(hours("02:00-03:00")))), 23h);
}

TEST(TimelapsePlan, ARangeWithHoursSkipsTheNights) {
    const auto plan =
        plan_range(berlin(), at("2026-11-18T12:00:00Z"), at("2026-11-20T12:00:00Z"), settings(hours("06:00-22:00"))).value();
    ASSERT_EQ(plan.spans.size(), 3U);
    EXPECT_EQ(plan.start(), at("2026-11-18T12:00:00Z"));
    EXPECT_EQ(plan.spans[1].start, at("2026-11-19T05:00:00Z"));
    EXPECT_EQ(plan.end(), at("2026-11-20T12:00:00Z"));
    expect_whole(plan);
    EXPECT_FALSE(
        plan_range(berlin(), at("2026-11-18T23:00:00Z"), at("2026-11-19T02:00:00Z"), settings(hours("06:00-22:00"))));
}

TEST(TimelapsePlan, APictureADayAtNoonOrWhereTheHoursBegin) {
    const auto noon = plan_days(berlin(), at("2026-03-27T00:00:00Z"), at("2026-04-01T00:00:00Z"), settings()).value();
    ASSERT_EQ(noon.frames, 5U);
    expect_whole(noon);
    EXPECT_EQ(noon.slots()[0].at, at("2026-03-27T11:00:00Z"));
    EXPECT_EQ(noon.slots()[2].at, at("2026-03-29T10:00:00Z")) << "summer time";
    EXPECT_EQ(noon.slots()[2].until, at("2026-03-29T11:00:00Z"));
    const auto early =
        plan_days(berlin(), at("2026-11-01T00:00:00Z"), at("2026-11-03T00:00:00Z"), settings(hours("07:30-08:00"))).value();
    EXPECT_EQ(early.slots()[0].at, at("2026-11-01T06:30:00Z"));
    EXPECT_FALSE(plan_days(berlin(), at("2026-11-01T13:00:00Z"), at("2026-11-01T14:00:00Z"), settings()));
}

TEST(TimelapsePlan, TenYearsDoNotOverflow) {
    auto long_one = settings();
    long_one.seconds = 600;
    long_one.fps = 60;
    const auto plan = plan_range(berlin(), at("2016-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"), long_one).value();
    ASSERT_EQ(plan.frames, 36'000U);
    expect_whole(plan);
}

TEST(TimelapsePlan, WordsOfHoursAndDays) {
    EXPECT_EQ(to_string(hours("6:00-22:30")), "06:00-22:30");
    for (const auto* wrong :
         {"", "6-22", "06:00", "06:00-06:00", "25:00-26:00", "06:60-07:00", "24:00-06:00", "-1:00-06:00"})
        EXPECT_FALSE(parse_hours(wrong)) << wrong;
    EXPECT_EQ(parse_day("2026-11-20"), 2026y / 11 / 20);
    for (const auto* wrong : {"2026-11-2", "2026-02-30", "2026/11/20", "2026-11-20.", "abcd-11-20"})
        EXPECT_FALSE(parse_day(wrong)) << wrong;
}

}  // namespace
}  // namespace vantage::stills
