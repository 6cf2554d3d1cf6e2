// SPDX-License-Identifier: Apache-2.0
// 'timelapse' of the configuration, and what a camera has otherwise. Pure functions.
#pragma once
#include "app/yaml_reader.hpp"
#include "stills/timelapse/plan.hpp"

#include <boost/json/object.hpp>

namespace vantage::app {

// What is not set is as the installation has it.
struct TimelapseChange {
    std::optional<bool> enabled;
    std::optional<int> seconds, fps, width, height;
    std::optional<stills::Hours> hours;
    bool operator==(const TimelapseChange&) const = default;
};

struct TimelapseConfig {
    stills::TimelapseSettings settings;
    std::optional<double> keep_days;  // nothing: for ever
    bool operator==(const TimelapseConfig&) const = default;
};

// 'timelapse': off, on or a map.
void read_timelapse(const YAML::Node& node, TimelapseConfig& out, Faults& faults);
// 'timelapse' of a camera; `what` is for messages: "camera 'door'".
void read_timelapse(const YAML::Node& node, const std::string& what, TimelapseChange& out, Faults& faults);

stills::TimelapseSettings changed(stills::TimelapseSettings settings, const TimelapseChange& change);
// The keys that are set, as read_timelapse takes them.
boost::json::object to_json(const TimelapseChange& change);

}  // namespace vantage::app
