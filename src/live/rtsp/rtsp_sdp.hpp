// SPDX-License-Identifier: Apache-2.0
// The session description (RFC 4566) that DESCRIBE answers with. Pure.
#pragma once
#include "media/track.hpp"

#include <string>

namespace vantage::live {

// Video is trackID=0, audio trackID=1, below a relative control address.
std::string describe(const TrackSet& tracks, const std::string& name);

}  // namespace vantage::live
