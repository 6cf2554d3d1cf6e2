// SPDX-License-Identifier: Apache-2.0
// JPEGs for old browsers and dashboards: moving (multipart/x-mixed-replace) and the newest one.
#include "live/pictures/mjpeg_body.hpp"
#include "serve/handlers.hpp"
#include "serve/problem.hpp"
#include "serve/viewer_watch.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vantage::serve::handlers {
namespace {

constexpr double kUsualFps = 5, kLeastFps = 0.1, kMostFps = 25;
constexpr double kLeastWidth = 32, kMostWidth = 7680;

Result<double> number_parameter(const net::Request& request, std::string_view name, double otherwise, double least,
                                double most) {
    const auto text = request.parameter(name);
    if (!text) return otherwise;
    double value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value, std::chars_format::fixed);
    if (error != std::errc{} || end != text->data() + text->size() || !(value >= least && value <= most))
        return fail(errc::invalid_argument, fmt::format("'{}' must be a number from {} to {}", name, least, most));
    return value;
}

Result<int> width_parameter(const net::Request& request) {
    const auto width = number_parameter(request, "width", 0, kLeastWidth, kMostWidth);
    if (!width) return width.error();
    return static_cast<int>(*width);
}

// Which of the camera's streams the pictures come from: the small one where it is wide enough. The error says why the
// camera sends nothing now.
Result<StreamKey> choose_stream(const Call& call, int width) {
    const auto camera = call.camera();
    const auto streams = call.app.camera_states.streams(camera);
    if (streams.empty()) return fail(errc::not_found, fmt::format("there is no camera '{}'", camera.str()));
    for (const auto& stream : streams)
        if (stream.kind == StreamKind::sub && stream.state == "running" && stream.tracks.video && width > 0 &&
            stream.tracks.video->width >= width)
            return StreamKey{camera, StreamKind::sub};
    const auto& main = streams.front();
    if (main.state == "lost" || main.state == "refused" || main.state == "disabled")
        return fail(errc::unavailable, fmt::format("camera '{}' is {}{}{}", camera.str(), main.state,
                                                   main.detail.empty() ? "" : ": ", main.detail));
    return StreamKey{camera, StreamKind::main};
}

net::Response jpeg_response(const live::JpegPtr& jpeg) {
    net::Response response;
    response.headers.add("Content-Type", "image/jpeg");
    response.headers.add("Vantage-Time", to_rfc3339(jpeg->time));
    response.body = net::SharedBody{jpeg, jpeg->data};
    return response;
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
    net::Response response;
    response.later = [&pictures = call.app.control.pictures(), key = *stream,
                      width = *width](const std::function<void(net::Response)>& done) {
        pictures.snapshot(key, width, [done](const Result<live::JpegPtr>& jpeg) {
            done(jpeg ? jpeg_response(*jpeg) : problem(jpeg.error()));
        });
    };
    return response;
}

}  // namespace vantage::serve::handlers
