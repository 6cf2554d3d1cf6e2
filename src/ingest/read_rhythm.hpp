// SPDX-License-Identifier: Apache-2.0
// The beats at which one camera on a connection is read. Its pictures come at even steps: until the next can be there, beats
// are left out, and no picture waits longer for that. What comes unevenly, or with sound between, is read at every beat.
// Pure; one thread at a time.
#pragma once
#include "base/time.hpp"

#include <array>
#include <cstddef>

namespace vantage::ingest {

class ReadRhythm {
  public:
    static constexpr milliseconds kBeat{20};  // at whole multiples of the steady clock
    static constexpr int kMostBeats = 3;      // what comes against all expectation waits no longer

    // A read has brought something; the last of it came at `arrived`.
    void came(SteadyTime arrived);
    // At which beat after `now` to read next: 1 is the very next, kMostBeats at most.
    [[nodiscard]] int beats(SteadyTime now) const;

  private:
    // Between what eight reads in a row brought; zero: not known yet.
    std::array<microseconds, 8> steps_{};
    std::size_t next_{0};
    microseconds usual_{0};  // a short one of them
    SteadyTime last_;
};

}  // namespace vantage::ingest
