// SPDX-License-Identifier: Apache-2.0
// Which H.264 encoders there are: x264 always, and what the machine's hardware offers, found by trying. Safe from any
// thread; probing opens devices and may take a second, so do it once.
#pragma once
#include "base/result.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vantage {

enum class H264Encoder { x264, vaapi, nvenc, qsv, v4l2m2m };
inline constexpr std::array kH264Encoders{H264Encoder::x264, H264Encoder::vaapi, H264Encoder::nvenc, H264Encoder::qsv,
                                          H264Encoder::v4l2m2m};
const char* to_string(H264Encoder encoder);  // "x264", "vaapi", ...

struct H264EncoderProbe {
    H264Encoder found{H264Encoder::x264};
    std::vector<std::string> refused;  // "vaapi: ...": what was tried before, and why it does not do
};
// Encodes a few pictures with each kind of hardware, or with `wanted` alone; the first that gives a key frame with its
// parameters. x264 when none does.
H264EncoderProbe probe_h264_encoder(std::optional<H264Encoder> wanted = std::nullopt);

}  // namespace vantage
