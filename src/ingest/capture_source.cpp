// SPDX-License-Identifier: Apache-2.0
#include "ingest/capture_source.hpp"

#include <charconv>

namespace vantage::ingest {
namespace {

Status set_option(CaptureOptions& options, std::string_view key, std::string_view value) {
    if (key == "size") {
        options.size = value;
    } else if (key == "fps") {
        options.fps = value;
    } else if (key == "standard") {
        options.standard = value;
    } else if (key == "bitrate") {
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options.bitrate);
        if (error != std::errc{} || end != value.data() + value.size() || options.bitrate < 0)
            return fail(errc::invalid_argument, fmt::format("bitrate={}: write bits a second, e.g. 2000000", value));
    } else {
        return fail(errc::invalid_argument,
                    fmt::format("'{}' is not known here; v4l2: takes size, fps, standard and bitrate", key));
    }
    return {};
}

}  // namespace

Result<CaptureOptions> parse_capture_url(std::string_view url) {
    CaptureOptions options;
    const auto colon = url.find(':');
    options.format = url.substr(0, colon);
    auto rest = colon == std::string_view::npos ? std::string_view{} : url.substr(colon + 1);
    if (rest.empty()) return fail(errc::invalid_argument, fmt::format("'{}' names no device; write v4l2:/dev/video0", url));
    if (options.format == "lavfi") {
        options.input = std::string{rest} + ",realtime";
        return options;
    }
    const auto question = rest.find('?');
    options.input = rest.substr(0, question);
    rest = question == std::string_view::npos ? std::string_view{} : rest.substr(question + 1);
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto equals = pair.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        if (auto done = set_option(options, pair.substr(0, equals), value); !done) return done.error();
    }
    return options;
}

Status CaptureSource::read(const std::stop_token& stop, SourceSink& sink) {
    auto device = CaptureDevice::open(options_, stop);
    if (!device) return device.error();
    sink.on_tracks({(*device)->track(), {}});
    while (!stop.stop_requested()) {
        auto frames = (*device)->next();
        if (!frames) return frames.error();
        const Arrival arrival{clock_.steady(), clock_.now()};
        for (auto& encoded : *frames) {
            count(encoded.data.size());
            Frame frame{TrackKind::video,       encoded.pts, encoded.dts, encoded.key, false, false, arrival,
                        std::move(encoded.data)};
            sink.on_frame(std::move(frame));
        }
    }
    return {};
}

}  // namespace vantage::ingest
