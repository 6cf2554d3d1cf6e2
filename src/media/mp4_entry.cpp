// SPDX-License-Identifier: Apache-2.0
// Sample entries of ISO 14496-14, 14496-15 and "Encapsulation of Opus in ISOBMFF".
#include "media/mp4_entry.hpp"

#include <fmt/format.h>

namespace vantage::mp4 {
namespace {

constexpr std::size_t kOpusHead = 19;  // bytes of an OpusHead of mapping family 0
constexpr std::size_t kLargestConfig = 1U << 20;

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

}  // namespace

void write_matrix(BoxWriter& w) {
    for (const std::uint32_t v : {0x10000U, 0U, 0U, 0U, 0x10000U, 0U, 0U, 0U, 0x40000000U}) w.u32(v);
}

std::uint32_t shown_width(const Track& track) {
    return static_cast<std::uint32_t>((std::int64_t{track.width} << 16) * track.sar_num / std::max(track.sar_den, 1));
}

void write_sample_entry(BoxWriter& w, const Track& track) {
    if (track.kind() == TrackKind::video) {
        write_visual_entry(w, track);
    } else {
        write_audio_entry(w, track);
    }
}

Status check_track(const Track& track, TrackKind kind) {
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

}  // namespace vantage::mp4
