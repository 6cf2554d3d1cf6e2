// SPDX-License-Identifier: Apache-2.0
// Gives the frames of a file that is played again and again one timeline without holes: each pass continues where the last
// one ended, and times that jump, run backwards or are missing are mended. Pure; one thread.
#pragma once
#include "media/demuxer.hpp"

#include <array>

namespace vantage::ingest {

class LoopTimeline {
  public:
    struct Place {
        Ticks dts{0};  // strictly increasing a track; when the frame is due
        Ticks pts{0};
    };
    // The next frame, in the file's order. The first one of all is at 0.
    Place place(const DemuxedFrame& frame);
    // What follows is the file's first frame again.
    void next_pass();

  private:
    struct Line {
        bool begun{false};
        bool new_pass{true};   // no frame of it yet: a track may begin late, or have ended early
        Ticks last{0};         // output
        Ticks duration{3600};  // of the last frame, as far as is known
    };
    [[nodiscard]] Ticks end() const;

    std::array<Line, 2> lines_;  // by TrackKind
    Ticks shift_{0};             // from the file's times to ours
    bool new_pass_{true};
};

}  // namespace vantage::ingest
