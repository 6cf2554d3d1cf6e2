// SPDX-License-Identifier: Apache-2.0
#include "footage/rotation.hpp"

namespace vantage::footage {
namespace {

// The first turn after `time`.
MediaTime next_turn(MediaTime time, Ticks offset) {
    const auto since = time.time_since_epoch() - offset;
    const auto turns = since.count() / kLongestSegment.count() - (since.count() % kLongestSegment.count() < 0 ? 1 : 0);
    return MediaTime{kLongestSegment * (turns + 1) + offset};
}

// When the segment must have ended: at its stream's turn, unless that came just after its start, and never over its length.
MediaTime deadline(MediaTime start, Ticks offset) {
    return std::min(next_turn(start + kLongestSegment / 4, offset), start + kLongestSegment);
}

bool leads(const Part& part) {
    return part.track == TrackKind::video || !part.init->tracks.video;
}

}  // namespace

Ticks turn_offset(const StreamKey& stream) {
    std::uint64_t hash = 1469598103934665603U;  // FNV-1a: stable over builds and machines
    for (const char c : to_string(stream)) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return Ticks{static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(kLongestSegment.count()))};
}

bool breaks_off(const RunningSegment& running, const Part& part) {
    if (part.discontinuity || part.init.get() != running.init) return true;
    const auto seam = part.start - running.video_end;
    return leads(part) && (seam > kLargestSeam || seam < -kLargestSeam);
}

Turn decide_turn(const RunningSegment& running, const Part& part, Ticks offset) {
    if (breaks_off(running, part)) return Turn::break_off;
    if (!leads(part)) return Turn::stay;
    const bool may_turn = part.starts_fragment || part.track == TrackKind::audio;
    if (may_turn && part.start + running.last_fragment > deadline(running.start, offset)) return Turn::turn_over;
    return Turn::stay;
}

}  // namespace vantage::footage
