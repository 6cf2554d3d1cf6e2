// SPDX-License-Identifier: Apache-2.0
// Points of time series as lines of InfluxDB's line protocol, versions 1 and 2. Pure functions.
#pragma once
#include "base/time.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace vantage::series {

using Value = std::variant<double, std::int64_t, bool, std::string>;

struct Point {
    std::string measurement;
    std::vector<std::pair<std::string, std::string>> tags{};  // those without a value are left out
    std::vector<std::pair<std::string, Value>> fields{};      // numbers that are none are left out
    UtcTime time{};
};

// One line with its end, times in microseconds; empty when no field is left. The protocol cannot say line breaks in names
// and tags, nor a backslash at their end: the former become spaces, the latter slashes.
std::string to_line(const Point& point);

}  // namespace vantage::series
