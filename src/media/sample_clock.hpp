// SPDX-License-Identifier: Apache-2.0
// Which time a sample has, when samples are counted but times come with packets: straight lines between the times that were
// given. One thread at a time.
#pragma once
#include "base/time.hpp"

#include <deque>

namespace vantage {

class SampleClock {
  public:
    explicit SampleClock(int rate) : rate_(rate) {}

    // Sample number `index` has this time; indexes increase.
    void anchor(std::int64_t index, MediaTime time) { anchors_.push_back({index, time}); }
    // The time of a sample by the last anchor at or before it, or by the first one. Anchors that lie further back are
    // forgotten: ask in increasing order.
    [[nodiscard]] MediaTime at(std::int64_t index) {
        while (anchors_.size() > 1 && anchors_[1].index <= index) anchors_.pop_front();
        return anchors_.front().time + span(index - anchors_.front().index);
    }
    // What the newest anchor lets expect for a sample after it.
    [[nodiscard]] MediaTime expect(std::int64_t index) const {
        return anchors_.back().time + span(index - anchors_.back().index);
    }
    [[nodiscard]] bool empty() const { return anchors_.empty(); }
    void clear() { anchors_.clear(); }

    [[nodiscard]] Ticks span(std::int64_t samples) const { return Ticks{samples * Ticks::period::den / rate_}; }
    [[nodiscard]] std::int64_t samples(Ticks span) const { return span.count() * rate_ / Ticks::period::den; }

  private:
    struct Anchor {
        std::int64_t index;
        MediaTime time;
    };
    int rate_;
    std::deque<Anchor> anchors_;
};

}  // namespace vantage
