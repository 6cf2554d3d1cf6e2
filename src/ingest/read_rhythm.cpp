// SPDX-License-Identifier: Apache-2.0
#include "ingest/read_rhythm.hpp"

#include <algorithm>

namespace vantage::ingest {
namespace {

constexpr std::size_t kShort = 2;  // of eight, in their order: one large picture in two pieces spoils no rhythm
constexpr milliseconds kEarly{2};  // what a picture may be early and not wait a beat longer

}  // namespace

void ReadRhythm::came(SteadyTime arrived) {
    if (last_ != SteadyTime{}) {
        steps_[next_] = arrived - last_;
        next_ = (next_ + 1) % steps_.size();
        auto sorted = steps_;
        std::ranges::nth_element(sorted, sorted.begin() + kShort);
        usual_ = sorted[kShort];
    }
    last_ = arrived;
}

int ReadRhythm::beats(SteadyTime now) const {
    const auto expected = last_ + usual_ - kEarly;
    const auto beat = now.time_since_epoch() / kBeat;
    int count = 1;
    while (count < kMostBeats && SteadyTime{(beat + count) * kBeat} < expected) ++count;
    return count;
}

}  // namespace vantage::ingest
