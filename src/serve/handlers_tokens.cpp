// SPDX-License-Identifier: Apache-2.0
// API tokens and signed links.
#include "serve/handlers.hpp"
#include "serve/json.hpp"

#include <fmt/format.h>

#include <array>

namespace vantage::serve::handlers {
namespace {

constexpr seconds kLongestLink = std::chrono::hours(24 * 7);

// What may be signed: a media address of a camera the user sees, a file of an export that is the user's.
Status check_path(const Call& call, const std::string& path) {
    if (path.starts_with("/exports/")) return may_share_export(call, path);
    if (path.starts_with("/recordings/")) return may_share_recording(call, path);
    if (path.starts_with("/timelapses/")) return may_share_timelapse(call, path);
    std::vector<std::pair<std::string_view, std::string>> parameters;
    for (const auto& endpoint : endpoints()) {
        if (endpoint.ways != Ways::media || !endpoint.pattern.starts_with("/{camera}/")) continue;
        if (!match_pattern(endpoint.pattern, path, parameters)) continue;
        if (endpoint.need != Need::viewer) break;  // a link shows, and changes nothing
        const auto camera = CameraId::parse(parameters.front().second);
        if (!camera) continue;
        if (!call.who.sees(*camera)) return fail(errc::forbidden, fmt::format("you may not see camera '{}'", camera->str()));
        return {};
    }
    return fail(errc::invalid_argument, "'path' must be a media address, like /door/main/2026-11-20/190405.123Z.mp4");
}

// "/door/stream/range/x?start=&end=" as "/door/stream/<start ms>-<end ms>/x": the address whose neighbours a link can open.
Result<net::Target> with_plain_period(net::Target target) {
    constexpr std::string_view kRange = "/stream/range/";
    const auto at = target.path.find(kRange);
    if (at == std::string::npos || target.path.find('/', 1) != at) return target;
    std::array<std::optional<UtcTime>, 2> ends;
    for (const auto& [name, value] : target.query) {
        const auto time = parse_time(value);
        if (name == "start" && time) ends[0] = *time;
        if (name == "end" && time) ends[1] = *time;
    }
    if (!ends[0] || !ends[1]) return fail(errc::invalid_argument, "a range needs 'start' and 'end' as times");
    const auto number = [](UtcTime time) { return std::chrono::floor<milliseconds>(time).time_since_epoch().count(); };
    target.path.replace(at, kRange.size(), fmt::format("/stream/{}-{}/", number(*ends[0]), number(*ends[1])));
    target.query.clear();
    return target;
}

}  // namespace

Answer list_tokens(const Call& call) {
    const auto all = call.app.settings.tokens();
    if (!all) return all.error();
    json::array tokens;
    for (const auto& token : *all) {
        if (call.who.role != Role::admin && token.user != call.who.user) continue;
        tokens.push_back(json::object{{"id", token.id},
                                      {"name", token.name},
                                      {"user", token.user},
                                      {"created", to_rfc3339(token.created)},
                                      {"last_used", to_json(token.last_used)},
                                      {"expires", to_json(token.expires)}});
    }
    return json_response(200, json::object{{"tokens", std::move(tokens)}});
}

Answer add_token(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto name = text_field(*body, "name");
    if (!name) return name.error();
    if (name->empty() || name->size() > 100) return fail(errc::invalid_argument, "a token's name has 1 to 100 bytes");
    const auto expires = optional_time_field(*body, "expires");
    if (!expires) return expires.error();
    if (*expires && **expires <= call.app.clock.now()) return fail(errc::invalid_argument, "'expires' is in the past");
    const auto made = call.app.sessions.make_token(call.who.user, *name, *expires);
    if (!made) return made.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "token added", fmt::format("{} ({})", *name, made->id));
    return json_response(201, json::object{{"id", made->id}, {"token", made->token}});
}

Answer remove_token(const Call& call) {
    const auto& id = call.parameter("id");
    const auto all = call.app.settings.tokens();
    if (!all) return all.error();
    const auto found = std::find_if(all->begin(), all->end(), [&](const auto& token) { return token.id == id; });
    const bool own = found != all->end() && (found->user == call.who.user || call.who.role == Role::admin);
    if (!own) return fail(errc::not_found, "there is no such token");
    if (auto removed = call.app.settings.remove_token(id); !removed) return removed.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "token removed", fmt::format("{} ({})", found->name, id));
    return no_content();
}

Answer make_link(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto path = text_field(*body, "path");
    if (!path) return path.error();
    auto target = net::parse_target(*path);
    if (!target) return fail(errc::invalid_argument, "'path' is no address: " + target.error().message);
    if (target = with_plain_period(std::move(*target)); !target) return target.error();
    if (auto good = check_path(call, target->path); !good) return good.error();
    const auto* wanted = body->if_contains("seconds");
    boost::system::error_code error;
    const auto count = wanted == nullptr ? 3600 : wanted->to_number<std::int64_t>(error);
    if (error || count < 1 || seconds(count) > kLongestLink)
        return fail(errc::invalid_argument, fmt::format("'seconds' must be 1 to {}", kLongestLink.count()));
    const auto link = call.app.links.sign(*target, seconds(count));
    const auto url = call.app.base_path + link.url;
    return json_response(200, json::object{{"url", url}, {"expires", to_rfc3339(link.expires)}});
}

}  // namespace vantage::serve::handlers
