// SPDX-License-Identifier: Apache-2.0
// How many transcodes may run at once, live and of footage together. A live one holds its place while it runs; one of
// footage keeps it from read to read, and loses it when nothing was read for a while. Safe from any thread.
#pragma once
#include "base/guarded.hpp"
#include "base/time.hpp"

#include <map>
#include <memory>

namespace vantage::live {

class TranscodeSlots {
  public:
    TranscodeSlots(std::size_t most, const Clock& clock) : most_(most), clock_(clock) {}

    static constexpr seconds kIdle{10};

    // A place, given back when it is destroyed. The slots outlive it.
    class Place {
      public:
        // Not taken yet.
        Place(TranscodeSlots& slots, bool lapses) : slots_(slots), lapses_(lapses) {}
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        // Takes it or keeps it. errc::overloaded when all are taken; what runs already is never sent away.
        Status take();

      private:
        TranscodeSlots& slots_;
        const bool lapses_;  // when it was not taken again for kIdle
    };

    [[nodiscard]] std::size_t taken() const;
    [[nodiscard]] std::size_t most() const { return most_; }

  private:
    using Taken = std::map<const Place*, SteadyTime>;  // until when
    static std::size_t drop_lapsed(Taken& taken, SteadyTime now);

    const std::size_t most_;
    const Clock& clock_;
    mutable Guarded<Taken> taken_;
};

}  // namespace vantage::live
