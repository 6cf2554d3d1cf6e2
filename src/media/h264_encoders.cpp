// SPDX-License-Identifier: Apache-2.0
#include "media/h264_encoders.hpp"

#include "media/video_encoder.hpp"

#include <fmt/format.h>

namespace vantage {
namespace {

constexpr int kWidth = 640, kHeight = 360;
constexpr int kPatience = 16;  // pictures an encoder may keep before its first frame
constexpr std::int64_t kBitrate = 600'000;

Status try_encoder(H264Encoder kind) {
    auto encoder = VideoEncoder::open({.width = kWidth, .height = kHeight, .max_bitrate = kBitrate, .encoder = kind});
    if (!encoder) return encoder.error();
    const Bytes grey(std::size_t{kWidth} * kHeight, 128);
    const PictureView picture{.planes = {grey.data(), grey.data(), grey.data()},
                              .strides = {kWidth, kWidth / 2, kWidth / 2}};
    for (int n = 0; n < kPatience; ++n) {
        const auto frames = (*encoder)->encode(picture, Ticks{3600} * n, n == 0);
        if (!frames) return frames.error();
        if (frames->empty()) continue;
        if (!frames->front().key) return fail(errc::unsupported, "its first frame is no key frame");
        if ((*encoder)->track().config.empty()) return fail(errc::unsupported, "it gives no parameter sets");
        return {};
    }
    return fail(errc::unsupported, fmt::format("nothing came out after {} pictures", kPatience));
}

}  // namespace

const char* to_string(H264Encoder encoder) {
    static constexpr std::array names{"x264", "vaapi", "nvenc", "qsv", "v4l2m2m"};
    return names.at(static_cast<std::size_t>(encoder));
}

H264EncoderProbe probe_h264_encoder(std::optional<H264Encoder> wanted) {
    using enum H264Encoder;
    H264EncoderProbe out;
    for (const auto kind : {nvenc, vaapi, qsv, v4l2m2m}) {
        if (wanted && *wanted != kind) continue;
        const auto works = try_encoder(kind);
        if (works) {
            out.found = kind;
            return out;
        }
        out.refused.push_back(fmt::format("{}: {}", to_string(kind), works.error().message));
    }
    return out;
}

}  // namespace vantage
