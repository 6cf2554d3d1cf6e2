// SPDX-License-Identifier: Apache-2.0
#include "serve/handlers.hpp"
#include "serve/json.hpp"

#include <fmt/format.h>

namespace vantage::serve::handlers {
namespace {

Actor actor(const Call& call) {
    return {call.who.user, call.request.peer};
}

json::object to_json(const store::UserRow& user) {
    return {{"name", user.name},
            {"role", user.role},
            {"cameras", serve::to_json(user.cameras)},
            {"created", to_rfc3339(user.created)},
            {"last_login", serve::to_json(user.last_login)},
            {"locked_until", serve::to_json(user.locked_until)}};
}

Answer show(const Call& call, const std::string& name, int status) {
    const auto user = call.app.settings.user(name);
    if (!user) return user.error();
    return json_response(status, to_json(*user));
}

// Each must be a camera's id; it need not exist yet.
Status check_cameras(const std::optional<std::vector<std::string>>& cameras) {
    if (!cameras) return {};
    for (const auto& camera : *cameras)
        if (auto id = CameraId::parse(camera); !id) return id.error();
    return {};
}

}  // namespace

Answer list_users(const Call& call) {
    const auto all = call.app.accounts.list();
    if (!all) return all.error();
    json::array users;
    for (const auto& user : *all) users.push_back(to_json(user));
    return json_response(200, json::object{{"users", std::move(users)}});
}

Answer add_user(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto name = text_field(*body, "name");
    if (!name) return name.error();
    const auto password = text_field(*body, "password");
    if (!password) return password.error();
    const auto role_text = text_field(*body, "role");
    if (!role_text) return role_text.error();
    const auto role = parse_role(*role_text);
    if (!role) return role.error();
    const auto cameras = optional_list_field(*body, "cameras");
    if (!cameras) return cameras.error();
    if (auto good = check_cameras(*cameras); !good) return good.error();
    if (auto added = call.app.accounts.add({*name, *password, *role, *cameras}, actor(call)); !added) return added.error();
    return show(call, *name, 201);
}

Answer change_user(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    UserChange change;
    const auto role_text = optional_text_field(*body, "role");
    if (!role_text) return role_text.error();
    if (*role_text) {
        const auto role = parse_role(**role_text);
        if (!role) return role.error();
        change.role = *role;
    }
    if (body->contains("cameras")) {
        auto cameras = optional_list_field(*body, "cameras");
        if (!cameras) return cameras.error();
        if (auto good = check_cameras(*cameras); !good) return good.error();
        change.cameras = std::move(*cameras);
    }
    auto password = optional_text_field(*body, "password");
    if (!password) return password.error();
    change.password = std::move(*password);
    const auto& name = call.parameter("name");
    if (auto changed = call.app.accounts.change(name, change, actor(call)); !changed) return changed.error();
    return show(call, name, 200);
}

Answer remove_user(const Call& call) {
    if (auto removed = call.app.accounts.remove(call.parameter("name"), actor(call)); !removed) return removed.error();
    return no_content();
}

}  // namespace vantage::serve::handlers
