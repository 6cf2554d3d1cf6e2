// SPDX-License-Identifier: Apache-2.0
#include "live/segments/outline.hpp"

#include <algorithm>

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

}  // namespace

void measure_bits(Outline& outline) {
    std::uint64_t bytes = 0;
    Ticks played{0};
    double peak = 0;
    for (const auto& entry : outline.entries) {
        if (entry.gap || entry.duration <= Ticks{0}) continue;
        bytes += entry.bytes;
        played += entry.duration;
        // A cut-off rest says nothing about the rate.
        if (entry.duration >= LiveOptions::kLeast || outline.entries.size() == 1)
            peak =
                std::max(peak, static_cast<double>(entry.bytes) * 8 * 90000 / static_cast<double>(entry.duration.count()));
    }
    if (played <= Ticks{0}) return;
    outline.average_bits_per_second =
        static_cast<std::uint64_t>(static_cast<double>(bytes) * 8 * 90000 / static_cast<double>(played.count()));
    outline.peak_bits_per_second = std::max(static_cast<std::uint64_t>(peak), outline.average_bits_per_second);
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
                               gap ? nullptr : lane.init, segment->discontinuity, gap, lane.bytes});
    }
    measure_bits(out);
    return out;
}

}  // namespace vantage::live
