// SPDX-License-Identifier: Apache-2.0
// The types every time in the program has, and the clock they are read from. No bare integer of time crosses a function.
// Safe from any thread.
#pragma once
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace vantage {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Wall-clock time, UTC.
using UtcTime = std::chrono::sys_time<microseconds>;

// A span on the 90 kHz media timeline.
using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 90000>>;

// A point on the media timeline. Media time is UTC (docs/time.md): behind the clock discipline it is monotonic a stream.
using MediaTime = std::chrono::sys_time<Ticks>;

// Monotonic host time; knows nothing of steps of the wall clock.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, microseconds>;

constexpr MediaTime to_media(UtcTime t) {
    return std::chrono::floor<Ticks>(t);
}
constexpr UtcTime to_utc(MediaTime t) {
    return std::chrono::floor<microseconds>(t);
}

// "2026-11-20T19:04:05.123Z"; milliseconds, truncated.
std::string to_rfc3339(UtcTime t);

// Accepts RFC 3339 with any offset and up to nine decimals, and Unix seconds ("1763665445" or "1763665445.5").
// errc::invalid_argument for anything else.
Result<UtcTime> parse_time(std::string_view text);

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UtcTime now() const = 0;
    [[nodiscard]] virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] UtcTime now() const override;
    [[nodiscard]] SteadyTime steady() const override;
};

// For tests: stands still until it is told. `advance` moves both clocks, `step` only the wall clock, as an NTP step does.
class SimulatedClock final : public Clock {
  public:
    explicit SimulatedClock(UtcTime start) : utc_(start) {}
    [[nodiscard]] UtcTime now() const override;
    [[nodiscard]] SteadyTime steady() const override;
    void advance(microseconds by);
    void step(microseconds by);

  private:
    mutable std::mutex mutex_;
    UtcTime utc_;                       // guarded by mutex_
    SteadyTime steady_{seconds{1000}};  // guarded by mutex_
};

}  // namespace vantage
