// SPDX-License-Identifier: Apache-2.0
#include "media/jpeg.hpp"

#include "media/picture_decoder.hpp"
#include "media/scaler.hpp"

#include <algorithm>

namespace vantage {
namespace {

int even(std::int64_t pixels) {
    return static_cast<int>(std::clamp<std::int64_t>(pixels & ~std::int64_t{1}, 2, 16384));
}

// Shown size with square pixels, no wider than asked.
libav::PictureKind target_of(const AVFrame& picture, const Track& track, int max_width) {
    const auto shown = std::int64_t{picture.width} * track.sar_num / std::max(track.sar_den, 1);
    const auto width = even(std::min<std::int64_t>(std::max<std::int64_t>(shown, 2), max_width));
    const auto height = even(std::int64_t{picture.height} * width / std::max<std::int64_t>(shown, 1));
    return {.width = width, .height = height, .matrix = SWS_CS_ITU601, .full_range = true};
}

Result<Bytes> encode(const AVFrame& picture, int quality) {
    const auto* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    if (codec == nullptr) return fail(errc::unsupported, "this FFmpeg does not encode JPEG");
    libav::CodecPtr context(avcodec_alloc_context3(codec));
    context->width = picture.width;
    context->height = picture.height;
    context->pix_fmt = AV_PIX_FMT_YUVJ420P;
    context->color_range = AVCOL_RANGE_JPEG;
    context->time_base = {1, 25};
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_QSCALE;
    context->global_quality = std::clamp(quality, 2, 31) * FF_QP2LAMBDA;
    if (const int code = avcodec_open2(context.get(), codec, nullptr); code < 0)
        return libav::error(code, "open the JPEG encoder");
    auto frame = libav::make_frame();
    if (const int code = av_frame_ref(frame.get(), &picture); code < 0) return libav::error(code, "encode a JPEG");
    frame->format = AV_PIX_FMT_YUVJ420P;
    frame->quality = context->global_quality;
    frame->pts = 0;
    auto packet = libav::make_packet();
    int code = avcodec_send_frame(context.get(), frame.get());
    if (code >= 0) code = avcodec_receive_packet(context.get(), packet.get());
    if (code < 0) return libav::error(code, "encode a JPEG");
    return Bytes(packet->data, packet->data + packet->size);
}

}  // namespace

Result<Bytes> make_jpeg(const Track& track, ByteView data, const JpegOptions& options) {
    if (options.max_width < 2) return fail(errc::invalid_argument, "a JPEG must be at least 2 pixels wide");
    auto decoder = libav::PictureDecoder::open(track);
    if (!decoder) return decoder.error();
    const auto picture = decoder->decode(data);
    if (!picture) return picture.error();
    libav::Scaler scaler;
    const auto target = target_of(**picture, track, options.max_width);
    const auto scaled = scaler.scale(**picture, libav::kind_of(**picture), target);
    if (!scaled) return scaled.error();
    return encode(**scaled, options.quality);
}

}  // namespace vantage
