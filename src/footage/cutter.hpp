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
};

// The files of a span, oldest first, planned but not written. errc::not_found when there is no footage in it.
Result<std::vector<Cut>> plan_cuts(const Material& material, const CutOptions& options, const std::stop_token& stop);

}  // namespace vantage::footage
