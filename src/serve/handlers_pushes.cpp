// SPDX-License-Identifier: Apache-2.0
#include "serve/handlers.hpp"
#include "serve/json.hpp"

#include <fmt/format.h>

namespace vantage::serve::handlers {
namespace {

json::object to_json(const PushView& push) {
    return {{"id", push.id},
            {"name", push.name},
            {"url", push.url},
            {"stream", push.stream},
            {"enabled", push.enabled},
            {"silence", push.silence},
            {"verify", push.verify},
            {"declared_in_file", push.declared_in_file},
            {"state", push.state},
            {"detail", push.detail},
            {"since", serve::to_json(push.since)},
            {"bytes_sent", push.bytes_sent},
            {"bits_per_second", push.bits_per_second},
            {"dropped_parts", push.dropped_parts},
            {"reconnects", push.reconnects}};
}

// All fields but the address, which may hold the key, are told.
void audit(const Call& call, const char* action, const PushView& push) {
    call.app.accounts.audit({call.who.user, call.request.peer}, action,
                            fmt::format("{}: {} ({}, {}, {})", push.camera.str(), push.name, push.url, push.stream,
                                        push.enabled ? "on" : "off"));
}

Result<PushChange> change_of(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    PushChange out;
    for (const auto& [name, field] : {std::pair{"name", &out.name}, {"url", &out.url}, {"stream", &out.stream}}) {
        auto text = optional_text_field(*body, name);
        if (!text) return text.error();
        *field = std::move(*text);
    }
    for (const auto& [name, field] :
         {std::pair{"enabled", &out.enabled}, {"silence", &out.silence}, {"verify", &out.verify}}) {
        const auto flag = optional_flag_field(*body, name);
        if (!flag) return flag.error();
        *field = *flag;
    }
    return out;
}

}  // namespace

Answer list_pushes(const Call& call) {
    if (!call.app.control.camera(call.camera()))
        return fail(errc::not_found, fmt::format("there is no camera '{}'", call.camera().str()));
    json::array pushes;
    for (const auto& push : call.app.control.pushes().of(call.camera())) pushes.push_back(to_json(push));
    return json_response(200, json::object{{"pushes", std::move(pushes)}});
}

Answer add_push(const Call& call) {
    const auto change = change_of(call);
    if (!change) return change.error();
    const auto added = call.app.control.pushes().add(call.camera(), *change);
    if (!added) return added.error();
    audit(call, "push added", *added);
    auto response = json_response(201, to_json(*added));
    response.headers.add("Location",
                         fmt::format("{}/api/v1/cameras/{}/pushes/{}", call.app.base_path, added->camera.str(), added->id));
    return response;
}

Answer change_push(const Call& call) {
    const auto change = change_of(call);
    if (!change) return change.error();
    const auto changed = call.app.control.pushes().change(call.camera(), call.parameter("id"), *change);
    if (!changed) return changed.error();
    audit(call, "push changed", *changed);
    return json_response(200, to_json(*changed));
}

Answer remove_push(const Call& call) {
    const auto removed = call.app.control.pushes().remove(call.camera(), call.parameter("id"));
    if (!removed) return removed.error();
    audit(call, "push removed", *removed);
    return no_content();
}

}  // namespace vantage::serve::handlers
