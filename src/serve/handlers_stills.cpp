// SPDX-License-Identifier: Apache-2.0
// Frames: a full picture of now, or of any recorded instant.
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "serve/problem.hpp"
#include "serve/still_answers.hpp"

#include <fmt/format.h>

namespace vantage::serve::handlers {
namespace {

// PNG is for who takes no JPEG: some browsers name it among all that they take.
bool wants_png(std::string_view accept) {
    const auto names = [accept](std::string_view type) { return accept.find(type) != std::string_view::npos; };
    return names("image/png") && !names("image/jpeg") && !names("image/*") && !names("*/*");
}

Result<stills::Look> look_of(const Call& call) {
    const auto width = width_parameter(call.request);
    if (!width) return width.error();
    const auto format = call.request.parameter("format");
    if (!format) {
        const bool png = wants_png(call.request.headers.get("Accept"));
        return stills::Look{*width, png ? stills::Format::png : stills::Format::jpeg};
    }
    if (*format != "png" && *format != "jpeg")
        return fail(errc::invalid_argument, fmt::format("'format' must be jpeg or png, not '{}'", *format));
    return stills::Look{*width, *format == "png" ? stills::Format::png : stills::Format::jpeg};
}

net::Response no_footage(const Error& error, const stills::Nearest& nearest) {
    auto said = error;
    if (!nearest.before && !nearest.after) {
        said.message += "; there is none at all";
    } else {
        said.message += "; the nearest is at ";
        if (nearest.before) said.message += to_rfc3339(*nearest.before) + " before it";
        if (nearest.before && nearest.after) said.message += " and at ";
        if (nearest.after) said.message += to_rfc3339(*nearest.after) + " after it";
    }
    return problem(said, {{"before", to_json(nearest.before)}, {"after", to_json(nearest.after)}});
}

net::Response recorded_frame(const Call& call, const StreamKey& stream, UtcTime time, const stills::Look& look) {
    net::Response response;
    response.later = [&control = call.app.control, stream, time, look](const std::function<void(net::Response)>& done) {
        control.frames().at(stream, time, look, [&control, stream, time, done](const Result<stills::StillPtr>& still) {
            if (still) return done(still_response(*still, time));
            if (still.error().code != errc::not_found) return done(no_still(still.error()));
            done(no_footage(still.error(), stills::find_nearest(control.footage(), stream, time)));
        });
    };
    return response;
}

}  // namespace

Answer get_frame(const Call& call) {
    const auto look = look_of(call);
    if (!look) return look.error();
    const auto kind = stream_parameter(call.request);
    if (!kind) return kind.error();
    const StreamKey stream{call.camera(), *kind};
    if (call.request.parameter("ts")) {
        const auto time = time_parameter(call.request, "ts");
        if (!time) return time.error();
        return recorded_frame(call, stream, *time, *look);
    }
    if (auto sends = call.app.camera_states.sending(stream); !sends) return sends.error();
    return newest_still(call, stream, *look);
}

}  // namespace vantage::serve::handlers
