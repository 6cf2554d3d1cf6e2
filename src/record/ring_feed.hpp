// SPDX-License-Identifier: Apache-2.0
// A stream's ring as what writes footage reads it: from the newest key frame on, with the largest bound. `next` belongs to
// one thread and never blocks.
#pragma once
#include "footage/feed.hpp"
#include "stream/stream.hpp"

#include <functional>
#include <memory>
#include <string>

namespace vantage::record {

// How the stream's times are found now; called by who writes, may outlive the recorder by a moment, so it must own what it
// asks.
using TimingNow = std::function<footage::Timing()>;

class RingFeed final : public footage::Feed {
  public:
    // `keeps_connected`: a camera that is connected on demand stays so while this lives.
    RingFeed(stream::Stream& stream, std::string name, bool keeps_connected, TimingNow timing = {});

    [[nodiscard]] footage::FeedItem next() override;
    [[nodiscard]] footage::Timing timing() const override;

  private:
    const std::unique_ptr<stream::Reader> reader_;
    const TimingNow timing_;
};

}  // namespace vantage::record
