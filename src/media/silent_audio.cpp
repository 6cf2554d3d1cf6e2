// SPDX-License-Identifier: Apache-2.0
#include "media/silent_audio.hpp"

#include "media/libav.hpp"

namespace vantage {
namespace {

constexpr int kRate = 48000;
constexpr int kChannels = 2;
constexpr int kPrimed = 4;  // packets until the encoder's own start has passed

Result<libav::CodecPtr> open_encoder() {
    const auto* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    if (codec == nullptr) return fail(errc::unsupported, "this FFmpeg does not encode AAC");
    libav::CodecPtr encoder{avcodec_alloc_context3(codec)};
    encoder->sample_rate = kRate;
    encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder->time_base = {1, kRate};
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&encoder->ch_layout, kChannels);
    if (const int code = avcodec_open2(encoder.get(), codec, nullptr); code < 0)
        return libav::error(code, "open an AAC encoder");
    return encoder;
}

}  // namespace

Result<SilentAudio> make_silent_audio() {
    libav::initialize();
    auto encoder = open_encoder();
    if (!encoder) return encoder.error();
    const auto frame = libav::make_frame();
    frame->format = AV_SAMPLE_FMT_FLTP;
    frame->sample_rate = kRate;
    frame->nb_samples = (*encoder)->frame_size;
    av_channel_layout_copy(&frame->ch_layout, &(*encoder)->ch_layout);
    if (const int code = av_frame_get_buffer(frame.get(), 0); code < 0) return libav::error(code, "hold silence");
    for (int channel = 0; channel < kChannels; ++channel)
        std::fill_n(reinterpret_cast<float*>(frame->data[channel]), frame->nb_samples, 0.0F);
    const auto packet = libav::make_packet();
    SilentAudio out;
    for (int sent = 0, received = 0; received < kPrimed; ++sent) {
        frame->pts = std::int64_t{sent} * frame->nb_samples;
        if (const int code = avcodec_send_frame(encoder->get(), frame.get()); code < 0)
            return libav::error(code, "encode silence");
        for (; avcodec_receive_packet(encoder->get(), packet.get()) >= 0; ++received) {
            out.packet.assign(packet->data, packet->data + packet->size);
            av_packet_unref(packet.get());
        }
    }
    out.track.codec = Codec::aac;
    out.track.sample_rate = kRate;
    out.track.channels = kChannels;
    out.track.config.assign((*encoder)->extradata, (*encoder)->extradata + (*encoder)->extradata_size);
    return out;
}

}  // namespace vantage
