// SPDX-License-Identifier: Apache-2.0
// Footage as entries of a playlist: runs of whole fragments inside one segment file, long enough that a day stays a short
// list. What was a run once stays one: history is never rewritten while a file grows. Pure functions.
#pragma once
#include "footage/footage.hpp"
#include "live/segments/period.hpp"

#include <span>
#include <vector>

namespace vantage::live {

struct Run {
    MediaTime start;  // of the leading track
    Ticks duration{0};
    MediaTime audio_start;
    Ticks audio_duration{0};  // 0: no audio
    std::uint64_t offset{0};  // bytes in the file
    std::uint64_t bytes{0};
    bool operator==(const Run&) const = default;
};

inline constexpr Ticks kShortestRun{540000};         // 6 s, but for the last of a file
inline constexpr Ticks kLongestRun{1080000};         // 12 s: the target duration
inline constexpr Ticks kLongestOfLongGops{4050000};  // 45 s: of a stream whose GOPs are longer than that

// The runs of one file's fragments that belong to `period`. A run of a file that still grows counts once another fragment
// has begun behind it. A fragment that is too long for the list is a run of its own.
std::vector<Run> runs_of(std::span<const footage::Fragment> fragments, const Period& period, bool grows);
// True when the first fragments show that the list needs the longer target. Never changes as the list grows.
bool has_long_gops(std::span<const footage::Fragment> first);
// One fragment's parts, cut where they pass `longest`.
std::vector<Run> split_run(const Run& run, std::span<const PartPtr> parts, Ticks longest);

}  // namespace vantage::live
