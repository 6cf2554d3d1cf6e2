// SPDX-License-Identifier: Apache-2.0
#include "serve/credentials.hpp"

#include "base/base64.hpp"

#include <fmt/format.h>

namespace vantage::serve {
namespace {

// The password of "user:password" in base64; the user's name does not matter.
std::optional<std::string> basic_password(std::string_view encoded) {
    const auto decoded = from_base64(encoded);
    if (!decoded) return std::nullopt;
    const auto text = as_text(*decoded);
    const auto colon = text.find(':');
    return colon == std::string_view::npos ? std::nullopt : std::optional<std::string>(text.substr(colon + 1));
}

bool take_scheme(std::string_view& header, std::string_view scheme) {
    if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
        !net::equals_ignoring_case(header.substr(0, scheme.size()), scheme))
        return false;
    header.remove_prefix(scheme.size() + 1);
    return true;
}

std::string cookie(std::string_view value, std::string_view age, const net::Request& request, std::string_view base_path) {
    return fmt::format("{}={}; Path={}/; Max-Age={}; HttpOnly; SameSite=Strict{}", session_cookie_name(request), value,
                       base_path, age, request.secure ? "; Secure" : "");
}

}  // namespace

std::string session_cookie_name(const net::Request& request) {
    const std::string_view host = request.host;
    const auto digits = host.find_last_not_of("0123456789");
    const bool has_port = digits != std::string_view::npos && host[digits] == ':' && digits + 1 < host.size();
    return has_port ? fmt::format("{}_{}", kSessionCookie, host.substr(digits + 1)) : std::string(kSessionCookie);
}

Result<Identity> identify(const net::Request& request, bool media, Sessions& sessions, Lookup lookup) {
    if (auto header = request.headers.get("Authorization"); !header.empty()) {
        if (take_scheme(header, "Bearer")) return sessions.by_token(header, Proof::bearer, lookup);
        if (media && take_scheme(header, "Basic")) {
            const auto password = basic_password(header);
            if (!password) return fail(errc::unauthenticated, "the Authorization header cannot be read");
            return sessions.by_token(*password, Proof::basic, lookup);
        }
        return fail(errc::unauthenticated, "use Authorization: Bearer with a token; Basic works on media addresses only");
    }
    const auto cookie = request.cookie(session_cookie_name(request));
    if (cookie.empty()) return fail(errc::unauthenticated, "log in first");
    return sessions.by_cookie(cookie, lookup);
}

std::string session_cookie(std::string_view value, const net::Request& request, std::string_view base_path) {
    return cookie(value, std::to_string(std::chrono::seconds(Sessions::kLifetime).count()), request, base_path);
}

std::string expired_cookie(const net::Request& request, std::string_view base_path) {
    return cookie("", "0", request, base_path);
}

}  // namespace vantage::serve
