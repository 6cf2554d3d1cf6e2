// SPDX-License-Identifier: Apache-2.0
// Where a recording takes its parts from: record's reader of a stream, or a test's list. footage must not know streams.
#pragma once
#include "footage/footage.hpp"
#include "media/part.hpp"

#include <string>
#include <variant>

namespace vantage::footage {

// The source stopped at `at`; nothing is missing before that.
struct Interrupted {
    std::string reason;
    UtcTime at;
};
// The recording was too slow: this many parts are gone.
struct Missed {
    std::size_t parts{0};
};
struct NothingNew {};
struct FeedEnded {};
using FeedItem = std::variant<NothingNew, PartPtr, Interrupted, Missed, FeedEnded>;

// Called by the disk's thread only; never blocks.
class Feed {
  public:
    virtual ~Feed() = default;
    [[nodiscard]] virtual FeedItem next() = 0;
    // How the times of the parts that come now were found; stored with each segment.
    [[nodiscard]] virtual Timing timing() const = 0;
};

}  // namespace vantage::footage
