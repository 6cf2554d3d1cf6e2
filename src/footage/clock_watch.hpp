// SPDX-License-Identifier: Apache-2.0
// Whether the host's clock can be trusted to delete by age. After a step of more than an hour a person must say that the
// time is right, or the clock must step back. Kept in settings, so a restart forgets nothing. One thread, but for confirm().
#pragma once
#include "base/time.hpp"
#include "store/settings.hpp"

#include <atomic>
#include <optional>
#include <string>

namespace vantage::footage {

class ClockWatch {
  public:
    ClockWatch(store::Settings& settings, const Clock& clock) : settings_(settings), clock_(clock) {}

    // Looks at the clock. What holds deletion by age back, for a person; nothing when it may go on. The first look compares
    // with the time at which the last run ended: back by over an hour, or on by over a week, counts as a step.
    std::optional<std::string> look();
    // A person says that the clock is right. Any thread.
    void confirm() { confirmed_ = true; }

  private:
    void start();
    void hold(std::string why);
    void release();
    void remember(UtcTime now);

    store::Settings& settings_;
    const Clock& clock_;
    std::atomic<bool> confirmed_{false};
    bool started_{false};
    std::chrono::microseconds expected_{0};  // wall clock minus steady clock when both were trusted
    bool by_step_{false};                    // held by a step in this run: the step back releases it
    std::optional<std::string> why_;
    std::optional<UtcTime> remembered_;
};

}  // namespace vantage::footage
