// SPDX-License-Identifier: Apache-2.0
// Pushes as people write them: in the configuration file under a camera, or in the page. Pure functions.
#pragma once
#include "app/yaml_reader.hpp"
#include "live/push/push.hpp"
#include "serve/push_control.hpp"

#include <vector>

namespace vantage::app {

inline constexpr std::size_t kMostPushes = 8;  // of a camera

// 'push' of a camera: an address, a map, or a list of them. `what` is for messages: "camera 'door'".
void read_pushes(const YAML::Node& node, const std::string& what, std::vector<live::PushOptions>& out, Faults& faults);

// `before` with what `change` sets; a default-made one has no address yet. invalid_argument says what is wrong.
Result<live::PushOptions> changed_push(live::PushOptions before, const serve::PushChange& change);

}  // namespace vantage::app
