// SPDX-License-Identifier: Apache-2.0
// Opens the feed of a camera: ties live's FeedSession to the running program, and keeps asking whether its user still may.
#include "live/feed/feed.hpp"
#include "serve/handlers.hpp"
#include "serve/viewer_watch.hpp"

#include <fmt/format.h>

namespace vantage::serve::handlers {

Answer open_feed(const Call& call) {
    const auto camera = call.camera();
    auto& control = call.app.control;
    if (!control.camera(camera)) return fail(errc::not_found, fmt::format("there is no camera '{}'", camera.str()));
    if (!call.request.wants_websocket) {
        auto response = net::problem_response(426, "invalid_argument", "this address is a WebSocket");
        response.headers.add("Upgrade", "websocket");
        return response;
    }
    const auto watch = std::make_shared<ViewerWatch>(call.app, call.who, camera);
    watch->refresh();
    net::Response response;
    response.websocket = std::make_shared<live::FeedSession>(live::FeedSources{
        camera,
        "browser " + call.request.peer,
        [&control, camera](const live::StreamName& name) { return control.viewed_stream(camera, name); },
        [watch](StreamKind kind) { return watch->lost(kind); },
        [watch] { return watch->ended(); },
        call.app.read_footage,
        [&control](const live::StreamName& name) { return control.viewed_footage(name); },
        call.app.clock,
    });
    return response;
}

}  // namespace vantage::serve::handlers
