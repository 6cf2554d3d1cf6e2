// SPDX-License-Identifier: Apache-2.0
// Packets of one camera stream in, parts out: here, and only here, is muxed. Lives on the thread of its source; holds one packet
// a track back, because a part closes when the next frame has fixed the duration of its last one. No ring, no clock, no disk.
#pragma once
#include <functional>
#include <vector>

#include "media/packet.hpp"
#include "media/part.hpp"

namespace vantage::stream {

struct FragmenterOptions {
    Ticks video_part{Ticks{10800}};        // 120 ms: a part closes when the next frame would pass it
    Ticks audio_part{Ticks{22500}};        // 250 ms
    Ticks longest_fragment{Ticks{2700000}};  // 30 s: then a recovery point counts as a start; without one it is cut
    std::size_t largest_fragment{16U << 20}; // bytes, the ring's bound: likewise
    Ticks audio_silence{Ticks{90000}};     // 1 s without audio: the audio track leaves the init
};

class Fragmenter {
  public:
    Fragmenter(FragmenterOptions options, std::function<void(PartPtr)> out);

    // Tracks as the source announces them. A track enters the init only with its first packet. A change ends the running part;
    // the next one is a discontinuity with a new init.
    void set_tracks(const TrackSet& tracks);
    // Video before the first key frame (or recovery point) is dropped and counted.
    void push(PacketPtr packet);
    // Closes the running parts; the last packet takes the duration of the one before it. What follows is a discontinuity.
    void flush();

    [[nodiscard]] bool sends_no_key_frames() const { return no_key_frames_; }
    [[nodiscard]] std::uint64_t dropped_before_key() const { return dropped_before_key_; }

  private:
    struct Pending {
        std::vector<PacketPtr> packets;
        std::vector<Ticks> durations;  // of all but the last
    };
    FragmenterOptions options_;
    std::function<void(PartPtr)> out_;
    TrackSet announced_;
    InitPtr init_;
    Pending video_, audio_;
    bool discontinuity_{true};
    bool no_key_frames_{false};
    std::uint64_t dropped_before_key_{0};
    std::uint32_t sequence_{0};
};

}  // namespace vantage::stream
