// SPDX-License-Identifier: Apache-2.0
// Parts: one moof and its mdat (ISO 14496-12 8.8.4-8.8.12). The layout is fixed, so the header is stored in place and each
// payload copied once.
#include "media/mp4_part.hpp"

#include "media/mp4.hpp"

namespace vantage::mp4 {
namespace {

constexpr std::uint32_t kSync = 0x02000000;       // sample_depends_on 2: on no other
constexpr std::uint32_t kNotSync = 0x01010000;    // sample_depends_on 1, sample_is_non_sync_sample
constexpr std::uint64_t kNtpToUnix = 2208988800;  // seconds from 1900 to 1970
constexpr std::uint32_t kCaptured = 24;           // prft flags: the time when the frame was captured

// Stores fields one after the other into bytes that are there.
class Cursor {
  public:
    explicit Cursor(std::uint8_t* at) : at_(at) {}
    void u32(std::uint32_t v) {
        store_u32(at_, v);
        at_ += 4;
    }
    void u64(std::uint64_t v) {
        store_u64(at_, v);
        at_ += 8;
    }

  private:
    std::uint8_t* at_;
};

std::uint32_t track_id(TrackKind kind) {
    return kind == TrackKind::video ? kVideoTrackId : kAudioTrackId;
}

void store_moof(std::uint8_t* at, const Part& part, std::uint32_t sequence, std::size_t payload) {
    const auto count = part.samples.size();
    const auto size = moof_size(count);
    Cursor out(at);
    out.u32(static_cast<std::uint32_t>(size));
    out.u32(fourcc("moof"));
    out.u32(16);
    out.u32(fourcc("mfhd"));
    out.u32(0);
    out.u32(sequence);
    out.u32(static_cast<std::uint32_t>(size - 24));
    out.u32(fourcc("traf"));
    out.u32(16);
    out.u32(fourcc("tfhd"));
    out.u32(kDefaultBaseIsMoof);
    out.u32(track_id(part.track));
    out.u32(20);
    out.u32(fourcc("tfdt"));
    out.u32(1U << 24);
    out.u64(static_cast<std::uint64_t>(part.start.time_since_epoch().count()));
    out.u32(static_cast<std::uint32_t>(size - kTrunOffset));
    out.u32(fourcc("trun"));
    out.u32(kTrunFlags);
    out.u32(static_cast<std::uint32_t>(count));
    out.u32(static_cast<std::uint32_t>(size + 8));  // data offset: behind the mdat header
    for (const auto& sample : part.samples) {
        out.u32(static_cast<std::uint32_t>(sample.duration.count()));
        out.u32(sample.size);
        out.u32(sample.key ? kSync : kNotSync);
        out.u32(static_cast<std::uint32_t>(sample.composition.count()));
    }
    out.u32(static_cast<std::uint32_t>(payload + 8));
    out.u32(fourcc("mdat"));
}

}  // namespace

Part make_part(InitPtr init, std::span<const PacketPtr> packets, std::span<const Ticks> durations, std::uint32_t sequence) {
    Part part;
    part.init = std::move(init);
    part.track = packets.front()->track;
    part.start = packets.front()->dts;
    part.decode_time_offset = kDecodeTimeOffset;
    part.samples.reserve(packets.size());
    const auto header = moof_size(packets.size()) + 8;
    auto offset = header;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const auto& packet = *packets[i];
        // A recovery point at a part's front is where a player may start when key frames are missing.
        const bool key = packet.key || (i == 0 && packet.recovery);
        part.samples.push_back({static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(packet.data.size()),
                                durations[i], packet.composition, key});
        offset += packet.data.size();
        part.duration += durations[i];
    }
    part.data.reserve(offset);
    part.data.resize(header);
    store_moof(part.data.data(), part, sequence, offset - header);
    for (const auto& packet : packets) part.data.insert(part.data.end(), packet->data.begin(), packet->data.end());
    return part;
}

Bytes make_prft(TrackKind track, UtcTime time, Ticks decode_time) {
    const auto since = time.time_since_epoch();
    const auto whole = std::chrono::floor<seconds>(since);
    const auto fraction = (static_cast<std::uint64_t>((since - whole).count()) << 32) / 1000000;
    Bytes out(32);
    Cursor to(out.data());
    to.u32(32);
    to.u32(fourcc("prft"));
    to.u32(1U << 24 | kCaptured);
    to.u32(track_id(track));
    to.u64((static_cast<std::uint64_t>(whole.count()) + kNtpToUnix) << 32 | fraction);
    to.u64(static_cast<std::uint64_t>(decode_time.count()));
    return out;
}

}  // namespace vantage::mp4
