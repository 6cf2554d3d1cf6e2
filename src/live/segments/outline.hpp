// SPDX-License-Identifier: Apache-2.0
// One rendition of a stream as a list of what can be fetched: the same for live and for footage, and all that a manifest
// needs to know. Values; pure functions.
#pragma once
#include "live/segments/live_segments.hpp"

#include <string>
#include <vector>

namespace vantage::live {

// A piece of media under media_name(start) in the rendition's folder, and its init under init_name(*init).
struct OutlineEntry {
    MediaTime start;  // decode time of the leading track's first sample: what tfdt says
    MediaTime shown;  // presentation time of the first picture or sound
    Ticks duration{0};
    InitPtr init;               // of the rendition; null when `gap`
    bool discontinuity{false};  // does not continue the entry before: a hole in time, or another init
    bool gap{false};            // nothing of this rendition came meanwhile; start and duration are those of the video
    std::uint64_t bytes{0};
    bool independent{true};  // begins with a key frame, or is sound
};

struct Outline {
    std::vector<OutlineEntry> entries;  // oldest first
    std::uint64_t first_number{0};      // media sequence number of the first entry
    std::uint64_t discontinuities{0};   // in front of the first entry
    bool ended{false};                  // nothing will be added
    Ticks target_duration{0};           // no entry is longer
    double frame_rate{0};               // of video; 0: not known
    std::uint64_t peak_bits_per_second{0};
    std::uint64_t average_bits_per_second{0};
};

// Whole segments only.
Outline live_outline(const LiveSnapshot& snapshot, Rendition rendition);
// From the entries' bytes and durations.
void measure_bits(Outline& outline);

}  // namespace vantage::live
