// SPDX-License-Identifier: Apache-2.0
// Wakes one waiting thread from any other; rung before it waits, it does not wait. It must outlive whoever may ring. Safe
// from any thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

namespace vantage {

class Bell {
  public:
    void ring() {
        {
            const std::lock_guard hold(mutex_);
            rung_ = true;
        }
        changed_.notify_one();
    }

    // Until it rings, the stop is asked for or, where there is one, the deadline has passed.
    void wait(const std::stop_token& stop, std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt) {
        std::unique_lock lock(mutex_);
        const auto heard = [this] { return rung_; };
        if (deadline) {
            changed_.wait_until(lock, stop, *deadline, heard);
        } else {
            changed_.wait(lock, stop, heard);
        }
        rung_ = false;
    }

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool rung_{false};  // guarded by mutex_
};

}  // namespace vantage
