// SPDX-License-Identifier: Apache-2.0
// Decode times for frames that come in decode order with presentation times only (RTP), without holding a frame back: of the
// last depth + 1 presentation times the smallest. Decode times strictly increase and are never after presentation, also when
// the depth that the SPS states is wrong (B-pyramids) or the source's own decode times are. One track; no thread of its own.
#pragma once
#include "base/time.hpp"

#include <optional>
#include <vector>

namespace vantage::ingest {

class DecodeOrder {
  public:
    struct Times {
        MediaTime dts;
        Ticks composition{0};
    };

    explicit DecodeOrder(int depth = 0) { set_depth(depth); }
    // New parameters on the same timeline; `depth` as in Track::reorder_depth.
    void set_depth(int depth);
    // The timeline broke before the frame at `pts`: forgets what was, unless that frame follows the last within a second.
    void break_at(MediaTime pts);
    // `dts` as the source gave it, if it did.
    Times place(MediaTime pts, std::optional<MediaTime> dts);
    // Grows when frames come in an order that the stated depth does not explain.
    [[nodiscard]] int depth() const { return depth_; }

  private:
    MediaTime smallest_of_last(MediaTime pts);

    int depth_{0};
    std::vector<MediaTime> recent_;  // sorted, the last depth + 1
    std::optional<MediaTime> last_;  // decode time given
};

}  // namespace vantage::ingest
