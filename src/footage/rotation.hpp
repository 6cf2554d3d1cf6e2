// SPDX-License-Identifier: Apache-2.0
// When a segment ends and the next begins. Pure functions; no disk, no clock.
#pragma once
#include "base/ids.hpp"
#include "media/part.hpp"

namespace vantage::footage {

inline constexpr Ticks kLongestSegment{std::chrono::minutes{10}};
// Neighbouring parts of a track further apart than this (or that overlap by more) are not one recording.
inline constexpr Ticks kLargestSeam{milliseconds{200}};

// By how much this stream's turns are shifted against the others', from 0 to kLongestSegment; the same at every start.
Ticks turn_offset(const StreamKey& stream);

// What the running segment knows of itself.
struct RunningSegment {
    const Init* init{nullptr};
    MediaTime start;
    MediaTime video_end;     // end of its last video part; of its last part, in a stream without video
    Ticks last_fragment{0};  // length of the fragment that ended last (or is ending now)
};

enum class Turn {
    stay,       // the part belongs to the running segment
    turn_over,  // the time is up: a new segment begins with this part and continues the old one
    break_off,  // the part does not continue the running segment: discontinuity, other parameters, a hole
};
// Whether the part does not continue the running file: discontinuity, other parameters, a hole.
bool breaks_off(const RunningSegment& running, const Part& part);
// A segment is left at the last start of a fragment before its turn, so that it stays below kLongestSegment as long as
// fragments keep their length.
Turn decide_turn(const RunningSegment& running, const Part& part, Ticks offset);

}  // namespace vantage::footage
