// SPDX-License-Identifier: Apache-2.0
#include "live/segments/period.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace vantage::live {
namespace {

constexpr auto kLongest = std::chrono::days(32);

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('-')) return std::nullopt;
    return value;
}

Period day(const TimeZone& zone, std::chrono::sys_days date) {
    return {zone.start_of(date), zone.start_of(date + std::chrono::days(1)), false};
}

std::optional<std::chrono::year_month_day> date_of(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = number_of(text.substr(0, 4)), month = number_of(text.substr(5, 2)), number = number_of(text.substr(8));
    if (!year || !month || !number) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*number))};
    return date.ok() ? std::optional(date) : std::nullopt;
}

}  // namespace

Result<Period> make_range(UtcTime from, UtcTime to) {
    if (to <= from) return fail(errc::invalid_argument, "the range must end after its start");
    if (to - from > kLongest) return fail(errc::invalid_argument, "a range may be 32 days long at most");
    return Period{from, to, true};
}

Result<Period> parse_period(std::string_view text, const TimeZone& zone, UtcTime now) {
    const std::chrono::sys_days today{zone.date_of(now)};
    if (text == "today") return day(zone, today);
    if (text.size() == 1 && text[0] >= '0' && text[0] <= '6') {
        const auto weekday = std::chrono::weekday{today}.iso_encoding() - 1;  // 0: Monday
        const auto back = (weekday + 7 - static_cast<unsigned>(text[0] - '0')) % 7;
        return day(zone, today - std::chrono::days(back));
    }
    if (const auto date = date_of(text)) {
        if (std::chrono::sys_days{*date} > today) return fail(errc::not_found, fmt::format("{} has not begun", text));
        return day(zone, *date);
    }
    const auto dash = text.find('-');
    const auto from = number_of(text.substr(0, dash));
    const auto to = dash == std::string_view::npos ? std::nullopt : number_of(text.substr(dash + 1));
    constexpr std::int64_t kLast = 253'402'300'799'000;  // the year 9999
    if (!from || !to || *from > kLast || *to > kLast)
        return fail(errc::not_found, fmt::format("'{}' is no period: there are live, today, 0 (Monday) to 6, a date such as "
                                                 "2026-11-20, and <start>-<end> in Unix milliseconds",
                                                 text));
    return make_range(UtcTime{milliseconds(*from)}, UtcTime{milliseconds(*to)});
}

std::string range_name(const Period& period) {
    const auto ms = [](UtcTime t) { return std::chrono::floor<milliseconds>(t.time_since_epoch()).count(); };
    return fmt::format("{}-{}", ms(period.from), ms(period.to));
}

}  // namespace vantage::live
