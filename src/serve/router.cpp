// SPDX-License-Identifier: Apache-2.0
#include "serve/router.hpp"

#include "base/log.hpp"
#include "serve/credentials.hpp"
#include "serve/page_assets.hpp"
#include "serve/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vantage::serve {
namespace {

using net::Method;

std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);  // '/'
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, end);
    path.remove_prefix(end);
    return segment;
}

// Takes no memory: most patterns of the table do not fit.
bool fits(std::string_view pattern, std::string_view path) {
    while (!pattern.empty() && !path.empty()) {
        const auto wanted = take_segment(pattern);
        const auto given = take_segment(path);
        if (wanted.starts_with('{') ? given.empty() : wanted != given) return false;
    }
    return pattern.empty() && path.empty();
}

bool is_read(Method method) {
    return method == Method::get || method == Method::head;
}

Role role_of(Need need) {
    return need == Need::admin ? Role::admin : need == Need::operator_ ? Role::operator_ : Role::viewer;
}

bool listed(const std::vector<std::string>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

// For pages of other sites that may read ours.
void add_sharing(const net::Request& request, const Services& app, net::Response& response) {
    if (app.allowed_origins.empty()) return;
    auto& headers = response.headers;
    headers.add("Vary", "Origin");
    const auto origin = request.headers.get("Origin");
    if (origin.empty() || !listed(app.allowed_origins, origin)) return;
    headers.set("Access-Control-Allow-Origin", std::string(origin));
    headers.set("Access-Control-Expose-Headers",
                "Content-Range, Content-Length, ETag, Retry-After, Vantage-Time, Vantage-Delta");
}

net::Response preflight(std::string_view allow) {
    net::Response response;
    response.status = 204;
    response.headers.add("Allow", fmt::format("{}, OPTIONS", allow));
    response.headers.add("Access-Control-Allow-Methods", std::string(allow));
    response.headers.add("Access-Control-Allow-Headers", "Authorization, Content-Type, Range, If-Range");
    response.headers.add("Access-Control-Max-Age", "3600");
    return response;
}

// A person's browser is not asked for a password by its own dialogue; a player is.
void add_challenge(const net::Request& request, Ways ways, net::Response& response) {
    const bool by_browser = request.headers.has("Sec-Fetch-Mode");
    if (response.status != 401 || by_browser) return;
    if (ways == Ways::media) response.headers.add("WWW-Authenticate", R"(Basic realm="Vantage", charset="UTF-8")");
    response.headers.add("WWW-Authenticate", R"(Bearer realm="Vantage")");
}

}  // namespace

const std::string& Call::parameter(std::string_view name) const {
    static const std::string kNone;
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.first == name; });
    return found == parameters.end() ? kNone : found->second;
}

bool match_pattern(std::string_view pattern, std::string_view path,
                   std::vector<std::pair<std::string_view, std::string>>& parameters) {
    parameters.clear();
    if (!fits(pattern, path)) return false;
    parameters.reserve(4);
    while (!pattern.empty()) {
        const auto wanted = take_segment(pattern);
        const auto given = take_segment(path);
        if (wanted.starts_with('{')) parameters.emplace_back(wanted.substr(1, wanted.size() - 2), given);
    }
    return true;
}

bool is_own_origin(const net::Request& request, std::string_view origin) {
    for (const std::string_view scheme : {"https://", "http://"})
        if (origin.starts_with(scheme))
            return !request.host.empty() && net::equals_ignoring_case(origin.substr(scheme.size()), request.host);
    return false;
}

Router::Router(Services& app, std::span<const Endpoint> table) : app_(app), table_(table) {
    for (const auto& endpoint : table_)
        if (endpoint.method == Method::get && endpoint.pattern.starts_with("/{camera}")) of_cameras_.push_back(&endpoint);
}

Router::Match Router::find(const net::Request& request) const {
    const auto method = request.method == Method::head ? Method::get : request.method;
    Match match;
    Parameters parameters;
    for (const auto& endpoint : table_) {
        if (!match_pattern(endpoint.pattern, request.path, parameters)) continue;
        // "/users/{name}" and the like never stand for a camera: a first segment that addresses use is not one.
        if (endpoint.pattern.starts_with("/{camera}") && CameraId::is_reserved(parameters.front().second)) continue;
        match.allow += (match.allow.empty() ? "" : ", ") + std::string(to_string(endpoint.method));
        if (endpoint.method != method || match.endpoint != nullptr) continue;
        match.endpoint = &endpoint;
        match.parameters = parameters;
    }
    return match;
}

// A link is the right itself: whoever has it sees what it names, and nothing else. It never changes anything.
Result<Identity> Router::authorise_link(const net::Request& request, const Endpoint& endpoint) const {
    if (endpoint.ways != Ways::media || endpoint.need != Need::viewer || !is_read(request.method))
        return fail(errc::unauthenticated, "a link opens media addresses only");
    Identity who;
    who.proof = Proof::link;
    return who;
}

