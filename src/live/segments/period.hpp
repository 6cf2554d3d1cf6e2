// SPDX-License-Identifier: Apache-2.0
// The spans of time that addresses name: "today", a weekday "0" (Monday) to "6", "2026-11-20", "<startms>-<endms>". Days are
// those of the installation's zone and have 23 to 25 hours. Pure functions.
#pragma once
#include "base/time_zone.hpp"

#include <string>
#include <string_view>

namespace vantage::live {

struct Period {
    UtcTime from, to;      // [from, to)
    bool is_range{false};  // asked for to the instant: it begins with the GOP that shows `from`
    bool operator==(const Period&) const = default;
};

// A weekday's number is the most recent day of that name: today, or up to six full days back. not_found for what is no
// period, or a day that has not begun; invalid_argument for a range that ends before it begins or is longer than 32 days.
Result<Period> parse_period(std::string_view text, const TimeZone& zone, UtcTime now);
// As it stands in an address: "<startms>-<endms>".
std::string range_name(const Period& period);
Result<Period> make_range(UtcTime from, UtcTime to);

}  // namespace vantage::live
