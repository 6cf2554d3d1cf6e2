// SPDX-License-Identifier: Apache-2.0
// The state of every camera as it was at most two seconds ago: what all open feeds look at, so that their number does not
// multiply the questions to catalogue and supervisor. Safe from any thread; may block as Control::cameras does.
#pragma once
#include "base/time.hpp"
#include "serve/control.hpp"

#include <mutex>
#include <vector>

namespace vantage::serve {

class CameraStates {
  public:
    CameraStates(const Control& control, const Clock& clock) : control_(control), clock_(clock) {}

    static constexpr seconds kFresh{2};

    [[nodiscard]] std::vector<StreamView> streams(const CameraId& camera) {
        const std::lock_guard hold(mutex_);
        const auto now = clock_.steady();
        if (!asked_ || now - *asked_ >= kFresh) {
            cameras_ = control_.cameras();
            asked_ = now;
        }
        for (const auto& view : cameras_)
            if (view.id == camera) return view.streams;
        return {};
    }

  private:
    const Control& control_;
    const Clock& clock_;
    std::mutex mutex_;
    std::optional<SteadyTime> asked_;  // guarded by mutex_
    std::vector<CameraView> cameras_;  // guarded by mutex_
};

}  // namespace vantage::serve