Result<Identity> Router::authorise(const net::Request& request, const Match& match, bool linked, Lookup lookup) const {
    const auto& endpoint = *match.endpoint;
    if (linked) return authorise_link(request, endpoint);
    const auto origin = request.headers.get("Origin");
    const bool foreign = !origin.empty() && !is_own_origin(request, origin) && !listed(app_.allowed_origins, origin);
    if (endpoint.need == Need::open) {
        if (foreign && !is_read(request.method)) return fail(errc::forbidden, "this request comes from another site");
        return Identity{};
    }
    auto who = identify(request, endpoint.ways == Ways::media && is_read(request.method), app_.sessions, lookup);
    if (!who) return who;
    if (who->proof == Proof::cookie) {
        if (request.wants_websocket && (origin.empty() || foreign))
            return fail(errc::forbidden, "a WebSocket must be opened from a page of this server");
        if (!is_read(request.method) && (foreign || !same_secret(request.headers.get("X-CSRF-Token"), who->csrf)))
            return fail(errc::forbidden, "the X-CSRF-Token header is missing or wrong; load the page again");
    }
    if (who->role < role_of(endpoint.need))
        return fail(errc::forbidden, fmt::format("this needs the role {}", to_string(role_of(endpoint.need))));
    for (const auto& [name, value] : match.parameters) {
        if (name != "camera") continue;
        const auto camera = CameraId::parse(value);
        if (!camera) return fail(errc::not_found, camera.error().message);
        // A camera that is not on the list and one that does not exist look the same to a viewer.
        if (!who->sees(*camera)) return fail(errc::forbidden, fmt::format("you may not see camera '{}'", value));
    }
    return who;
}

Result<net::Response> Router::answer(const net::Request& request, bool linked) const {
    if (!linked && Links::is_link(request.path)) {
        const auto inner = app_.links.open(request);
        return inner ? answer(*inner, true) : Result<net::Response>(inner.error());
    }
    const auto match = find(request);
    if (request.method == Method::options && !match.allow.empty()) return preflight(match.allow);
    if (match.endpoint == nullptr) {
        if (match.allow.empty()) return app_.page.serve(request);
        auto response = net::problem_response(405, "invalid_argument", fmt::format("this address takes {}", match.allow));
        response.headers.add("Allow", match.allow);
        return response;
    }
    auto who = authorise(request, match, linked, Lookup::stored);
    if (!who) {
        auto response = problem(who.error());
        add_challenge(request, match.endpoint->ways, response);
        return response;
    }
    return match.endpoint->handler({request, *who, match.parameters, app_});
}

// The endpoint that `find` would choose, when it has a quick handler.
Router::Match Router::find_quick(const net::Request& request) const {
    Match match;
    std::string_view path = request.path;
    if (path.empty() || CameraId::is_reserved(take_segment(path))) return match;
    for (const auto* endpoint : of_cameras_) {
        if (!match_pattern(endpoint->pattern, request.path, match.parameters)) continue;
        if (endpoint->quick != nullptr) match.endpoint = endpoint;
        break;
    }
    return match;
}

std::optional<net::Response> Router::quick(const net::Request& request) const {
    if (!is_read(request.method) || request.wants_websocket) return std::nullopt;
    const bool linked = Links::is_link(request.path);
    std::optional<net::Request> opened;
    if (linked) {
        auto inner = app_.links.open(request);
        if (!inner) return std::nullopt;
        opened = std::move(*inner);
    }
    const auto& asked = opened ? *opened : request;
    const auto match = find_quick(asked);
    if (match.endpoint == nullptr) return std::nullopt;
    const auto who = authorise(asked, match, linked, Lookup::recent);
    if (!who) return std::nullopt;  // `handle` finds out, and says why
    auto result = match.endpoint->quick({asked, *who, match.parameters, app_});
    if (!result) return std::nullopt;
    auto response = *result ? std::move(**result) : problem(result->error());
    add_sharing(request, app_, response);
    return response;
}

net::Response Router::handle(const net::Request& request) const {
    auto result = answer(request, false);
    auto response = result ? std::move(*result) : problem(result.error());
    if (!result && result.error().code == errc::internal)
        log::error("http", "{} {}: {}", to_string(request.method), request.path, result.error().message);
    add_sharing(request, app_, response);
    // Never the query nor a link: they may carry a one-time token or a signature.
    log::debug("http", "{} {} {} {}", request.peer, to_string(request.method),
               Links::is_link(request.path) ? "/link/..." : request.path, response.status);
    return response;
}

}  // namespace vantage::serve
