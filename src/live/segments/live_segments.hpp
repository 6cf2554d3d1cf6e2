// SPDX-License-Identifier: Apache-2.0
// The parts of a live stream as segments, and these as the partial segments that low-latency players take: what every
// rendition and format of live shares. All renditions have the same segments with the same numbers: a segment is a run of
// whole fragments in the order in which parts were published. Belongs to one thread at a time; what it hands out is
// immutable. No texts, no clock, no sockets.
#pragma once
#include "live/segments/rendition.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace vantage::live {

// What the fragmenter's groups may last so that they fill partial segments of this target: the rest is left to frames that
// come late.
constexpr Ticks group_for(Ticks part_target) {
    return part_target * 39 / 40;
}

struct LiveOptions {
    Ticks part_target{36000};            // 400 ms: no partial segment is longer
    Ticks target_duration{360000};       // 4 s: no segment is longer; a longer GOP is cut at a part
    Ticks window{2160000};               // 24 s are listed; as much again stays for those who listed it before
    std::size_t most_bytes{192U << 20};  // of what is held, shared with the stream's ring where that still has it
    // A segment ends with the fragment that reaches 1 s, or nearly: GOPs of 1 s last a little less by the camera's clock.
    static constexpr Ticks kLeast{88200};
    static constexpr std::uint64_t kMostParts = 64;  // of a segment: serials grow more slowly than numbers times this
};

// A partial segment (RFC 8216bis 4.4.4.9) of one rendition: a run of whole parts.
struct LivePart {
    MediaTime start;  // decode time of the leading track
    Ticks duration{0};
    bool independent{false};  // a decoder can start in it
    std::size_t bytes{0};
    std::vector<PartPtr> pieces;
    // Counts the listed ones of a rendition, on over segments: so the next one has a name before it is known whether its
    // segment goes on (RFC 8216bis 4.4.5.3). Nothing: it is not listed.
    std::optional<std::uint64_t> serial;
};
using LivePartPtr = std::shared_ptr<const LivePart>;

// What one rendition has of a segment.
struct LiveLane {
    InitPtr init;       // null: it has no track here
    MediaTime start;    // decode time of the leading track; that of the muxed rendition when there is no part
    MediaTime shown;    // presentation time of the first picture or sound
    Ticks duration{0};  // of the leading track; 0: nothing of this rendition came
    std::uint64_t bytes{0};
    std::vector<LivePartPtr> parts;
    bool lists_parts{true};  // false when one is longer than the target, as behind a lost frame or at 1 fps
};

struct LiveSegment {
    std::uint64_t number{0};  // media sequence number
    bool discontinuity{false};
    bool independent{true};  // begins with a key frame
    bool complete{false};
    Ticks elapsed{0};  // played by all segments to the end of this one
    std::array<LiveLane, kRenditions.size()> lanes;

    [[nodiscard]] const LiveLane& lane(Rendition r) const { return lanes[static_cast<std::size_t>(r)]; }
    [[nodiscard]] LiveLane& lane(Rendition r) { return lanes[static_cast<std::size_t>(r)]; }
};
using LiveSegmentPtr = std::shared_ptr<const LiveSegment>;

// What is offered at one instant.
struct LiveSnapshot {
    std::uint64_t version{0};
    std::uint64_t discontinuities{0};      // that went out of the list (EXT-X-DISCONTINUITY-SEQUENCE)
    std::vector<LiveSegmentPtr> segments;  // complete, oldest first; at least one
    LiveSegmentPtr open;                   // the one that grows; null while nothing comes
    std::uint64_t next_number{0};          // of the segment after all these
    Ticks target_duration{0};
    std::array<Ticks, kRenditions.size()> part_targets{};
    std::array<std::uint64_t, kRenditions.size()> next_serials{};  // of the partial segment after all these

    [[nodiscard]] Ticks part_target(Rendition r) const { return part_targets[static_cast<std::size_t>(r)]; }
    // The same for all renditions: three times the longest target, or what that mostly is for a small stream of few frames,
    // which stands beside this one (SERVER-CONTROL is the same in all playlists, RFC 8216bis 6.2.4).
    [[nodiscard]] Ticks hold_back() const;
    // The newest init of a rendition; null when it has none.
    [[nodiscard]] InitPtr init(Rendition r) const;
    // The one that init_name() calls so; null when it is not in use.
    [[nodiscard]] InitPtr find_init(Rendition r, std::string_view name) const;
};
using LiveSnapshotPtr = std::shared_ptr<const LiveSnapshot>;

class LiveSegments {
  public:
    // `first_number` and `first_discontinuity` go on where an earlier window of the same address ended.
    LiveSegments(const LiveOptions& options, std::uint64_t first_number, std::uint64_t first_discontinuity);

    void push(const PartPtr& part);
    // Parts are missing, or the camera stopped: what follows does not continue.
    void interrupt();

    // Changes with everything that a playlist shows.
    [[nodiscard]] std::uint64_t version() const { return version_; }
    // Null before the first whole segment.
    [[nodiscard]] LiveSnapshotPtr snapshot() const;
    // Of what is held, listed or not; the growing one with what is published of it. Null when it is gone or yet to come.
    [[nodiscard]] LiveSegmentPtr find(std::uint64_t number) const;
    // The same without sharing it: good until something changes.
    [[nodiscard]] const LiveSegment* peek(std::uint64_t number) const;
    [[nodiscard]] LiveSegmentPtr find(Rendition rendition, MediaTime start) const;
    [[nodiscard]] LivePartPtr find_part(Rendition rendition, std::uint64_t serial) const;
    [[nodiscard]] std::uint64_t next_serial(Rendition r) const { return next_serials_[static_cast<std::size_t>(r)]; }
    [[nodiscard]] bool has_segment() const { return !held_.empty(); }
    [[nodiscard]] std::uint64_t next_number() const { return next_number_; }
    [[nodiscard]] std::uint64_t next_discontinuity() const { return discontinuities_ + listed_discontinuities() + 1; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    void be_born();
    void add(const PartPtr& part);
    [[nodiscard]] bool ends_before(const Part& part) const;
    void begin_segment(const Part& part);
    void finish_segment();
    void append(Rendition rendition, const PartPtr& part);
    void publish(Rendition rendition);
    void trim();
    [[nodiscard]] std::uint64_t listed_discontinuities() const;
    [[nodiscard]] LiveSegmentPtr share_open() const;
    [[nodiscard]] Ticks& target(Rendition r) { return targets_[static_cast<std::size_t>(r)]; }

    const LiveOptions options_;
    std::vector<PartPtr> unborn_;  // until the frame rate is known
    bool born_{false};
    std::array<Ticks, kRenditions.size()> targets_{};
    RenditionInits inits_;

    std::deque<LiveSegmentPtr> held_;  // complete, oldest first
    std::size_t first_listed_{0};      // in held_
    std::optional<LiveSegment> open_;
    mutable LiveSegmentPtr shared_open_;                 // as it is now, when it was asked for
    std::array<LivePart, kRenditions.size()> building_;  // not yet published
    InitPtr full_;
    bool broken_{true};  // waits for a start of a fragment
    std::uint64_t next_number_;
    std::array<std::uint64_t, kRenditions.size()> next_serials_{};
    std::uint64_t discontinuities_;
    Ticks elapsed_{0};
    std::size_t bytes_{0};
    std::uint64_t version_{0};
};

}  // namespace vantage::live
