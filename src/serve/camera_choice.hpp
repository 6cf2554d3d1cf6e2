// SPDX-License-Identifier: Apache-2.0
// What the handlers of pictures of the past share: which camera, where it stands, and the times of an answer.
#pragma once
#include "serve/json.hpp"
#include "serve/router.hpp"

namespace vantage::serve {

// {camera} of the pattern, or the parameter `camera`, or, without either, the only camera that the caller sees. The caller
// may see it. invalid_argument names those to choose from.
Result<CameraId> camera_of(const Call& call);
// As in the configuration: a text, or an object with place, latitude, longitude; null when none is known.
json::value location_of(Services& app, const CameraId& camera);
// Vantage-Latitude, Vantage-Longitude (degrees), Vantage-Place (percent-encoded UTF-8), those that are known.
void add_location(net::Headers& headers, const json::value& location);
// Vantage-Time and Vantage-Delta (seconds, true minus asked).
void add_times(net::Headers& headers, UtcTime time, UtcTime asked);
// "1763665445.120000", which `ts` takes.
std::string unix_text(UtcTime time);

}  // namespace vantage::serve
