// SPDX-License-Identifier: Apache-2.0
#include "app/export_setup.hpp"

#include "footage/retention.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

namespace vantage::app {

void use_time_zone(const std::string& zone) {
    ::setenv("TZ", (":" + zone).c_str(), 1);
    ::tzset();
}

std::string local_time(UtcTime time) {
    const auto seconds_since = std::chrono::floor<seconds>(time).time_since_epoch().count();
    const auto unix_time = static_cast<std::time_t>(seconds_since);
    std::tm local{};
    ::localtime_r(&unix_time, &local);
    const auto offset = local.tm_gmtoff / 60;
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} {}{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                       local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, offset < 0 ? '-' : '+',
                       std::abs(offset) / 60, std::abs(offset) % 60);
}

Result<UtcTime> parse_local_time(const std::string& text) {
    if (const auto time = parse_time(text)) return time;
    std::tm local{};
    for (const auto* format : {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
        local = {};
        const auto* end = ::strptime(text.c_str(), format, &local);
        if (end == nullptr || *end != '\0') continue;
        local.tm_isdst = -1;
        return UtcTime{seconds{::mktime(&local)}};
    }
    return fail(errc::invalid_argument,
                fmt::format("'{}' is not a time; write 2026-11-20T20:04:05Z, or 2026-11-20 20:04:05 in local time", text));
}

Result<std::uint64_t> room_for_exports(const std::filesystem::path& folder, const StorageConfig& storage) {
    const auto space = footage::space_of_disk(folder);
    if (space.has_error()) return space.error();
    const auto keep = storage.keep_free_bytes.value_or(
        static_cast<std::uint64_t>(static_cast<double>(space->total) * storage.keep_free_percent / 100));
    const auto last = std::min<std::uint64_t>(space->total / 100, 1U << 30);
    const auto floor = std::max(keep / 2, last);
    return space->free > floor ? space->free - floor : 0;
}

}  // namespace vantage::app
