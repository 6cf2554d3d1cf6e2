// SPDX-License-Identifier: Apache-2.0
#include "base/time.hpp"

#include <fmt/chrono.h>

#include <array>
#include <charconv>
#include <cmath>

namespace vantage {
namespace {

// Reads exactly `digits` decimal digits at `at` and moves on; nothing if there are none.
bool take_number(std::string_view text, std::size_t& at, std::size_t digits, int& out) {
    if (at + digits > text.size()) return false;
    const auto* first = text.data() + at;
    const auto [end, error] = std::from_chars(first, first + digits, out);
    if (error != std::errc{} || end != first + digits || *first == '-') return false;
    at += digits;
    return true;
}

bool take(std::string_view text, std::size_t& at, std::string_view any_of) {
    if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
    ++at;
    return true;
}

microseconds take_fraction(std::string_view text, std::size_t& at) {
    std::int64_t value = 0;
    std::int64_t unit = 1'000'000;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        if (unit > 1) {
            unit /= 10;
            value += (text[at] - '0') * unit;
        }
        ++at;
    }
    return microseconds{value};
}

bool take_offset(std::string_view text, std::size_t& at, std::chrono::minutes& offset) {
    if (take(text, at, "Zz")) return true;
    if (at >= text.size()) return false;
    const bool negative = text[at] == '-';
    int hours = 0;
    int minutes = 0;
    if (!take(text, at, "+- ") || !take_number(text, at, 2, hours)) return false;
    take(text, at, ":");
    if (!take_number(text, at, 2, minutes) || hours > 23 || minutes > 59) return false;
    offset = std::chrono::minutes{(negative ? -1 : 1) * (hours * 60 + minutes)};
    return true;
}

std::optional<UtcTime> parse_rfc3339(std::string_view text) {
    std::size_t at = 0;
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    if (!take_number(text, at, 4, year) || !take(text, at, "-") || !take_number(text, at, 2, month) ||
        !take(text, at, "-") || !take_number(text, at, 2, day) || !take(text, at, "Tt ") ||
        !take_number(text, at, 2, hour) || !take(text, at, ":") || !take_number(text, at, 2, minute) ||
        !take(text, at, ":") || !take_number(text, at, 2, second))
        return {};
    microseconds fraction{0};
    if (take(text, at, ".,")) fraction = take_fraction(text, at);
    std::chrono::minutes offset{0};
    if (!take_offset(text, at, offset) || at != text.size()) return {};
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return {};
    return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} + seconds{second} +
           fraction - offset;
}

std::optional<UtcTime> parse_unix(std::string_view text) {
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    auto at = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || whole < 0 || whole > 253'402'300'799) return {};
    microseconds fraction{0};
    if (take(text, at, ".")) fraction = take_fraction(text, at);
    if (at != text.size()) return {};
    return UtcTime{seconds{whole}} + fraction;
}

}  // namespace

std::string to_rfc3339(UtcTime t) {
    const auto whole = std::chrono::floor<seconds>(t);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                       std::chrono::duration_cast<milliseconds>(t - whole).count());
}

Result<UtcTime> parse_time(std::string_view text) {
    if (auto t = parse_rfc3339(text)) return *t;
    if (auto t = parse_unix(text)) return *t;
    return fail(errc::invalid_argument,
                fmt::format("'{}' is not a time; write RFC 3339 (2026-11-20T19:04:05Z) or Unix seconds", text));
}

UtcTime SystemClock::now() const {
    return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}
SteadyTime SystemClock::steady() const {
    return std::chrono::floor<microseconds>(std::chrono::steady_clock::now());
}

UtcTime SimulatedClock::now() const {
    const std::lock_guard lock(mutex_);
    return utc_;
}
SteadyTime SimulatedClock::steady() const {
    const std::lock_guard lock(mutex_);
    return steady_;
}
void SimulatedClock::advance(microseconds by) {
    const std::lock_guard lock(mutex_);
    utc_ += by;
    steady_ += by;
}
void SimulatedClock::step(microseconds by) {
    const std::lock_guard lock(mutex_);
    utc_ += by;
}

}  // namespace vantage
