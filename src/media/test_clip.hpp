// SPDX-License-Identifier: Apache-2.0
// Streams of pictures that say their time, and reading the times back. Tests only; includes libav.hpp.
#pragma once
#include "media/h26x.hpp"
#include "media/libav.hpp"
#include "media/mp4.hpp"
#include "media/time_code.hpp"
#include "media/video_decoder.hpp"

#include <stdexcept>

namespace vantage::test {

struct ClipOptions {
    const char* encoder{"libx264"};
    Codec codec{Codec::h264};
    int width{640}, height{360};
    int frames{50};
    int gop{25};
    int b_frames{0};
    const char* params{""};  // of x264 or x265
    bool noise{false};       // what no encoder can make small
    Ticks frame{3600};
    Ticks uneven{0};  // every third frame comes so much later
    MediaTime start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + std::chrono::hours{12}};

    [[nodiscard]] MediaTime time_of(int n) const { return start + frame * n + (n % 3 == 1 ? uneven : Ticks{0}); }
};

struct CodedClip {
    Track track;
    std::vector<PacketPtr> packets;  // in decoding order
};

inline PacketPtr packet_of(const ClipOptions& options, const AVPacket& coded, Ticks shift) {
    auto packet = std::make_shared<Packet>();
    packet->dts = options.start + Ticks{coded.dts} + shift;
    packet->composition = Ticks{coded.pts - coded.dts} - shift;
    packet->key = (coded.flags & AV_PKT_FLAG_KEY) != 0;
    h26x::for_each_annexb({coded.data, static_cast<std::size_t>(coded.size)}, [&](ByteView nal) {
        const auto kind = h26x::classify(options.codec, nal);
        if (kind <= h26x::Nal::delimiter) return;
        const auto at = packet->data.size();
        packet->data.resize(at + 4 + nal.size());
        store_u32(packet->data.data() + at, static_cast<std::uint32_t>(nal.size()));
        std::copy(nal.begin(), nal.end(), packet->data.begin() + static_cast<std::ptrdiff_t>(at) + 4);
    });
    return packet;
}

// Each picture shows its presentation time as a time code; decode times run ahead as far as B-frames need.
inline CodedClip make_clip(const ClipOptions& options) {
    libav::initialize();
    const auto* encoder = avcodec_find_encoder_by_name(options.encoder);
    if (encoder == nullptr) throw std::runtime_error("no such encoder");
    libav::CodecPtr codec{avcodec_alloc_context3(encoder)};
    codec->width = options.width;
    codec->height = options.height;
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->time_base = libav::kTicks;
    codec->framerate = {25, 1};
    codec->gop_size = options.gop;
    codec->max_b_frames = options.b_frames;
    codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    const std::string quiet = options.codec == Codec::h265 ? "log-level=none:" : "";
    libav::Dictionary entries{{{"preset", "ultrafast"}, {"crf", "18"}}};
    entries.set(options.codec == Codec::h265 ? "x265-params" : "x264-params", (quiet + options.params).c_str());
    if (avcodec_open2(codec.get(), encoder, entries.address()) < 0) throw std::runtime_error("the encoder does not open");

    CodedClip clip;
    h26x::ParameterSets sets;
    h26x::for_each_annexb({codec->extradata, static_cast<std::size_t>(codec->extradata_size)},
                          [&](ByteView nal) { sets.update(options.codec, nal); });
    clip.track = h26x::make_track(options.codec, sets).value();
    const auto frame = libav::make_frame();
    frame->width = options.width;
    frame->height = options.height;
    frame->format = AV_PIX_FMT_YUV420P;
    av_frame_get_buffer(frame.get(), 0);
    const auto packet = libav::make_packet();
    const auto shift = options.frame * clip.track.reorder_depth;
    const auto take = [&] {
        while (avcodec_receive_packet(codec.get(), packet.get()) >= 0) {
            clip.packets.push_back(packet_of(options, *packet, shift));
            av_packet_unref(packet.get());
        }
    };
    for (int n = 0; n < options.frames; ++n) {
        av_frame_make_writable(frame.get());
        std::uint32_t random = static_cast<std::uint32_t>(n) * 2654435761U;
        for (int plane = 0; plane < 3; ++plane)
            std::generate_n(frame->data[plane], frame->linesize[plane] * (options.height >> (plane > 0 ? 1 : 0)), [&] {
                if (!options.noise) return static_cast<std::uint8_t>(90 + n % 50);
                random = random * 1664525U + 1013904223U;
                return static_cast<std::uint8_t>(random >> 24);
            });
        time_code::write({frame->data[0], options.width, options.height, frame->linesize[0]},
                         {to_utc(options.time_of(n)), n});
        frame->pts = (options.time_of(n) - options.start).count();
        if (avcodec_send_frame(codec.get(), frame.get()) < 0) throw std::runtime_error("encode");
        take();
    }
    avcodec_send_frame(codec.get(), nullptr);
    take();
    // A decode time may not lie behind its presentation.
    Ticks most{0};
    for (const auto& each : clip.packets) most = std::max(most, -each->composition);
    for (auto& each : clip.packets) {
        auto moved = std::make_shared<Packet>(*each);
        moved->dts -= most;
        moved->composition += most;
        each = moved;
    }
    return clip;
}

