// SPDX-License-Identifier: Apache-2.0
// A coded frame that is silent, in a track's own format, to fill a hole in its sound: players take sound as a clock, and a
// sample that lasts for minutes plays as one of 20 ms, with all that follows too early. Pure.
#pragma once
#include "base/bytes.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <optional>

namespace vantage {

struct Silence {
    ByteView frame;  // static; decodes to silence each time it comes
    int samples{0};  // that it plays, at `rate` a second
    int rate{0};

    // When the frame behind `frames` of these begins, counted from the first one.
    [[nodiscard]] Ticks after(std::int64_t frames) const { return Ticks{frames * samples * 90000 / rate}; }
};

// AAC-LC of one or two channels (ISO 14496-3) and Opus (RFC 6716); nothing for other formats.
std::optional<Silence> silence_of(const Track& track);

}  // namespace vantage
