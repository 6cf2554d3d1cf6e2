// SPDX-License-Identifier: Apache-2.0
// The beginning of an exact cut: the frames of its first GOP from the asked frame on, encoded again. Reads and decodes that
// GOP; blocks for as long as it takes to encode it. For cutter.cpp.
#pragma once
#include "footage/material.hpp"
#include "media/encode_again.hpp"

namespace vantage::footage {

struct CutHead {
    TrackSet tracks;                 // of the footage that it was made of
    Track track;                     // describes the new frames and what follows
    std::vector<CodedFrame> frames;  // none when the cut begins with a key frame anyway
    Ticks delay{0};                  // from decoding to presentation, as in what follows
    Ticks last_duration{0};          // of the last frame
    // Where copying begins: the decode time of a key frame, and when that is shown. What comes before it in either order is
    // in `frames`. Endless when the whole cut is.
    MediaTime resume{MediaTime::max()}, shown{MediaTime::max()};
};

// errc::unsupported and what else encode_again says; not_found when there is no picture in the span.
Result<CutHead> encode_head(const Material& material, const std::stop_token& stop);

}  // namespace vantage::footage
