// SPDX-License-Identifier: Apache-2.0
// What an answer without end (a feed, moving pictures) may ask without blocking: whether its user still may look, and why
// the camera does not send. Refreshed now and then where blocking is allowed.
#pragma once
#include "base/guarded.hpp"
#include "live/feed/feed.hpp"
#include "serve/services.hpp"

#include <atomic>

namespace vantage::serve {

class ViewerWatch : public std::enable_shared_from_this<ViewerWatch> {
  public:
    static constexpr seconds kCheckAfter{4};

    ViewerWatch(Services& app, Identity who, CameraId camera)
        : app_(app), who_(std::move(who)), camera_(std::move(camera)) {}

    // Blocks on SQL.
    void refresh() {
        State state;
        if (const auto now = app_.sessions.again(who_); !now) {
            if (now.error().code == errc::unauthenticated) state.ended = "logged out";
        } else if (!now->sees(camera_)) {
            state.ended = "no longer allowed";
        }
        for (const auto& stream : app_.camera_states.streams(camera_))
            if (stream.state == "lost" || stream.state == "refused" || stream.state == "disabled")
                state.lost.emplace_back(stream.kind, live::FeedLost{stream.since.value_or(app_.clock.now()), stream.detail});
        state_.with([&](State& known) { known = std::move(state); });
        refreshing_ = false;
    }

    // On the connection's thread.
    std::optional<std::string> ended() {
        const auto now = app_.clock.steady();
        if (now - checked_ >= kCheckAfter && !refreshing_.exchange(true)) {
            checked_ = now;
            app_.read_footage([self = shared_from_this()] { self->refresh(); });
        }
        return state_.lock()->ended;
    }
    std::optional<live::FeedLost> lost(StreamKind kind) {
        const auto state = state_.lock();
        for (const auto& [lost_kind, lost] : state->lost)
            if (lost_kind == kind) return lost;
        return std::nullopt;
    }

  private:
    struct State {
        std::optional<std::string> ended;
        std::vector<std::pair<StreamKind, live::FeedLost>> lost;
    };
    Services& app_;
    const Identity who_;
    const CameraId camera_;
    Guarded<State> state_;                     // self-locking
    std::atomic<bool> refreshing_{false};      // self-locking
    SteadyTime checked_{app_.clock.steady()};  // of the same thread
};

}  // namespace vantage::serve
