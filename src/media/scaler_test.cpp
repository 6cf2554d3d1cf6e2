// SPDX-License-Identifier: Apache-2.0
#include "media/scaler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace vantage::libav {
namespace {

// One colour everywhere, as 8 bits of red, green and blue, in a kind of YUV: by the definition of the matrices.
struct Rgb {
    double red, green, blue;
};
struct Yuv {
    double y, u, v;
};
Yuv in(const PictureKind& kind, const Rgb& colour) {
    const double kr = kind.matrix == SWS_CS_ITU709 ? 0.2126 : kind.matrix == SWS_CS_BT2020 ? 0.2627 : 0.299;
    const double kb = kind.matrix == SWS_CS_ITU709 ? 0.0722 : kind.matrix == SWS_CS_BT2020 ? 0.0593 : 0.114;
    const double luma = kr * colour.red + (1 - kr - kb) * colour.green + kb * colour.blue;
    const double u = (colour.blue - luma) / (2 * (1 - kb)), v = (colour.red - luma) / (2 * (1 - kr));
    if (kind.full_range) return {luma, u + 128, v + 128};
    return {luma * 219 / 255 + 16, u * 224 / 255 + 128, v * 224 / 255 + 128};
}

FramePtr paint(const PictureKind& kind, const Rgb& colour) {
    auto out = make_frame();
    out->width = kind.width;
    out->height = kind.height;
    out->format = kind.format;
    if (av_frame_get_buffer(out.get(), 0) < 0) throw std::bad_alloc{};
    const auto [y, u, v] = in(kind, colour);
    const double values[] = {y, u, v};
    for (int plane = 0; plane < 3; ++plane)
        std::fill_n(out->data[plane], out->linesize[plane] * (plane == 0 ? kind.height : (kind.height + 1) / 2),
                    static_cast<std::uint8_t>(std::clamp(std::lround(values[plane]), 0L, 255L)));
    return out;
}

void expect_colour(const AVFrame& picture, const PictureKind& kind, const Rgb& colour) {
    const auto [y, u, v] = in(kind, colour);
    const double values[] = {y, u, v};
    for (int plane = 0; plane < 3; ++plane) {
        const int width = plane == 0 ? kind.width : (kind.width + 1) / 2,
                  height = plane == 0 ? kind.height : (kind.height + 1) / 2;
        for (const auto& [x, row] : {std::pair{0, 0}, std::pair{width - 1, height - 1}, std::pair{width / 2, height / 2}})
            EXPECT_NEAR(picture.data[plane][std::ptrdiff_t{row} * picture.linesize[plane] + x], values[plane], 2.0)
                << "plane " << plane << " of " << colour.red << " " << colour.green << " " << colour.blue;
    }
}

TEST(Scaler, KeepsColoursOverMatricesRangesAndSizes) {
    const Rgb colours[] = {{0, 0, 0}, {255, 255, 255}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {200, 120, 40}, {30, 90, 160}};
    Scaler scaler;
    for (const int matrix : {SWS_CS_ITU601, SWS_CS_ITU709, SWS_CS_BT2020})
        for (const bool full : {false, true})
            for (const int width : {64, 30, 96})
                for (const auto& colour : colours) {
                    const PictureKind from{64, 37, AV_PIX_FMT_YUV420P, matrix, full};
                    const PictureKind to{width, width == 64 ? 37 : 20, AV_PIX_FMT_YUV420P, SWS_CS_ITU601, true};
                    const auto scaled = scaler.scale(*paint(from, colour), from, to);
                    ASSERT_TRUE(scaled);
                    expect_colour(**scaled, to, colour);
                }
}

}  // namespace
}  // namespace vantage::libav
