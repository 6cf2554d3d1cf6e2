// SPDX-License-Identifier: Apache-2.0
// Lets sources that make their own rhythm (file, synthetic) wait for the time of their next frame. Tests pass one that moves
// a simulated clock instead of sleeping.
#pragma once
#include "base/time.hpp"
#include "ingest/source.hpp"

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace vantage::ingest {

class Pacer {
  public:
    virtual ~Pacer() = default;
    // Waits until the monotonic clock has reached `until`; false as soon as `stop` is requested.
    virtual bool wait_until(SteadyTime until, const std::stop_token& stop) = 0;
    [[nodiscard]] virtual const Clock& clock() const = 0;

    [[nodiscard]] Arrival arrival() const { return {clock().steady(), clock().now()}; }
};

// Sleeps. One thread at a time.
class RealPacer final : public Pacer {
  public:
    bool wait_until(SteadyTime until, const std::stop_token& stop) override {
        std::unique_lock lock(mutex_);
        wake_.wait_until(lock, stop, until, [] { return false; });
        return !stop.stop_requested();
    }
    [[nodiscard]] const Clock& clock() const override { return clock_; }

  private:
    SystemClock clock_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
};

}  // namespace vantage::ingest
