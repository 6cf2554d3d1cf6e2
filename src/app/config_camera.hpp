// SPDX-License-Identifier: Apache-2.0
// The camera part of the configuration's reader. One thread.
#pragma once
#include "app/config.hpp"
#include "app/yaml_reader.hpp"

namespace vantage::app {

// `cameras:` as a map (short or long form by id) or as the list form.
void read_cameras(const YAML::Node& node, Cameras& out, Faults& faults);
// One camera: a source address, or the long form. Nothing if it cannot be used; the faults say why.
std::optional<CameraConfig> read_camera(const CameraId& id, const YAML::Node& node, Faults& faults);

}  // namespace vantage::app
