// SPDX-License-Identifier: Apache-2.0
// Where a moment stands in addresses: the second in which it begins, as the clock on the wall shows it. In an hour that
// comes twice the second pass says its offset; the second moment of a second has "_2" behind it. Pure functions.
#pragma once
#include "base/time_zone.hpp"
#include "stills/moments/moment.hpp"

#include <optional>

namespace vantage::stills {

struct MomentAddress {
    std::chrono::local_time<seconds> shown;        // by the clock on the wall
    std::optional<std::chrono::minutes> offset{};  // ahead of UTC, where it is said
    std::string count{};                           // "_2"

    // "2026/11/20/20/04/05", "2026/10/25/02/30/00+0100", "..._2"; leading zeros may be missing. invalid_argument.
    static Result<MomentAddress> parse(std::string_view text);
};

// Of a moment's id. The offset is always there; `again`: it has to be said.
struct MomentPlace {
    MomentAddress address;
    bool again{false};
};
MomentPlace place_of(std::string_view id, const TimeZone& zone);
std::string to_string(const MomentPlace& place);

}  // namespace vantage::stills
