// SPDX-License-Identifier: Apache-2.0
// What the cameras of `vantage demo` show: the clips of Debian's opencv-doc package, encoded to H.264 once and kept in the
// cache, and drawn pictures; only drawn ones where there are no clips. Blocks for some seconds the first time.
#pragma once
#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace vantage::app {

struct DemoMediaPlaces {
    std::vector<std::filesystem::path> clips;  // folders where vtest.avi and Megamind.avi may be
    std::filesystem::path cache;               // made when it is needed
    std::string encoder{"ffmpeg"};             // the program that encodes
};
// Debian's and Ubuntu's folders; $XDG_CACHE_HOME/vantage, or ~/.cache/vantage.
DemoMediaPlaces demo_media_places();

// Sources for SimCamera, real footage first. Clips that cannot be encoded are replaced by drawn pictures and the reason is
// logged. errc::io when the cache cannot be made.
Result<std::vector<std::string>> demo_sources(const DemoMediaPlaces& places, std::size_t count = 4);

}  // namespace vantage::app
