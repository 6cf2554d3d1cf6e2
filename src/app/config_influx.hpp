// SPDX-License-Identifier: Apache-2.0
// The part of the configuration that says where time series go. Pure functions.
#pragma once
#include "app/config.hpp"
#include "app/yaml_reader.hpp"

namespace vantage::app {

void read_influxdb(const YAML::Node& node, InfluxConfig& out, Faults& faults);
// A line for `vantage check`, without secrets.
std::string describe(const InfluxConfig& config);

}  // namespace vantage::app
