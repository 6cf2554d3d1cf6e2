// SPDX-License-Identifier: Apache-2.0
// Cuts clips out of footage: parts of a span become MP4 files whose index comes first. One file for each set of parameters;
// a gap stays as long as it was: the last picture before it stands. Exports use it, and so may whatever else needs a clip.
// Blocks; one thread a cut.
#pragma once
#include "footage/cut.hpp"
#include "footage/material.hpp"

namespace vantage::footage {

struct CutOptions {
    // To the frame at both ends: the first GOP is encoded again if the span begins inside it. Otherwise whole GOPs.
    bool exact{false};
    std::string title;
    // The text of the subtitle track, one a second; none without it.
    std::function<std::string(UtcTime)> time_text;
    // No file is longer by more than a GOP: its index is in memory while it is laid out (docs/storage.md: 150 MB for a day
    // of 25 pictures a second with sound). A day of 25 hours is one file.
    Ticks longest{std::chrono::hours(26)};
};

// Plans the files of a span, oldest first, and hands each over before it goes on with the next: one at a time is in memory.
// What `take` returns ends it. errc::not_found when there is no footage in the span.
Status plan_cuts(const Material& material, const CutOptions& options, const std::stop_token& stop,
                 const std::function<Status(Cut)>& take);

}  // namespace vantage::footage
