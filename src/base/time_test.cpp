// SPDX-License-Identifier: Apache-2.0
#include "base/time.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

using namespace std::chrono_literals;

UtcTime utc(std::chrono::sys_days day, microseconds into) {
    return UtcTime{day} + into;
}
const auto kDay = std::chrono::sys_days{std::chrono::year{2026} / 11 / 20};

TEST(Time, WritesAndReadsRfc3339) {
    const auto t = utc(kDay, 19h + 4min + 5s + 123ms);
    EXPECT_EQ(to_rfc3339(t), "2026-11-20T19:04:05.123Z");
    EXPECT_EQ(parse_time("2026-11-20T19:04:05.123Z").value(), t);
    EXPECT_EQ(parse_time("2026-11-20T20:04:05.123+01:00").value(), t);
    EXPECT_EQ(parse_time("2026-11-20T14:34:05.123456789-04:30").value(), t + 456us);
}

TEST(Time, ReadsUnixSeconds) {
    EXPECT_EQ(parse_time("0").value(), UtcTime{});
    EXPECT_EQ(parse_time("1763665445.25").value(), UtcTime{1763665445s} + 250ms);
}

TEST(Time, RefusesWhatIsNoTime) {
    for (const auto* text : {"", "now", "-1", "2026-11-20", "2026-13-20T00:00:00Z", "2026-02-30T00:00:00Z",
                             "2026-11-20T24:00:00Z", "2026-11-20T19:04:05", "1763665445x", "99999999999999999999"})
        EXPECT_EQ(parse_time(text).error().code, errc::invalid_argument) << text;
}

TEST(Time, MediaTimeIsUtc) {
    const auto t = utc(kDay, 1s);
    EXPECT_EQ(to_utc(to_media(t)), t);
    EXPECT_EQ(to_media(t + 1s) - to_media(t), Ticks{90000});
}

TEST(SimulatedClock, StepMovesOnlyTheWallClock) {
    SimulatedClock clock{utc(kDay, 0s)};
    const auto steady = clock.steady();
    clock.step(-2h);
    EXPECT_EQ(clock.steady(), steady);
    EXPECT_EQ(clock.now(), utc(kDay, -2h));
    clock.advance(1s);
    EXPECT_EQ(clock.steady() - steady, 1s);
    EXPECT_EQ(clock.now(), utc(kDay, -2h + 1s));
}

}  // namespace
}  // namespace vantage
