// SPDX-License-Identifier: Apache-2.0
#include "media/recolour.hpp"

#include <algorithm>
#include <array>
#include <cmath>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace vantage::libav {
namespace {

constexpr int kShift = 14;
constexpr int kHalf = 1 << (kShift - 1);
constexpr int kChromaZero = 128;

using Triple = std::array<double, 3>;

struct Weights {
    double red, blue;  // of luma
};
Weights weights_of(int matrix) {
    if (matrix == SWS_CS_ITU709) return {0.2126, 0.0722};
    if (matrix == SWS_CS_BT2020) return {0.2627, 0.0593};
    return {0.299, 0.114};
}

double luma_span(const PictureKind& kind) {
    return kind.full_range ? 255 : 219;
}
double chroma_span(const PictureKind& kind) {
    return kind.full_range ? 255 : 224;
}
int black(const PictureKind& kind) {
    return kind.full_range ? 0 : 16;
}

// What a step of Y, U or V of the one is in steps of the other's.
Triple moved(const Triple& yuv, const PictureKind& from, const PictureKind& to) {
    const auto [red_from, blue_from] = weights_of(from.matrix);
    const auto [red_to, blue_to] = weights_of(to.matrix);
    const double y = yuv[0] / luma_span(from), u = yuv[1] / chroma_span(from), v = yuv[2] / chroma_span(from);
    const double r = y + 2 * (1 - red_from) * v;
    const double b = y + 2 * (1 - blue_from) * u;
    const double g = (y - red_from * r - blue_from * b) / (1 - red_from - blue_from);
    const double luma = red_to * r + (1 - red_to - blue_to) * g + blue_to * b;
    return {luma * luma_span(to), (b - luma) / (2 * (1 - blue_to)) * chroma_span(to),
            (r - luma) / (2 * (1 - red_to)) * chroma_span(to)};
}

int fixed(double value) {
    return static_cast<int>(std::lround(value * (1 << kShift)));
}

std::uint8_t clipped(int value) {
    return static_cast<std::uint8_t>(std::clamp(value >> kShift, 0, 255));
}

}  // namespace

bool needs_recolouring(const PictureKind& from, const PictureKind& to) {
    const auto* given = av_pix_fmt_desc_get(from.format);
    const bool yuv = given != nullptr && (given->flags & AV_PIX_FMT_FLAG_RGB) == 0 && given->nb_components >= 3;
    return yuv && to.format == AV_PIX_FMT_YUV420P && (from.matrix != to.matrix || from.full_range != to.full_range);
}

void recolour(const AVFrame& picture, const PictureKind& from, const PictureKind& to, AVFrame& into) {
    const auto of_y = moved({1, 0, 0}, from, to), of_u = moved({0, 1, 0}, from, to), of_v = moved({0, 0, 1}, from, to);
    const int yy = fixed(of_y[0]), yu = fixed(of_u[0]), yv = fixed(of_v[0]);
    const int uu = fixed(of_u[1]), uv = fixed(of_v[1]), vu = fixed(of_u[2]), vv = fixed(of_v[2]);
    const int width = to.width, half = (width + 1) / 2, lines = (to.height + 1) / 2;
    const int base = (black(to) << kShift) - black(from) * yy + kHalf;
    constexpr int kGrey = (kChromaZero << kShift) + kHalf;
    std::vector<int> tint(static_cast<std::size_t>(half) * 2);  // what the colour adds to each pixel's luma
    for (int line = 0; line < lines; ++line) {
        const auto* u = picture.data[1] + std::ptrdiff_t{line} * picture.linesize[1];
        const auto* v = picture.data[2] + std::ptrdiff_t{line} * picture.linesize[2];
        auto* new_u = into.data[1] + std::ptrdiff_t{line} * into.linesize[1];
        auto* new_v = into.data[2] + std::ptrdiff_t{line} * into.linesize[2];
        for (int x = 0; x < half; ++x) {
            const int cu = u[x] - kChromaZero, cv = v[x] - kChromaZero;
            new_u[x] = clipped(uu * cu + uv * cv + kGrey);
            new_v[x] = clipped(vu * cu + vv * cv + kGrey);
            tint[static_cast<std::size_t>(x) * 2] = tint[static_cast<std::size_t>(x) * 2 + 1] = yu * cu + yv * cv + base;
        }
        for (int row = 2 * line; row < std::min(2 * line + 2, to.height); ++row) {
            const auto* y = picture.data[0] + std::ptrdiff_t{row} * picture.linesize[0];
            auto* new_y = into.data[0] + std::ptrdiff_t{row} * into.linesize[0];
            const int* add = tint.data();
            for (int x = 0; x < width; ++x) new_y[x] = clipped(yy * y[x] + add[x]);
        }
    }
}

}  // namespace vantage::libav
