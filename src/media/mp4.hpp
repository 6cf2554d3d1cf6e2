// SPDX-License-Identifier: Apache-2.0
// Writing fragmented MP4: our own box writer, because the bytes must be laid out once, with the place of every time known,
// and a part must cost one copy (docs/decisions/). Video is track 1, audio track 2; both on a timescale of 90 000. Pure
// functions.
#pragma once
#include "media/packet.hpp"
#include "media/part.hpp"

#include <span>

namespace vantage::mp4 {

inline constexpr std::uint32_t kVideoTrackId = 1;
inline constexpr std::uint32_t kAudioTrackId = 2;

// ftyp moov(mvhd trak.. mvex(mehd trex..)). H.265 as hvc1. errc::unsupported for a codec that fMP4 does not carry.
Result<InitPtr> make_init(const TrackSet& tracks);

// One moof+mdat of packets of one track. `durations[i]` belongs to `packets[i]`; both are non-empty and of one size.
// Sets start, duration, samples, data and decode_time_offset; the flags are the caller's. A recovery point in front is a
// sync sample, as players could seek nowhere else in a stream without key frames. Costs one copy of the payload.
Part make_part(InitPtr init, std::span<const PacketPtr> packets, std::span<const Ticks> durations, std::uint32_t sequence);

// A prft box (ISO 14496-12 8.16.5, version 1) that says which UTC the given decode time of the next fragment has.
Bytes make_prft(TrackKind track, UtcTime time, Ticks decode_time);

// One box of a buffer. `size` covers header and body.
struct Box {
    std::uint32_t type{0};  // four characters, big endian: fourcc("moof")
    std::size_t offset{0};
    std::size_t header{8};
    std::uint64_t size{0};
};
constexpr std::uint32_t fourcc(const char (&name)[5]) {
    return std::uint32_t(std::uint8_t(name[0])) << 24 | std::uint32_t(std::uint8_t(name[1])) << 16 |
           std::uint32_t(std::uint8_t(name[2])) << 8 | std::uint8_t(name[3]);
}
// The box that begins at `offset`; errc::malformed when its header is cut off or its size cannot be. The body may lie beyond
// `data`'s end: compare yourself.
Result<Box> read_box(ByteView data, std::size_t offset);

// Reads our own init back: tracks, mime and duration_offset. errc::malformed for what we did not write.
Result<InitPtr> parse_init(ByteView data);
// Reads our own moof back (with its mdat's header): start (as on disk), samples, track. `data` of the result is left empty.
Result<Part> parse_part(ByteView moof_and_mdat_header);

}  // namespace vantage::mp4
