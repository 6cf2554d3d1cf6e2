// SPDX-License-Identifier: Apache-2.0
// Packets for tests: those of a real file, and tracks to mux them with. Tests only.
#pragma once
#include "media/demuxer.hpp"
#include "media/h26x.hpp"
#include "media/packet.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace vantage::test {

struct Clip {
    TrackSet tracks;
    std::vector<PacketPtr> packets;  // in the file's order

    [[nodiscard]] std::vector<PacketPtr> only(TrackKind kind) const {
        std::vector<PacketPtr> out;
        for (const auto& packet : packets)
            if (packet->track == kind) out.push_back(packet);
        return out;
    }
};

// Reads a whole file; its time 0 becomes `origin`.
inline Clip read_clip(const std::string& path, MediaTime origin) {
    auto demuxer = Demuxer::open(path, {}, {});
    if (!demuxer) throw std::runtime_error(demuxer.error().message);
    Clip clip;
    while (true) {
        auto next = (*demuxer)->next();
        if (!next) throw std::runtime_error(next.error().message);
        if (std::holds_alternative<EndOfInput>(*next)) return clip;
        if (auto* tracks = std::get_if<TrackSet>(&*next)) {
            clip.tracks = *tracks;
            continue;
        }
        auto& frame = std::get<DemuxedFrame>(*next);
        auto packet = std::make_shared<Packet>();
        packet->track = frame.track;
        packet->dts = origin + frame.dts.value_or(frame.pts.value_or(Ticks{0}));
        packet->composition = frame.pts && frame.dts ? *frame.pts - *frame.dts : Ticks{0};
        packet->key = frame.key;
        packet->recovery = frame.recovery;
        packet->data = std::move(frame.data);
        clip.packets.push_back(std::move(packet));
    }
}

// Of one track's packets, from the next one's dts; the last takes that of the one before.
inline std::vector<Ticks> durations_of(const std::vector<PacketPtr>& packets) {
    std::vector<Ticks> out;
    for (std::size_t i = 1; i < packets.size(); ++i) out.push_back(packets[i]->dts - packets[i - 1]->dts);
    out.push_back(out.empty() ? Ticks{3600} : out.back());
    return out;
}

// 1280x720, High, level 3.1.
inline Track h264_track() {
    h26x::ParameterSets sets;
    sets.sps = {{0x67, 0x64, 0x00, 0x1f, 0xac, 0xb4, 0x02, 0x80, 0x2d, 0xd2}};
    sets.pps = {{0x68, 0xce, 0x3c, 0x80}};
    return h26x::make_track(Codec::h264, sets).value();
}

// AAC-LC, 16 kHz, one channel.
inline Track aac_track() {
    Track track;
    track.codec = Codec::aac;
    track.config = {0x14, 0x08};
    track.sample_rate = 16000;
    track.channels = 1;
    return track;
}

}  // namespace vantage::test
