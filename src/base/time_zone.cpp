// SPDX-License-Identifier: Apache-2.0
#include "base/time_zone.hpp"

#include <fmt/format.h>

#include <date/tz.h>

namespace vantage {

Result<TimeZone> TimeZone::load(const std::string& name) {
    try {
        return TimeZone(date::locate_zone(name));
    } catch (const std::runtime_error&) {
        return fail(errc::not_found, fmt::format("'{}' is no time zone that this host knows", name));
    }
}

std::chrono::year_month_day TimeZone::date_of(UtcTime at) const {
    const auto local = zone_->to_local(std::chrono::floor<seconds>(at));
    return std::chrono::year_month_day{
        std::chrono::sys_days{std::chrono::floor<std::chrono::days>(local).time_since_epoch()}};
}

LocalSecond TimeZone::local(UtcTime at) const {
    const auto second = std::chrono::floor<seconds>(at);
    const auto offset = zone_->get_info(second).offset;
    const auto shown = second.time_since_epoch() + offset;
    const auto day = std::chrono::floor<std::chrono::days>(shown);
    const auto passes = zone_->get_info(date::local_seconds{shown});
    const bool twice = passes.result == date::local_info::ambiguous;
    return {std::chrono::year_month_day{std::chrono::sys_days{day}}, std::chrono::hh_mm_ss<seconds>{shown - day},
            std::chrono::floor<std::chrono::minutes>(offset), twice && passes.second.offset == offset};
}

UtcTime TimeZone::start_of(std::chrono::year_month_day day) const {
    return at(day, seconds{0});
}

UtcTime TimeZone::at(std::chrono::year_month_day day, seconds time_of_day) const {
    const date::local_seconds local{std::chrono::sys_days{day}.time_since_epoch() + time_of_day};
    return UtcTime{zone_->to_sys(local, date::choose::earliest)};
}

}  // namespace vantage
