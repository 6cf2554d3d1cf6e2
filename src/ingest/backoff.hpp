// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next attempt to connect: 1, 2, 4, 8, 16, then 30 s, each shortened at random by up to a
// quarter, so that the cameras behind one switch do not come back all at once. No thread of its own.
#pragma once
#include "base/time.hpp"

#include <random>

namespace vantage::ingest {

class Backoff {
  public:
    explicit Backoff(std::uint32_t seed) : random_(seed) {}

    // At least 1 s, at most 30 s.
    milliseconds next() {
        constexpr milliseconds kLeast{1000}, kMost{30000};
        const auto wait = std::min(kMost, kLeast * (1 << std::min(failures_++, 5)));
        return std::max(kLeast,
                        wait - milliseconds{std::uniform_int_distribution<milliseconds::rep>(0, wait.count() / 4)(random_)});
    }
    void reset() { failures_ = 0; }

  private:
    std::minstd_rand random_;
    int failures_{0};
};

}  // namespace vantage::ingest
