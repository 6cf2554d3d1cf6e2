// SPDX-License-Identifier: Apache-2.0
#include "media/png_encoder.hpp"

#include "media/scaler.hpp"

namespace vantage::libav {
namespace {

// Fast rather than small: who asks for PNG waits for it.
constexpr int kCompression = 1;

}  // namespace

Result<Bytes> encode_png(const AVFrame& picture, const Track& track, int max_width) {
    auto target = shown_kind(picture, track, max_width);
    target.format = AV_PIX_FMT_RGB24;
    Scaler scaler;
    const auto scaled = scaler.scale(picture, kind_of(picture), target);
    if (!scaled) return scaled.error();
    const auto* encoder = avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (encoder == nullptr) return fail(errc::unsupported, "this FFmpeg does not encode PNG");
    const CodecPtr codec{avcodec_alloc_context3(encoder)};
    codec->width = target.width;
    codec->height = target.height;
    codec->pix_fmt = target.format;
    codec->time_base = {1, 25};
    codec->thread_count = 1;
    codec->compression_level = kCompression;
    if (const int code = avcodec_open2(codec.get(), encoder, nullptr); code < 0) return error(code, "open the PNG encoder");
    const auto packet = make_packet();
    int code = avcodec_send_frame(codec.get(), *scaled);
    if (code >= 0) code = avcodec_receive_packet(codec.get(), packet.get());
    if (code < 0) return error(code, "encode a PNG");
    return Bytes(packet->data, packet->data + packet->size);
}

}  // namespace vantage::libav
