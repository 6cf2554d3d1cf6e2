// SPDX-License-Identifier: Apache-2.0
#include "stills/moments/moment_address.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;

// Takes a number of at most `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    const auto size = std::min(text.find_first_not_of("0123456789"), text.size());
    if (size == 0 || size > digits) return {};
    int out = 0;
    std::from_chars(text.data(), text.data() + size, out);
    text.remove_prefix(size);
    return out;
}

bool take(std::string_view& text, char wanted) {
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::local_time<seconds>> take_second(std::string_view& text) {
    std::array<int, 6> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = take_number(text, i == 0 ? 4 : 2);
        if (!number || (i + 1 < numbers.size() && !take(text, '/'))) return {};
        numbers.at(i) = *number;
    }
    const std::chrono::year_month_day date{std::chrono::year{numbers[0]},
                                           std::chrono::month{static_cast<unsigned>(numbers[1])},
                                           std::chrono::day{static_cast<unsigned>(numbers[2])}};
    if (!date.ok() || numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 59) return {};
    return std::chrono::local_days{date} + std::chrono::hours{numbers[3]} + std::chrono::minutes{numbers[4]} +
           seconds{numbers[5]};
}

}  // namespace

Result<MomentAddress> MomentAddress::parse(std::string_view text) {
    auto rest = text;
    const auto wrong = [&] {
        return fail(errc::invalid_argument,
                    fmt::format("'{}' is not the time of a moment; write year/month/day/hour/minute/second", text));
    };
    const auto shown = take_second(rest);
    if (!shown) return wrong();
    MomentAddress out{*shown};
    if (rest.starts_with('+') || rest.starts_with('-')) {
        const int sign = rest.front() == '-' ? -1 : 1;
        rest.remove_prefix(1);
        const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
        const auto number = take_number(rest, 4);
        if (!number || digits < 4) return wrong();
        out.offset = std::chrono::minutes{sign * (*number / 100 * 60 + *number % 100)};
    }
    out.count = rest;
    auto digits = rest;
    if (!rest.empty() && (!take(digits, '_') || !take_number(digits, 6) || !digits.empty())) return wrong();
    return out;
}

MomentPlace place_of(std::string_view id, const TimeZone& zone) {
    const auto second = second_of(id).value();
    const auto local = zone.local(second);
    const auto count = id.find('_');
    return {{std::chrono::local_days{local.date} + local.time.to_duration(), local.offset,
             count == std::string_view::npos ? std::string{} : std::string{id.substr(count)}},
            local.again};
}

std::string to_string(const MomentPlace& place) {
    const auto day = std::chrono::floor<std::chrono::days>(place.address.shown);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{place.address.shown - day};
    const auto offset = place.address.offset.value_or(0min).count();
    const auto told = place.again
                          ? fmt::format("{}{:02}{:02}", offset < 0 ? '-' : '+', std::abs(offset) / 60, std::abs(offset) % 60)
                          : std::string{};
    return fmt::format("{:04}/{:02}/{:02}/{:02}/{:02}/{:02}{}{}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count(), told, place.address.count);
}

}  // namespace vantage::stills
