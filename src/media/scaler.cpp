// SPDX-License-Identifier: Apache-2.0
#include "media/scaler.hpp"

#include "media/recolour.hpp"

#include <fmt/format.h>

#include <algorithm>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace vantage::libav {
namespace {

constexpr int kHdLines = 720;

int matrix_of(const AVFrame& picture) {
    switch (picture.colorspace) {
        case AVCOL_SPC_BT709:
            return SWS_CS_ITU709;
        case AVCOL_SPC_BT2020_NCL:
        case AVCOL_SPC_BT2020_CL:
            return SWS_CS_BT2020;
        case AVCOL_SPC_UNSPECIFIED:
            return picture.height >= kHdLines ? SWS_CS_ITU709 : SWS_CS_ITU601;
        default:
            return SWS_CS_ITU601;
    }
}

AVPixelFormat without_range(AVPixelFormat format) {
    switch (format) {
        case AV_PIX_FMT_YUVJ420P:
            return AV_PIX_FMT_YUV420P;
        case AV_PIX_FMT_YUVJ422P:
            return AV_PIX_FMT_YUV422P;
        case AV_PIX_FMT_YUVJ444P:
            return AV_PIX_FMT_YUV444P;
        case AV_PIX_FMT_YUVJ440P:
            return AV_PIX_FMT_YUV440P;
        case AV_PIX_FMT_YUVJ411P:
            return AV_PIX_FMT_YUV411P;
        default:
            return format;
    }
}

int even(std::int64_t pixels) {
    return static_cast<int>(std::clamp<std::int64_t>(pixels & ~std::int64_t{1}, 2, 16384));
}

Result<FramePtr> make_picture(const PictureKind& kind) {
    auto out = make_frame();
    out->width = kind.width;
    out->height = kind.height;
    out->format = kind.format;
    if (const int code = av_frame_get_buffer(out.get(), 0); code < 0) return error(code, "hold a scaled picture");
    return out;
}

}  // namespace

PictureKind kind_of(const AVFrame& picture) {
    const auto format = static_cast<AVPixelFormat>(picture.format);
    const auto plain = without_range(format);
    return {.width = picture.width,
            .height = picture.height,
            .format = plain,
            .matrix = matrix_of(picture),
            .full_range = plain != format || picture.color_range == AVCOL_RANGE_JPEG};
}

PictureKind shown_kind(const AVFrame& picture, const Track& track, int max_width) {
    const auto shown = std::int64_t{picture.width} * track.sar_num / std::max(track.sar_den, 1);
    const auto width = even(std::min<std::int64_t>(std::max<std::int64_t>(shown, 2), max_width));
    const auto height = even(std::int64_t{picture.height} * width / std::max<std::int64_t>(shown, 1));
    return {.width = width, .height = height, .matrix = SWS_CS_ITU601, .full_range = true};
}

Status Scaler::prepare(const PictureKind& from, const PictureKind& to) {
    if (context_ && from == from_ && to == to_) return {};
    context_.reset(sws_getContext(from.width, from.height, from.format, to.width, to.height, to.format, SWS_BILINEAR,
                                  nullptr, nullptr, nullptr));
    if (!context_)
        return fail(errc::unsupported, fmt::format("cannot make {}x{} of a picture of {}x{} in {}", to.width, to.height,
                                                   from.width, from.height, av_get_pix_fmt_name(from.format)));
    sws_setColorspaceDetails(context_.get(), sws_getCoefficients(from.matrix), from.full_range ? 1 : 0,
                             sws_getCoefficients(to.matrix), to.full_range ? 1 : 0, 0, 1 << 16, 1 << 16);
    auto made = make_picture(to);
    if (!made) return made.error();
    out_ = std::move(*made);
    from_ = from;
    to_ = to;
    return {};
}

Result<const AVFrame*> Scaler::resize(const AVFrame& picture, const PictureKind& from, const PictureKind& to) {
    if (auto ready = prepare(from, to); !ready) return ready.error();
    if (const int code = av_frame_make_writable(out_.get()); code < 0) return error(code, "hold a scaled picture");
    const int lines = sws_scale(context_.get(), picture.data, picture.linesize, 0, from.height, out_->data, out_->linesize);
    if (lines <= 0) return error(lines, "scale a picture");
    return out_.get();
}

// swscale changes size and layout, we the colours.
Result<const AVFrame*> Scaler::scale(const AVFrame& picture, const PictureKind& from, const PictureKind& to) {
    if (!needs_recolouring(from, to)) return resize(picture, from, to);
    auto between = to;
    between.matrix = from.matrix;
    between.full_range = from.full_range;
    const AVFrame* sized = &picture;
    if (from != between) {
        auto done = resize(picture, from, between);
        if (!done) return done;
        sized = *done;
    }
    if (!coloured_ || coloured_->width != to.width || coloured_->height != to.height) {
        auto made = make_picture(to);
        if (!made) return made.error();
        coloured_ = std::move(*made);
    }
    if (const int code = av_frame_make_writable(coloured_.get()); code < 0) return error(code, "hold a scaled picture");
    recolour(*sized, between, to, *coloured_);
    return coloured_.get();
}

}  // namespace vantage::libav
