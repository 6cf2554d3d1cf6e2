// SPDX-License-Identifier: Apache-2.0
// Decoded pictures to PNG, for who must not lose a bit of what was decoded. Safe from any thread. For the .cpp files of
// media/ only, as libav.hpp.
#pragma once
#include "media/libav.hpp"

namespace vantage::libav {

// 8 bits RGB, square pixels (`track` says the aspect), no wider than `max_width`.
Result<Bytes> encode_png(const AVFrame& picture, const Track& track, int max_width);

}  // namespace vantage::libav
