// SPDX-License-Identifier: Apache-2.0
#include "ingest/loop_timeline.hpp"

#include <algorithm>

namespace vantage::ingest {
namespace {

constexpr Ticks kLargestStep = seconds{2};          // between frames of a track; more is a jump
constexpr Ticks kLargestComposition = seconds{30};  // more is nonsense; a pause comes on top of the frames between

}  // namespace

Ticks LoopTimeline::end() const {
    Ticks end{0};
    for (const auto& line : lines_)
        if (line.begun) end = std::max(end, line.last + line.duration);
    return end;
}

void LoopTimeline::next_pass() {
    new_pass_ = true;
    for (auto& line : lines_) line.new_pass = true;
}

LoopTimeline::Place LoopTimeline::place(const DemuxedFrame& frame) {
    auto& line = lines_.at(static_cast<std::size_t>(frame.track));
    const auto given = frame.dts ? frame.dts : frame.pts;
    const auto due = line.begun ? line.last + line.duration : end();
    const auto decode = given.value_or(due - shift_);
    if (std::exchange(new_pass_, false)) shift_ = end() - decode;
    auto at = decode + shift_;
    const bool first = std::exchange(line.new_pass, false);
    if (line.begun && ((at > line.last + kLargestStep && !first) || at + kLargestStep < line.last)) {
        shift_ = due - decode;
        at = due;
    }
    if (line.begun) {
        at = std::max(at, line.last + Ticks{1});
        line.duration = frame.duration > Ticks{0} ? frame.duration : at - line.last;
    } else if (frame.duration > Ticks{0}) {
        line.duration = frame.duration;
    }
    line.begun = true;
    line.last = at;
    const auto composition = frame.pts && frame.dts ? *frame.pts - *frame.dts : Ticks{0};
    return {at, at + std::clamp(composition, Ticks{0}, kLargestComposition)};
}

}  // namespace vantage::ingest
