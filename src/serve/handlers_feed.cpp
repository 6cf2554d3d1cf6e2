// SPDX-License-Identifier: Apache-2.0
// Opens the feed of a camera: ties live's FeedSession to the running program, and keeps asking whether its user still may.
#include "base/guarded.hpp"
#include "live/feed.hpp"
#include "serve/handlers.hpp"

#include <fmt/format.h>

namespace vantage::serve::handlers {
namespace {

constexpr seconds kCheckAfter{4};

// What a feed may ask without blocking, refreshed now and then where blocking is allowed.
class FeedWatch : public std::enable_shared_from_this<FeedWatch> {
  public:
    FeedWatch(Services& app, Identity who, CameraId camera) : app_(app), who_(std::move(who)), camera_(std::move(camera)) {}

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

    // On the connection's strand.
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
    SteadyTime checked_{app_.clock.steady()};  // of the strand
};

}  // namespace

Answer open_feed(const Call& call) {
    const auto camera = call.camera();
    auto& control = call.app.control;
    if (!control.camera(camera)) return fail(errc::not_found, fmt::format("there is no camera '{}'", camera.str()));
    if (!call.request.wants_websocket) {
        auto response = net::problem_response(426, "invalid_argument", "this address is a WebSocket");
        response.headers.add("Upgrade", "websocket");
        return response;
    }
    const auto watch = std::make_shared<FeedWatch>(call.app, call.who, camera);
    watch->refresh();
    net::Response response;
    response.websocket = std::make_shared<live::FeedSession>(live::FeedSources{
        camera,
        "browser " + call.request.peer,
        [&control, camera](StreamKind kind) { return control.stream({camera, kind}); },
        [watch](StreamKind kind) { return watch->lost(kind); },
        [watch] { return watch->ended(); },
        call.app.read_footage,
        control.footage(),
        call.app.clock,
    });
    return response;
}

}  // namespace vantage::serve::handlers
