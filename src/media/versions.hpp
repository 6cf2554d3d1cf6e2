// SPDX-License-Identifier: Apache-2.0
// Which FFmpeg is linked. Any thread.
#pragma once
#include <string>

namespace vantage {

std::string ffmpeg_version();

}  // namespace vantage
