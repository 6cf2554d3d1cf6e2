// SPDX-License-Identifier: Apache-2.0
#include "media/picture_decoder.hpp"

#include <fmt/format.h>

namespace vantage::libav {

Result<PictureDecoder> PictureDecoder::open(const Track& track, bool draft) {
    initialize();
    const auto* codec = avcodec_find_decoder(id_of(track.codec));
    if (codec == nullptr || codec->type != AVMEDIA_TYPE_VIDEO)
        return fail(errc::unsupported, fmt::format("no decoder for {}", to_string(track.codec)));
    PictureDecoder out;
    out.codec_.reset(avcodec_alloc_context3(codec));
    auto& context = *out.codec_;
    context.thread_count = 1;
    // A recovery point is shown although what it refers to is missing.
    context.flags |= AV_CODEC_FLAG_LOW_DELAY | AV_CODEC_FLAG_OUTPUT_CORRUPT;
    if (draft) context.skip_loop_filter = AVDISCARD_ALL;
    set_config(context, track.config);
    if (const int code = avcodec_open2(&context, codec, nullptr); code < 0)
        return error(code, fmt::format("open the {} decoder", to_string(track.codec)));
    return out;
}

Result<const AVFrame*> PictureDecoder::decode(ByteView data) {
    if (data.empty()) return fail(errc::malformed, "a picture without bytes");
    if (const int code = av_new_packet(packet_.get(), static_cast<int>(data.size())); code < 0)
        return error(code, "hold a coded picture");
    std::copy(data.begin(), data.end(), packet_->data);
    packet_->flags |= AV_PKT_FLAG_KEY;
    const int sent = avcodec_send_packet(codec_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (sent < 0) {
        avcodec_flush_buffers(codec_.get());
        return error(sent, "decode a picture");
    }
    int got = avcodec_receive_frame(codec_.get(), picture_.get());
    if (got == AVERROR(EAGAIN)) {  // it waits for what may be shown first; nothing will come
        avcodec_send_packet(codec_.get(), nullptr);
        got = avcodec_receive_frame(codec_.get(), picture_.get());
        avcodec_flush_buffers(codec_.get());
    }
    if (got == AVERROR_EOF || got == AVERROR(EAGAIN))
        return fail(errc::malformed, "the coded picture holds nothing that can be shown");
    if (got < 0) return error(got, "decode a picture");
    return picture_.get();
}

}  // namespace vantage::libav
