// SPDX-License-Identifier: Apache-2.0
// JPEGs for old browsers and dashboards: moving (multipart/x-mixed-replace) and the newest one, from the stream that is just
// large enough.
#include "live/pictures/mjpeg_body.hpp"
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "serve/still_answers.hpp"
#include "serve/viewer_watch.hpp"

namespace vantage::serve::handlers {
namespace {

constexpr double kUsualFps = 5, kLeastFps = 0.1, kMostFps = 25;

// Which of the camera's streams the pictures come from: the small one where it is wide enough. The error says why the
// camera sends nothing now.
Result<StreamKey> choose_stream(const Call& call, int width) {
    const StreamKey main{call.camera(), StreamKind::main};
    for (const auto& stream : call.app.camera_states.streams(main.camera))
        if (stream.kind == StreamKind::sub && stream.state == "running" && stream.tracks.video && width > 0 &&
            stream.tracks.video->width >= width)
            return StreamKey{main.camera, StreamKind::sub};
    if (auto sends = call.app.camera_states.sending(main); !sends) return sends.error();
    return main;
}

}  // namespace

Answer open_mjpeg(const Call& call) {
    const auto fps = number_parameter(call.request, "fps", kUsualFps, kLeastFps, kMostFps);
    if (!fps) return fps.error();
    const auto width = width_parameter(call.request);
    if (!width) return width.error();
    const auto stream = choose_stream(call, *width);
    if (!stream) return stream.error();
    const auto watch = std::make_shared<ViewerWatch>(call.app, call.who, stream->camera);
    net::Response response;
    response.headers.add("Content-Type", std::string(live::MjpegBody::kContentType));
    response.headers.add("X-Accel-Buffering", "no");  // nginx in front must not collect it
    response.body = std::make_shared<live::MjpegBody>(
        [&pictures = call.app.control.pictures(), key = *stream, wish = live::PictureWish{*fps, *width}](
            std::function<void()> on_ready) { return pictures.watch(key, wish, std::move(on_ready)); },
        [watch] { return watch->ended().has_value(); });
    return response;
}

Answer get_snapshot(const Call& call) {
    const auto width = width_parameter(call.request);
    if (!width) return width.error();
    const auto stream = choose_stream(call, *width);
    if (!stream) return stream.error();
    return newest_still(call, *stream, {*width, stills::Format::jpeg});
}

}  // namespace vantage::serve::handlers
