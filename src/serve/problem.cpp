// SPDX-License-Identifier: Apache-2.0
#include "serve/problem.hpp"

namespace vantage::serve {

int http_status(errc code) {
    switch (code) {
        case errc::invalid_argument:
            return 400;
        case errc::malformed:
            return 400;
        case errc::unauthenticated:
            return 401;
        case errc::forbidden:
            return 403;
        case errc::not_found:
            return 404;
        case errc::already_exists:
            return 409;
        case errc::read_only:
            return 409;
        case errc::unsupported:
            return 422;
        case errc::overloaded:
            return 429;
        case errc::unavailable:
            return 503;
        case errc::cancelled:
            return 503;
        case errc::timed_out:
            return 504;
        case errc::disk_full:
            return 507;
        case errc::io:
            return 500;
        case errc::internal:
            return 500;
    }
    return 500;
}

net::Response problem(const Error& error) {
    return net::problem_response(http_status(error.code), to_string(error.code), error.message);
}

net::Response problem(const Error& error, const boost::json::object& more) {
    const int status = http_status(error.code);
    boost::json::object body{{"type", "about:blank"},
                             {"title", net::reason_phrase(status)},
                             {"status", status},
                             {"detail", error.message},
                             {"code", to_string(error.code)}};
    for (const auto& [name, value] : more) body[name] = value;
    return net::text_response(status, "application/problem+json", boost::json::serialize(body));
}

}  // namespace vantage::serve
