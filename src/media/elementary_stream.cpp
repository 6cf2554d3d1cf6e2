// SPDX-License-Identifier: Apache-2.0
#include "media/elementary_stream.hpp"

#include "base/bytes.hpp"
#include "media/adts.hpp"
#include "media/jpeg_header.hpp"

#include <fmt/format.h>

namespace vantage {
namespace {

std::optional<Ticks> to_ticks(std::int64_t value, AVRational base) {
    if (value == AV_NOPTS_VALUE) return {};
    const auto ticks = av_rescale_q_rnd(value, base, libav::kTicks, AVRounding(AV_ROUND_NEAR_INF | AV_ROUND_PASS_MINMAX));
    if (ticks == INT64_MIN || ticks == INT64_MAX) return {};
    return Ticks{ticks};
}

bool is_video_nal_codec(Codec codec) {
    return codec == Codec::h264 || codec == Codec::h265;
}

bool is_annexb(ByteView data) {
    return data.size() >= 4 && data[0] == 0 && data[1] == 0 && (data[2] == 1 || (data[2] == 0 && data[3] == 1));
}

void append_nal(Bytes& out, ByteView nal) {
    const auto at = out.size();
    out.resize(at + 4 + nal.size());
    store_u32(out.data() + at, static_cast<std::uint32_t>(nal.size()));
    std::copy(nal.begin(), nal.end(), out.begin() + static_cast<std::ptrdiff_t>(at) + 4);
}

}  // namespace

ElementaryStream::ElementaryStream(const AVStream& stream, Codec codec)
    : index_(stream.index),
      codec_(codec),
      time_base_(stream.time_base),
      frame_rate_(stream.avg_frame_rate.num > 0 ? stream.avg_frame_rate : stream.r_frame_rate),
      aspect_(stream.sample_aspect_ratio.num > 0 ? stream.sample_aspect_ratio : stream.codecpar->sample_aspect_ratio),
      big_endian_g726_(stream.codecpar->codec_id == AV_CODEC_ID_ADPCM_G726) {}

Result<ElementaryStream> ElementaryStream::open(const AVStream& stream) {
    const auto& parameters = *stream.codecpar;
    const auto codec = libav::codec_of(parameters.codec_id);
    if (!codec)
        return fail(errc::unsupported, fmt::format("codec {} is not carried", avcodec_get_name(parameters.codec_id)));
    ElementaryStream self{stream, *codec};
    const ByteView config{parameters.extradata, static_cast<std::size_t>(parameters.extradata_size)};
    if (is_video_nal_codec(*codec)) {
        self.read_config(config);
        return self;
    }
    Track track;
    track.codec = *codec;
    if (track.kind() == TrackKind::video) {
        track.width = parameters.width;
        track.height = parameters.height;
        if (track.width > 0 && track.height > 0) self.set_track(track);
        return self;
    }
    track.sample_rate = parameters.sample_rate;
    track.channels = parameters.ch_layout.nb_channels;
    if (*codec == Codec::g726) track.bits_per_sample = parameters.bits_per_coded_sample;
    if (*codec == Codec::aac || *codec == Codec::opus) track.config.assign(config.begin(), config.end());
    // AAC in ADTS is known with its first frame; Opus without a head cannot be decoded.
    const bool known = *codec == Codec::aac || *codec == Codec::opus ? !track.config.empty() : track.sample_rate > 0;
    if (known) self.set_track(track);
    return self;
}

void ElementaryStream::set_track(Track track) {
    if (track.sar_num == track.sar_den && aspect_.num > 0 && aspect_.den > 0) {
        track.sar_num = aspect_.num;
        track.sar_den = aspect_.den;
    }
    if (track_ == track) return;
    track_ = std::move(track);
    changed_ = true;
}

void ElementaryStream::read_config(ByteView config) {
    if (config.empty()) return;
    if (is_annexb(config)) {
        h26x::for_each_annexb(config, [&](ByteView nal) { sets_.update(codec_, nal); });
        nal_length_ = 0;
    } else {
        int length = 0;
        auto sets = h26x::parse_config(codec_, config, length);
        if (!sets) return;
        nal_length_ = length;
        sets_ = std::move(*sets);
    }
    sets_changed_ = true;
    refresh_track();
}

void ElementaryStream::refresh_track() {
    if (!sets_changed_ || !sets_.complete(codec_)) return;
    if (auto track = h26x::make_track(codec_, sets_)) set_track(std::move(*track));
    sets_changed_ = false;
}

std::optional<DemuxedFrame> ElementaryStream::convert(const AVPacket& packet) {
    DemuxedFrame out{.track = kind_of(codec_),
                     .pts = to_ticks(packet.pts, time_base_),
                     .dts = to_ticks(packet.dts, time_base_),
                     .duration = to_ticks(packet.duration, time_base_).value_or(Ticks{0}),
                     .key = true,
                     .damaged = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0,
                     .data = {}};
    if (out.duration <= Ticks{0} && out.track == TrackKind::video && frame_rate_.num > 0)
        out.duration = to_ticks(1, av_inv_q(frame_rate_)).value_or(Ticks{0});
    std::size_t size = 0;
    const auto* config = av_packet_get_side_data(&packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
    if (config != nullptr && is_video_nal_codec(codec_)) read_config({config, size});

    const ByteView in{packet.data, static_cast<std::size_t>(std::max(0, packet.size))};
    bool usable = false;
    switch (codec_) {
        case Codec::h264:
        case Codec::h265:
            usable = convert_nals(in, out);
            break;
        case Codec::aac:
            usable = convert_aac(in, out);
            break;
        case Codec::g726:
            usable = convert_g726(in, out);
            break;
        case Codec::mjpeg:
            usable = convert_jpeg(in, out);
            break;
        default:
            out.data.assign(in.begin(), in.end());
            usable = !in.empty();
    }
    if (usable && track_) return out;
    ++dropped_;
    return {};
}

bool ElementaryStream::convert_nals(ByteView in, DemuxedFrame& out) {
    out.key = false;
    out.data.reserve(in.size() + 16);
    bool has_picture = false;
    const auto visit = [&](ByteView nal) {
        if (nal.empty()) return;
        const auto kind = h26x::classify(codec_, nal);
        using h26x::Nal;
        if (kind == Nal::vps || kind == Nal::sps || kind == Nal::pps) {
            sets_changed_ |= sets_.update(codec_, nal);
            return;
        }
        if (kind == Nal::delimiter || kind == Nal::filler) return;
        if (kind == Nal::idr) out.key = true;
        if (kind == Nal::recovery_sei) out.recovery = true;
        has_picture |= kind == Nal::idr || kind == Nal::slice;
        append_nal(out.data, nal);
    };
    // A first NAL unit of 256 to 511 bytes has a length that looks like a start code: if all lengths fit, they are lengths.
    const bool fits = nal_length_ > 0 && h26x::for_each_length_prefixed(in, nal_length_, [](ByteView) {});
    if (!fits && (nal_length_ == 0 || is_annexb(in))) {
        h26x::for_each_annexb(in, visit);
    } else if (auto done = h26x::for_each_length_prefixed(in, nal_length_, visit); !done) {
        out.damaged = true;  // what came before the break is kept
    }
    refresh_track();
    return has_picture;
}

bool ElementaryStream::convert_aac(ByteView in, DemuxedFrame& out) {
    if (const auto adts = parse_adts(in)) {
        Track track;
        track.codec = Codec::aac;
        track.config.assign(adts->config.begin(), adts->config.end());
        track.sample_rate = adts->sample_rate;
        track.channels = adts->channels;
        set_track(std::move(track));
        in = in.subspan(adts->header_size, adts->frame_size - adts->header_size);
    }
    out.data.assign(in.begin(), in.end());
    return !in.empty();
}

// RFC 3551 4.5.4 packs the first sample into the lowest bits; "AAL2" order, as in .au files, into the highest.
bool ElementaryStream::convert_g726(ByteView in, DemuxedFrame& out) const {
    out.data.assign(in.begin(), in.end());
    if (!big_endian_g726_) return !in.empty();
    const int bits = track_ ? track_->bits_per_sample : 0;
    if (bits != 2 && bits != 4) return false;
    for (auto& byte : out.data) {
        byte = static_cast<std::uint8_t>(byte << 4 | byte >> 4);
        if (bits == 2) byte = static_cast<std::uint8_t>((byte & 0x33) << 2 | (byte & 0xCC) >> 2);
    }
    return !in.empty();
}

bool ElementaryStream::convert_jpeg(ByteView in, DemuxedFrame& out) {
    const auto header = parse_jpeg(in);
    if (!header) return false;
    Track track;
    track.codec = Codec::mjpeg;
    track.width = header->width;
    track.height = header->height;
    set_track(std::move(track));
    out.data.assign(in.begin(), in.end());
    return true;
}

}  // namespace vantage
