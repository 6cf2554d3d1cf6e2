// SPDX-License-Identifier: Apache-2.0
#include "media/libav.hpp"

#include "media/libav_messages.hpp"

#include <fmt/format.h>

#include <array>
#include <mutex>
#include <new>

extern "C" {
#include <libavdevice/avdevice.h>
}

namespace vantage::libav {

void initialize() {
    static std::once_flag once;
    std::call_once(once, [] {
        av_log_set_level(AV_LOG_QUIET);
        collect_messages();
        avdevice_register_all();
    });
}

std::string error_text(int code) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    if (av_strerror(code, text.data(), text.size()) < 0) return fmt::format("error {}", code);
    return text.data();
}

Error error(int code, std::string_view what) {
    const auto message = fmt::format("{}: {}", what, error_text(code));
    switch (code) {
        case AVERROR_EXIT:
            return fail(errc::cancelled, message);
        case AVERROR(ETIMEDOUT):
            return fail(errc::timed_out, message);
        case AVERROR(ENOENT):
        case AVERROR_HTTP_NOT_FOUND:
            return fail(errc::not_found, message);
        case AVERROR_HTTP_UNAUTHORIZED:
            return fail(errc::unauthenticated, message);
        case AVERROR_HTTP_FORBIDDEN:
        case AVERROR(EACCES):
            return fail(errc::forbidden, message);
        case AVERROR_INVALIDDATA:
            return fail(errc::malformed, message);
        case AVERROR(EINVAL):
            return fail(errc::invalid_argument, message);
        case AVERROR_PROTOCOL_NOT_FOUND:
        case AVERROR_DEMUXER_NOT_FOUND:
        case AVERROR_DECODER_NOT_FOUND:
        case AVERROR_ENCODER_NOT_FOUND:
        case AVERROR_PATCHWELCOME:
        case AVERROR(ENOSYS):
            return fail(errc::unsupported, message);
        case AVERROR(ENOMEM):
            return fail(errc::overloaded, message);
        case AVERROR(ENOSPC):
            return fail(errc::disk_full, message);
        case AVERROR_BUG:
        case AVERROR_BUG2:
            return fail(errc::internal, message);
        default:
            return fail(errc::unavailable, message);
    }
}

namespace {

struct CodecId {
    Codec ours;
    AVCodecID theirs;
};
constexpr std::array kCodecs{
    CodecId{Codec::h264, AV_CODEC_ID_H264},       CodecId{Codec::h265, AV_CODEC_ID_HEVC},
    CodecId{Codec::mjpeg, AV_CODEC_ID_MJPEG},     CodecId{Codec::aac, AV_CODEC_ID_AAC},
    CodecId{Codec::opus, AV_CODEC_ID_OPUS},       CodecId{Codec::pcma, AV_CODEC_ID_PCM_ALAW},
    CodecId{Codec::pcmu, AV_CODEC_ID_PCM_MULAW},  CodecId{Codec::g726, AV_CODEC_ID_ADPCM_G726LE},
    CodecId{Codec::g726, AV_CODEC_ID_ADPCM_G726},
};

}  // namespace

std::optional<Codec> codec_of(AVCodecID id) {
    for (const auto& codec : kCodecs)
        if (codec.theirs == id) return codec.ours;
    return {};
}

AVCodecID id_of(Codec codec) {
    for (const auto& entry : kCodecs)
        if (entry.ours == codec) return entry.theirs;
    return AV_CODEC_ID_NONE;
}

AvPacketPtr make_packet() {
    AvPacketPtr packet{av_packet_alloc()};
    if (!packet) throw std::bad_alloc{};
    return packet;
}

FramePtr make_frame() {
    FramePtr frame{av_frame_alloc()};
    if (!frame) throw std::bad_alloc{};
    return frame;
}

}  // namespace vantage::libav
