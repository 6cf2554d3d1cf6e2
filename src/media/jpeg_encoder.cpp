// SPDX-License-Identifier: Apache-2.0
#include "media/jpeg_encoder.hpp"

#include <algorithm>

namespace vantage::libav {
Status JpegEncoder::check(const JpegOptions& options) {
    if (options.max_width < 2) return fail(errc::invalid_argument, "a JPEG must be at least 2 pixels wide");
    return {};
}

Status JpegEncoder::fit(int width, int height) {
    if (codec_ && codec_->width == width && codec_->height == height) return {};
    const auto* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    if (codec == nullptr) return fail(errc::unsupported, "this FFmpeg does not encode JPEG");
    codec_.reset(avcodec_alloc_context3(codec));
    codec_->width = width;
    codec_->height = height;
    codec_->pix_fmt = AV_PIX_FMT_YUVJ420P;
    codec_->color_range = AVCOL_RANGE_JPEG;
    codec_->time_base = {1, 25};
    codec_->thread_count = 1;
    codec_->flags |= AV_CODEC_FLAG_QSCALE;
    codec_->global_quality = std::clamp(options_.quality, 2, 31) * FF_QP2LAMBDA;
    if (const int code = avcodec_open2(codec_.get(), codec, nullptr); code < 0) {
        codec_.reset();
        return error(code, "open the JPEG encoder");
    }
    return {};
}

Result<Bytes> JpegEncoder::encode(const AVFrame& picture, const Track& track) {
    if (auto good = check(options_); !good) return good.error();
    const auto scaled = scaler_.scale(picture, kind_of(picture), shown_kind(picture, track, options_.max_width));
    if (!scaled) return scaled.error();
    if (auto fits = fit((*scaled)->width, (*scaled)->height); !fits) return fits.error();
    av_frame_unref(frame_.get());
    if (const int code = av_frame_ref(frame_.get(), *scaled); code < 0) return error(code, "encode a JPEG");
    frame_->format = AV_PIX_FMT_YUVJ420P;
    frame_->quality = codec_->global_quality;
    frame_->pts = AV_NOPTS_VALUE;
    int code = avcodec_send_frame(codec_.get(), frame_.get());
    av_frame_unref(frame_.get());
    if (code >= 0) code = avcodec_receive_packet(codec_.get(), packet_.get());
    if (code < 0) return error(code, "encode a JPEG");
    Bytes out(packet_->data, packet_->data + packet_->size);
    av_packet_unref(packet_.get());
    return out;
}

}  // namespace vantage::libav
