// SPDX-License-Identifier: Apache-2.0
#include "live/segments/outline.hpp"

#include <algorithm>
#include <cmath>

namespace vantage::live {
namespace {

// Frames a second over the video of a segment.
double frame_rate_of(const LiveSegment& segment) {
    std::size_t frames = 0;
    const auto& lane = segment.lane(Rendition::video);
    for (const auto& part : lane.parts)
        for (const auto& piece : part->pieces) frames += piece->samples.size();
    return lane.duration > Ticks{0} ? static_cast<double>(frames) * 90000 / static_cast<double>(lane.duration.count()) : 0;
}

// Rounded up: it is a bound.
std::uint64_t bits_per_second(std::uint64_t bytes, Ticks played) {
    return static_cast<std::uint64_t>(
        std::ceil(static_cast<double>(bytes) * 8 * 90000 / static_cast<double>(played.count())));
}

}  // namespace

// The peak is that of the densest entries in a row that last half a target duration to one and a half together (RFC 8216
// 4.3.4.2): a short rest counts with its neighbours.
void measure_bits(Outline& outline) {
    std::vector<const OutlineEntry*> media;
    for (const auto& entry : outline.entries)
        if (!entry.gap && entry.duration > Ticks{0}) media.push_back(&entry);
    std::uint64_t bytes = 0;
    Ticks played{0};
    for (const auto* entry : media) {
        bytes += entry->bytes;
        played += entry->duration;
    }
    if (played <= Ticks{0}) return;
    outline.average_bits_per_second = outline.peak_bits_per_second = bits_per_second(bytes, played);
    for (std::size_t first = 0; first < media.size(); ++first) {
        bytes = 0;
        played = Ticks{0};
        for (auto last = first; last < media.size(); ++last) {
            bytes += media[last]->bytes;
            played += media[last]->duration;
            if (played * 2 > outline.target_duration * 3 && last > first) break;
            if (played * 2 >= outline.target_duration)
                outline.peak_bits_per_second = std::max(outline.peak_bits_per_second, bits_per_second(bytes, played));
        }
    }
}

Outline live_outline(const LiveSnapshot& snapshot, Rendition rendition) {
    Outline out;
    out.first_number = snapshot.segments.front()->number;
    out.discontinuities = snapshot.discontinuities;
    out.target_duration = snapshot.target_duration;
    out.frame_rate = frame_rate_of(*snapshot.segments.back());
    for (const auto& segment : snapshot.segments) {
        const auto& lane = segment->lane(rendition);
        const bool gap = lane.duration == Ticks{0};
        out.entries.push_back({lane.start, lane.shown, gap ? segment->lane(Rendition::muxed).duration : lane.duration,
                               gap ? nullptr : lane.init, segment->discontinuity, gap, lane.bytes,
                               segment->independent || rendition == Rendition::audio});
    }
    measure_bits(out);
    return out;
}

}  // namespace vantage::live
