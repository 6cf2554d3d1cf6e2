// SPDX-License-Identifier: Apache-2.0
#include "media/video_decoder.hpp"

#include <fmt/format.h>

namespace vantage::libav {
namespace {

constexpr std::size_t kMostKeys = 64;  // of a decoder that shows none of them

}  // namespace

Result<VideoDecoder> VideoDecoder::open(const Track& track, int threads) {
    initialize();
    const auto* codec = avcodec_find_decoder(id_of(track.codec));
    if (codec == nullptr || codec->type != AVMEDIA_TYPE_VIDEO)
        return fail(errc::unsupported, fmt::format("no decoder for {}", to_string(track.codec)));
    VideoDecoder out;
    out.intra_only_ = track.codec == Codec::mjpeg;
    if (!out.intra_only_ && track.config.empty())
        return fail(errc::malformed, fmt::format("{} without parameters cannot be decoded", to_string(track.codec)));
    out.codec_.reset(avcodec_alloc_context3(codec));
    auto& context = *out.codec_;
    context.thread_count = threads;
    context.pkt_timebase = kTicks;
    // A recovery point is shown although what it refers to is missing.
    context.flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
    set_config(context, track.config);
    if (const int code = avcodec_open2(&context, codec, nullptr); code < 0)
        return error(code, fmt::format("open the {} decoder", to_string(track.codec)));
    return out;
}

bool VideoDecoder::was_key(MediaTime pts) {
    bool key = false;
    while (!keys_.empty() && keys_.front() <= pts) {
        key = keys_.front() == pts;
        keys_.pop_front();
    }
    return key;
}

Status VideoDecoder::take(const Out& out, int& pictures) {
    for (;;) {
        const int got = avcodec_receive_frame(codec_.get(), picture_.get());
        if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
        if (got < 0) return error(got, "decode a picture");
        if (picture_->pts == AV_NOPTS_VALUE) continue;
        ++pictures;
        const MediaTime pts{Ticks{picture_->pts}};
        if (auto taken = out(*picture_, pts, was_key(pts)); !taken) return taken;
    }
}

Status VideoDecoder::push(MediaTime pts, bool key, ByteView data, const Out& out) {
    if (data.empty()) return fail(errc::malformed, "a picture without bytes");
    if (const int code = av_new_packet(packet_.get(), static_cast<int>(data.size())); code < 0)
        return error(code, "hold a coded picture");
    std::copy(data.begin(), data.end(), packet_->data);
    packet_->pts = pts.time_since_epoch().count();
    if (key) packet_->flags |= AV_PKT_FLAG_KEY;
    if (key) keys_.push_back(pts);
    if (keys_.size() > kMostKeys) keys_.pop_front();
    const int sent = avcodec_send_packet(codec_.get(), packet_.get());
    av_packet_unref(packet_.get());
    int pictures = 0;
    // What was ready before a broken one comes out all the same.
    auto taken = take(out, pictures);
    if (sent < 0) return error(sent, "decode a picture");
    if (taken && pictures == 0 && intra_only_)
        return fail(errc::malformed, "the coded picture holds nothing that can be shown");
    return taken;
}

// H.265's "not referred to" is meant for one temporal layer and is no promise.
void VideoDecoder::only_references(bool only) {
    if (codec_->codec_id == AV_CODEC_ID_H264) codec_->skip_frame = only ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

Status VideoDecoder::drain(const Out& out) {
    avcodec_send_packet(codec_.get(), nullptr);
    int pictures = 0;
    auto taken = take(out, pictures);
    avcodec_flush_buffers(codec_.get());
    keys_.clear();
    return taken;
}

}  // namespace vantage::libav
