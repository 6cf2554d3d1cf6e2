// SPDX-License-Identifier: Apache-2.0
// The init: ftyp and moov (ISO 14496-12 8.1-8.8; sample entries of 14496-14, 14496-15 and "Encapsulation of Opus in
// ISOBMFF").
#include "media/mp4.hpp"
#include "media/mp4_box.hpp"

#include <fmt/format.h>

namespace vantage::mp4 {
namespace {

constexpr std::uint32_t kTimescale = 90000;
constexpr std::size_t kOpusHead = 19;  // bytes of an OpusHead of mapping family 0
constexpr std::size_t kLargestConfig = 1U << 20;

void write_matrix(BoxWriter& w) {
    for (const std::uint32_t v : {0x10000U, 0U, 0U, 0U, 0x10000U, 0U, 0U, 0U, 0x40000000U}) w.u32(v);
}

void write_ftyp(BoxWriter& w) {
    w.box(fourcc("ftyp"), [&] {
        w.text("iso6");
        w.u32(1);
        w.text("iso6isommp41cmfc");
    });
}

void write_mvhd(BoxWriter& w) {
    w.full_box(fourcc("mvhd"), 0, 0, [&] {
        w.zeros(8);  // creation and modification time
        w.u32(kTimescale);
        w.u32(0);  // duration: in mehd
        w.u32(0x10000);
        w.u16(0x100);
        w.zeros(10);
        write_matrix(w);
        w.zeros(24);
        w.u32(kAudioTrackId + 1);
    });
}

// The width and height that a player shows, with square pixels; 16.16 fixed point.
std::uint32_t shown_width(const Track& track) {
    return static_cast<std::uint32_t>((std::int64_t{track.width} << 16) * track.sar_num / std::max(track.sar_den, 1));
}

void write_tkhd(BoxWriter& w, const Track& track, std::uint32_t id) {
    const bool video = track.kind() == TrackKind::video;
    w.full_box(fourcc("tkhd"), 0, 3 /*enabled, in the movie*/, [&] {
        w.zeros(8);
        w.u32(id);
        w.zeros(8);   // reserved, duration
        w.zeros(12);  // reserved, layer, alternate group
        w.u16(video ? 0 : 0x100);
        w.u16(0);
        write_matrix(w);
        w.u32(video ? shown_width(track) : 0);
        w.u32(video ? static_cast<std::uint32_t>(track.height) << 16 : 0);
    });
}

void write_visual_entry(BoxWriter& w, const Track& track) {
    const bool hevc = track.codec == Codec::h265;
    w.box(hevc ? fourcc("hvc1") : fourcc("avc1"), [&] {
        w.zeros(6);
        w.u16(1);  // data reference
        w.zeros(16);
        w.u16(static_cast<std::uint16_t>(track.width));
        w.u16(static_cast<std::uint16_t>(track.height));
        w.u32(0x480000);  // 72 dpi
        w.u32(0x480000);
        w.u32(0);
        w.u16(1);  // frame_count
        w.zeros(32);
        w.u16(0x18);
        w.u16(0xffff);
        w.box(hevc ? fourcc("hvcC") : fourcc("avcC"), [&] { w.bytes(track.config); });
        if (track.sar_num == track.sar_den) return;
        w.box(fourcc("pasp"), [&] {
            w.u32(static_cast<std::uint32_t>(track.sar_num));
            w.u32(static_cast<std::uint32_t>(track.sar_den));
        });
    });
}

// A descriptor's tag and size, the size in four bytes (ISO 14496-1 8.3.3).
void write_descriptor(BoxWriter& w, std::uint8_t tag, std::size_t size) {
    w.u8(tag);
    for (const int shift : {21, 14, 7}) w.u8(static_cast<std::uint8_t>(0x80 | (size >> shift & 0x7f)));
    w.u8(static_cast<std::uint8_t>(size & 0x7f));
}

void write_esds(BoxWriter& w, const Track& track) {
    const auto config = track.config.size();
    constexpr std::size_t kHeader = 5;
    w.full_box(fourcc("esds"), 0, 0, [&] {
        write_descriptor(w, 3, 3 + kHeader + 13 + kHeader + config + kHeader + 1);
        w.u16(0);  // ES_ID
        w.u8(0);
        write_descriptor(w, 4, 13 + kHeader + config);
        w.u8(0x40);  // MPEG-4 audio
        w.u8(0x15);  // audio stream
        w.zeros(11);
        write_descriptor(w, 5, config);
        w.bytes(track.config);
        write_descriptor(w, 6, 1);
        w.u8(2);
    });
}

// OpusHead is little-endian (RFC 7845 5.1), dOps big-endian.
void write_dops(BoxWriter& w, const Track& track) {
    const auto* head = track.config.data();
    w.box(fourcc("dOps"), [&] {
        w.u8(0);
        w.u8(head[9]);
        w.u16(static_cast<std::uint16_t>(head[11] << 8 | head[10]));  // pre-skip
        for (const int i : {15, 14, 13, 12}) w.u8(head[i]);           // input rate
        w.u8(head[17]);                                               // output gain
        w.u8(head[16]);
        w.bytes(ByteView(track.config).subspan(kOpusHead - 1));
    });
}

void write_audio_entry(BoxWriter& w, const Track& track) {
    const bool opus = track.codec == Codec::opus;
    w.box(opus ? fourcc("Opus") : fourcc("mp4a"), [&] {
        w.zeros(6);
        w.u16(1);
        w.zeros(8);
        w.u16(static_cast<std::uint16_t>(track.channels));
        w.u16(16);
        w.u32(0);
        const auto rate = opus ? 48000 : track.sample_rate;
        w.u32(rate <= 0xffff ? static_cast<std::uint32_t>(rate) << 16 : 0);
        if (opus) {
            write_dops(w, track);
        } else {
            write_esds(w, track);
        }
    });
}

void write_stbl(BoxWriter& w, const Track& track) {
    w.box(fourcc("stbl"), [&] {
        w.full_box(fourcc("stsd"), 0, 0, [&] {
            w.u32(1);
            if (track.kind() == TrackKind::video) {
                write_visual_entry(w, track);
            } else {
                write_audio_entry(w, track);
            }
        });
        for (const auto type : {fourcc("stts"), fourcc("stsc"), fourcc("stco")}) w.full_box(type, 0, 0, [&] { w.u32(0); });
        w.full_box(fourcc("stsz"), 0, 0, [&] { w.zeros(8); });
    });
}

void write_minf(BoxWriter& w, const Track& track) {
    w.box(fourcc("minf"), [&] {
        if (track.kind() == TrackKind::video) {
            w.full_box(fourcc("vmhd"), 0, 1, [&] { w.zeros(8); });
        } else {
            w.full_box(fourcc("smhd"), 0, 0, [&] { w.zeros(4); });
        }
        w.box(fourcc("dinf"), [&] {
            w.full_box(fourcc("dref"), 0, 0, [&] {
                w.u32(1);
                w.full_box(fourcc("url "), 0, 1 /*in this file*/, [] {});
            });
        });
        write_stbl(w, track);
    });
}

void write_trak(BoxWriter& w, const Track& track, std::uint32_t id) {
    const bool video = track.kind() == TrackKind::video;
    w.box(fourcc("trak"), [&] {
        write_tkhd(w, track, id);
        w.box(fourcc("mdia"), [&] {
            w.full_box(fourcc("mdhd"), 0, 0, [&] {
                w.zeros(8);
                w.u32(kTimescale);
                w.u32(0);
                w.u16(0x55c4);  // undetermined language
                w.u16(0);
            });
            w.full_box(fourcc("hdlr"), 0, 0, [&] {
                w.u32(0);
                w.text(video ? "vide" : "soun");
                w.zeros(12);
                w.text(std::string_view(video ? "video" : "audio", 6));
            });
            write_minf(w, track);
        });
    });
}

std::size_t write_mvex(BoxWriter& w, const TrackSet& tracks) {
    std::size_t duration_offset = 0;
    w.box(fourcc("mvex"), [&] {
        w.full_box(fourcc("mehd"), 1, 0, [&] {
            duration_offset = w.offset();
            w.u64(0);
        });
        const auto trex = [&](std::uint32_t id) {
            w.full_box(fourcc("trex"), 0, 0, [&] {
                w.u32(id);
                w.u32(1);  // sample description
                w.zeros(12);
            });
        };
        if (tracks.video) trex(kVideoTrackId);
        if (tracks.audio) trex(kAudioTrackId);
    });
    return duration_offset;
}

Status check(const Track& track, TrackKind kind) {
    if (track.kind() != kind || codec_string(track).empty())
        return fail(errc::unsupported, fmt::format("MP4 does not carry {} as it is", to_string(track.codec)));
    if (track.codec == Codec::opus && (track.config.size() < kOpusHead || as_text(track.config).substr(0, 8) != "OpusHead"))
        return fail(errc::unsupported, "the Opus track has no OpusHead");
    if (track.config.size() > kLargestConfig)
        return fail(errc::unsupported, "the track's decoder configuration is too large");
    const bool sized = track.width > 0 && track.width <= 0xffff && track.height > 0 && track.height <= 0xffff;
    if (kind == TrackKind::video && !sized) return fail(errc::unsupported, "the picture's size does not fit into MP4");
    return {};
}

}  // namespace

Result<InitPtr> make_init(const TrackSet& tracks) {
    if (!tracks.video && !tracks.audio) return fail(errc::invalid_argument, "an MP4 needs a track");
    if (tracks.video)
        if (auto good = check(*tracks.video, TrackKind::video); !good) return good.error();
    if (tracks.audio)
        if (auto good = check(*tracks.audio, TrackKind::audio); !good) return good.error();
    auto init = std::make_shared<Init>();
    init->tracks = tracks;
    init->mime = mime_type(tracks);
    BoxWriter w(init->data);
    write_ftyp(w);
    w.box(fourcc("moov"), [&] {
        write_mvhd(w);
        if (tracks.video) write_trak(w, *tracks.video, kVideoTrackId);
        if (tracks.audio) write_trak(w, *tracks.audio, kAudioTrackId);
        init->duration_offset = write_mvex(w, tracks);
    });
    return InitPtr{std::move(init)};
}

}  // namespace vantage::mp4