// The time that a JPEG or PNG shows.
inline std::optional<UtcTime> shown_by(ByteView image) {
    libav::initialize();
    const bool png = !image.empty() && image[0] == 0x89;
    const auto* codec = avcodec_find_decoder(png ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG);
    const libav::CodecPtr context{avcodec_alloc_context3(codec)};
    const auto packet = libav::make_packet();
    const auto frame = libav::make_frame();
    if (avcodec_open2(context.get(), codec, nullptr) < 0) return std::nullopt;
    av_new_packet(packet.get(), static_cast<int>(image.size()));
    std::copy(image.begin(), image.end(), packet->data);
    if (avcodec_send_packet(context.get(), packet.get()) < 0) return std::nullopt;
    if (avcodec_receive_frame(context.get(), frame.get()) < 0) return std::nullopt;
    Bytes luma;
    for (int y = 0; y < frame->height; ++y)
        for (int x = 0; x < frame->width; ++x)
            luma.push_back(frame->data[0][std::ptrdiff_t{y} * frame->linesize[0] + (png ? 3 * x + 1 : x)]);
    const auto code = time_code::read({luma.data(), frame->width, frame->height, frame->width});
    return code ? std::optional(code->time) : std::nullopt;
}

inline CodedClip make_noise(int width, int height, int frames, Ticks frame) {
    ClipOptions options{.width = width, .height = height, .frames = frames, .noise = true};
    options.frame = frame;
    return make_clip(options);
}

// Of each picture in showing order: the time it was pushed with, and the time it shows.
struct Seen {
    MediaTime pts;
    std::optional<UtcTime> shows;
    int width{0}, height{0};
};
inline std::vector<Seen> look(const Track& track, const std::vector<PacketPtr>& packets) {
    auto decoder = libav::VideoDecoder::open(track).value();
    std::vector<Seen> out;
    const auto see = [&](const AVFrame& picture, MediaTime pts, bool) -> Status {
        const auto code = time_code::read({picture.data[0], picture.width, picture.height, picture.linesize[0]});
        out.push_back({pts, code ? std::optional(code->time) : std::nullopt, picture.width, picture.height});
        return {};
    };
    for (const auto& packet : packets)
        if (auto pushed = decoder.push(packet->pts(), packet->key, packet->data, see); !pushed)
            throw std::runtime_error(pushed.error().message);
    (void)decoder.drain(see);
    return out;
}

// The packets as one fragment, `per_part` frames a part.
inline std::vector<PartPtr> fragment_of(const CodedClip& clip, std::size_t per_part, const TrackSet& more = {}) {
    const auto init = mp4::make_init({clip.track, more.audio}).value();
    std::vector<PartPtr> out;
    for (std::size_t at = 0; at < clip.packets.size(); at += per_part) {
        const auto count = std::min(per_part, clip.packets.size() - at);
        const std::span packets(clip.packets.data() + at, count);
        std::vector<Ticks> durations;
        for (std::size_t i = at; i < at + count; ++i)
            durations.push_back(i + 1 < clip.packets.size() ? clip.packets[i + 1]->dts - clip.packets[i]->dts : Ticks{3600});
        auto part = mp4::make_part(init, packets, durations, 1);
        part.starts_fragment = part.independent = at == 0;
        out.push_back(std::make_shared<const Part>(std::move(part)));
    }
    return out;
}
// And back.
inline std::vector<PacketPtr> packets_of(const std::vector<PartPtr>& parts) {
    std::vector<PacketPtr> out;
    for (const auto& part : parts) {
        if (part->track != TrackKind::video) continue;
        auto dts = part->start;
        for (const auto& sample : part->samples) {
            auto packet = std::make_shared<Packet>();
            packet->dts = dts;
            packet->composition = sample.composition;
            packet->key = sample.key;
            const auto data = ByteView(part->data).subspan(sample.offset, sample.size);
            packet->data.assign(data.begin(), data.end());
            dts += sample.duration;
            out.push_back(std::move(packet));
        }
    }
    return out;
}

}  // namespace vantage::test
