// SPDX-License-Identifier: Apache-2.0
#include "media/versions.hpp"

extern "C" {
#include <libavutil/avutil.h>
}

namespace vantage {

std::string ffmpeg_version() {
    return av_version_info();
}

}  // namespace vantage
