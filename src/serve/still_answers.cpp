// SPDX-License-Identifier: Apache-2.0
#include "serve/still_answers.hpp"

#include "serve/problem.hpp"

#include <fmt/format.h>

namespace vantage::serve {

net::Response still_response(const stills::StillPtr& still, std::optional<UtcTime> asked) {
    net::Response response;
    response.headers.add("Content-Type", still->format == stills::Format::png ? "image/png" : "image/jpeg");
    response.headers.add("Vantage-Time", to_rfc3339(still->time));
    if (asked)
        response.headers.add("Vantage-Delta",
                             fmt::format("{:.3f}", std::chrono::duration<double>(still->time - *asked).count()));
    response.body = net::SharedBody{still, still->data};
    return response;
}

net::Response no_still(const Error& error) {
    return problem({error.code == errc::malformed ? errc::io : error.code, error.message});
}

net::Response newest_still(const Call& call, const StreamKey& stream, const stills::Look& look) {
    net::Response response;
    response.headers.add("Cache-Control", "no-store");  // the next is another picture
    response.later = [&frames = call.app.control.frames(), stream, look](const std::function<void(net::Response)>& done) {
        frames.now(stream, look, [done](const Result<stills::StillPtr>& still) {
            done(still ? still_response(*still) : no_still(still.error()));
        });
    };
    return response;
}

}  // namespace vantage::serve
