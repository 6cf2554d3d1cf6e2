// SPDX-License-Identifier: Apache-2.0
// Footage of one stream as a player gets it: fragment after fragment from an instant on, with the holes in between. Pulled
// by one thread at a time that may block on the disk; knows nothing of sockets and grants.
#pragma once
#include "footage/footage.hpp"
#include "live/feed/feed_tracks.hpp"

#include <deque>
#include <variant>
#include <vector>

namespace vantage::live {

struct FeedGapItem {
    UtcTime from, to;
    std::string reason;
};
struct FeedEndItem {
    UtcTime at;
};
// An init means that the parts after it need it.
using FeedItem = std::variant<InitPtr, PartPtr, FeedGapItem, FeedEndItem>;

class FeedPlayback {
  public:
    // Over this speed only key frames are sent, at most kKeyFramesPerSecond of watching, each lasting until the next.
    static constexpr double kEveryFrameUpTo = 4;
    static constexpr double kKeyFramesPerSecond = 15;
    // Holes up to this long play over without help.
    static constexpr milliseconds kSeam{200};

    FeedPlayback(std::shared_ptr<const footage::Footage> footage, StreamKey stream, UtcTime at, double speed,
                 FeedTracks tracks);

    // What comes next: one fragment that begins before `until`, with what must be told before it. Empty: the next one begins
    // later. After FeedEndItem there is nothing more. Errors: those of Footage (overloaded: too
    // many transcodes), and unsupported.
    Result<std::vector<FeedItem>> next(UtcTime until);

  private:
    Status refill();
    [[nodiscard]] Result<std::vector<PartPtr>> read(const footage::Fragment& fragment) const;
    [[nodiscard]] std::string reason_of_gap(UtcTime from, UtcTime to) const;
    Status append(const footage::Fragment& fragment, Ticks duration, std::vector<FeedItem>& items);
    Status append_init(const InitPtr& full, std::vector<FeedItem>& items);
    void append_key_frame(const std::vector<PartPtr>& parts, Ticks duration, std::vector<FeedItem>& items);
    Ticks take_close_ones(const footage::Fragment& first);

    const std::shared_ptr<const footage::Footage> footage_;
    const StreamKey stream_;
    const double speed_;
    FeedTracks tracks_;
    std::deque<footage::Fragment> ahead_;
    MediaTime expected_;             // where the footage should go on
    std::optional<MediaTime> last_;  // start of the last fragment taken
    InitPtr sent_;
    std::uint32_t sequence_{0};
};

}  // namespace vantage::live
