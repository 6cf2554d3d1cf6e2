// SPDX-License-Identifier: Apache-2.0
// What is muxed once and then shared by disk, browser, HLS and hub: the init (ftyp moov) and the parts (moof mdat).
// Immutable once shared.
#pragma once
#include "base/bytes.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <memory>
#include <vector>

namespace vantage {

// ftyp and moov for a set of tracks. A new one means a new segment and a changeType() in the browser.
struct Init {
    TrackSet tracks;
    Bytes data;                      // ftyp moov; the duration in mehd is 0
    std::size_t duration_offset{0};  // of the 8 bytes of mehd's fragment_duration in `data` (90 kHz), written at close
    std::string mime;                // mime_type(tracks)
};
using InitPtr = std::shared_ptr<const Init>;

// A frame inside a part.
struct PartSample {
    std::uint32_t offset{0};  // of its first byte in Part::data
    std::uint32_t size{0};    // bytes
    Ticks duration{0};
    Ticks composition{0};
    bool key{false};
};

struct Part {
    InitPtr init;
    TrackKind track{TrackKind::video};
    MediaTime start;                    // decode time of the first sample: UTC ticks, as in tfdt
    Ticks duration{0};                  // sum of the samples' durations
    bool starts_fragment{false};        // video: begins with a key frame, or is a cut of a GOP without end
    bool independent{false};            // decodable from its first sample; false for a cut without a recovery point
    bool discontinuity{false};          // does not continue what went before: new segment, DISCONTINUITY, seek over
    std::size_t decode_time_offset{0};  // of tfdt's 8 bytes in `data`: all that differs between disk and players
    std::vector<PartSample> samples;
    Bytes data;  // one moof and its mdat

    [[nodiscard]] MediaTime end() const { return start + duration; }
};
using PartPtr = std::shared_ptr<const Part>;

}  // namespace vantage
