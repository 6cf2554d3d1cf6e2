// SPDX-License-Identifier: Apache-2.0
// Packets of one camera stream in, parts out: here, and only here, is muxed. Lives on the thread of its source; holds one
// packet a track back, because a part closes when the next frame has fixed the duration of its last one. No ring, no clock,
// no disk.
#pragma once
#include "media/packet.hpp"
#include "media/part.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace vantage::stream {

struct FragmenterOptions {
    Ticks video_part{Ticks{10800}};  // 120 ms: a part closes when the next frame would pass it
    Ticks audio_part{Ticks{18000}};  // 200 ms
    // 390 ms: a part closes, too, when the next frame would pass a multiple of it counted from the fragment's start, so that
    // outputs which group whole parts into larger ones (low-latency HLS) fill theirs.
    Ticks group{Ticks{35100}};
    Ticks longest_fragment{Ticks{2700000}};   // 30 s: then a recovery point counts as a start; without one it is cut
    std::size_t largest_fragment{16U << 20};  // bytes, the ring's bound: likewise
    Ticks audio_silence{Ticks{90000}};        // 1 s without audio: the audio track leaves the init
    Ticks audio_wait{Ticks{45000}};           // 500 ms: so long the first video waits for announced audio
};

class Fragmenter {
  public:
    Fragmenter(FragmenterOptions options, std::function<void(PartPtr)> out);

    // Tracks as the source announces them; one that MP4 does not carry is left out. Another video track ends the running
    // part, and the next one, from a key frame on, is a discontinuity with a new init.
    void set_tracks(const TrackSet& tracks);
    // Video before the first key frame (or recovery point) is dropped and counted. Audio enters the init with its first
    // packet and leaves it after silence; the init changes where a fragment starts, so that every segment begins with a key
    // frame. Audio before that is dropped.
    void push(PacketPtr packet);
    // Closes the running parts; the last packet takes the duration of the one before it. What follows is a discontinuity.
    void flush();

    // True while fragments start at recovery points or are cut, because key frames do not come.
    [[nodiscard]] bool sends_no_key_frames() const { return no_key_frames_; }
    // Packets that no decoder could have used: before the first start in decoding or (open GOP) in showing order, without
    // bytes, or not later than the one before.
    [[nodiscard]] std::uint64_t dropped_before_key() const { return dropped_; }

  private:
    struct Pending {
        std::vector<PacketPtr> packets;
        std::vector<Ticks> durations;  // of all but the last, which takes `usual` if nothing follows
        Ticks usual{0};                // duration of the newest packet that has one
        MediaTime group_start;         // of the group of parts that the newest one belongs to
        bool starts_fragment{false};
        bool decodable{true};
    };
    enum class Boundary { none, key, recovery, cut };

    void accept(const PacketPtr& packet);
    void accept_video(const PacketPtr& packet);
    void accept_audio(const PacketPtr& packet);
    bool await_start(const PacketPtr& packet);
    [[nodiscard]] Boundary boundary(const Packet& packet) const;
    void start_fragment(const Packet& packet, Boundary why);
    bool renew_init(const Packet& packet);
    void append(Pending& pending, const PacketPtr& packet, Ticks longest);
    void close(Pending& pending);
    void release_held();
    [[nodiscard]] bool audio_is_heard(MediaTime at) const;

    const FragmenterOptions options_;
    const std::function<void(PartPtr)> out_;
    TrackSet announced_;
    InitPtr init_;
    MediaTime init_start_;  // of the first packet under init_
    Pending video_, audio_;
    bool started_{false};  // a fragment runs
    bool discontinuity_{true};
    std::uint32_t sequence_{0};

    std::vector<PacketPtr> held_;  // from the first start on, while announced audio has not come
    std::optional<MediaTime> last_audio_;
    std::optional<MediaTime> first_dropped_;  // video that waits for a start

    MediaTime first_shown_;  // presentation of the packet that everything started with
    MediaTime fragment_start_;
    std::size_t fragment_bytes_{0};
    bool fragment_has_recovery_{false};  // a recovery point behind its first frame
    bool recovery_starts_{false};        // the running fragment began without a key frame
    bool no_key_frames_{false};
    std::uint64_t dropped_{0};
};

}  // namespace vantage::stream
