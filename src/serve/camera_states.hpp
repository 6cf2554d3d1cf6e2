// SPDX-License-Identifier: Apache-2.0
// The state of every camera as it was at most two seconds ago: what all open feeds look at, so that their number does not
// multiply the questions to catalogue and supervisor. Safe from any thread; may block as Control::cameras does.
#pragma once
#include "base/time.hpp"
#include "serve/control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace vantage::serve {

class CameraStates {
  public:
    CameraStates(const Control& control, const Clock& clock) : control_(control), clock_(clock) {}

    static constexpr seconds kFresh{2};

    [[nodiscard]] std::vector<StreamView> streams(const CameraId& camera) {
        const std::lock_guard hold(mutex_);
        refresh();
        for (const auto& view : cameras_)
            if (view.id == camera) return view.streams;
        return {};
    }
    // The long form of its configuration as JSON; empty when there is no such camera.
    [[nodiscard]] std::string config(const CameraId& camera) {
        const std::lock_guard hold(mutex_);
        refresh();
        for (const auto& view : cameras_)
            if (view.id == camera) return view.config_json;
        return {};
    }
    [[nodiscard]] std::vector<CameraId> ids() {
        const std::lock_guard hold(mutex_);
        refresh();
        std::vector<CameraId> out;
        for (const auto& view : cameras_) out.push_back(view.id);
        return out;
    }

    // Whether it may send pictures now: not_found without such a stream, unavailable with the reason when it is away.
    [[nodiscard]] Status sending(const StreamKey& key) {
        const auto all = streams(key.camera);
        if (all.empty()) return fail(errc::not_found, fmt::format("there is no camera '{}'", key.camera.str()));
        const auto found = std::ranges::find(all, key.kind, &StreamView::kind);
        if (found == all.end())
            return fail(errc::not_found, fmt::format("camera '{}' has no {} stream", key.camera.str(), to_string(key.kind)));
        if (found->state != "lost" && found->state != "refused" && found->state != "disabled") return {};
        return fail(errc::unavailable, fmt::format("camera '{}' is {}{}{}", key.camera.str(), found->state,
                                                   found->detail.empty() ? "" : ": ", found->detail));
    }

  private:
    void refresh() {
        const auto now = clock_.steady();
        if (asked_ && now - *asked_ < kFresh) return;
        cameras_ = control_.cameras();
        asked_ = now;
    }

    const Control& control_;
    const Clock& clock_;
    std::mutex mutex_;
    std::optional<SteadyTime> asked_;  // guarded by mutex_
    std::vector<CameraView> cameras_;  // guarded by mutex_
};

}  // namespace vantage::serve
