// SPDX-License-Identifier: Apache-2.0
// First set-up, login, logout, and what a user may do about itself.
#include "serve/credentials.hpp"
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "serve/problem.hpp"

namespace vantage::serve::handlers {
namespace {

net::Response too_many(const Error& error, seconds retry_after) {
    auto response = problem(error);
    if (retry_after > seconds(0)) response.headers.add("Retry-After", std::to_string(retry_after.count()));
    return response;
}

Answer start_session(const Call& call, const store::UserRow& user) {
    auto session = call.app.sessions.begin(user, call.request.peer);
    if (!session) return session.error();
    call.app.accounts.audit({user.name, call.request.peer}, "login", "");
    auto response = json_response(200, me_json(session->who, call.app.time_zone));
    response.headers.add("Set-Cookie", session_cookie(session->cookie, call.request, call.app.base_path));
    return response;
}

}  // namespace

Answer get_setup(const Call& call) {
    const auto has_admin = call.app.accounts.has_admin();
    if (!has_admin) return has_admin.error();
    return json_response(200, json::object{{"needed", !*has_admin}});
}

Answer post_setup(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto token = text_field(*body, "token");
    const auto name = text_field(*body, "name");
    const auto password = text_field(*body, "password");
    for (const auto* field : {&token, &name, &password})
        if (!*field) return field->error();
    seconds retry_after{0};
    if (auto made = call.app.setup.create_admin(*token, *name, *password, call.request.peer, retry_after); !made)
        return too_many(made.error(), retry_after);
    auto user = call.app.settings.user(*name);
    if (!user) return user.error();
    return start_session(call, *user);
}

Answer post_login(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto link_token = optional_text_field(*body, "link_token");
    if (!link_token) return link_token.error();
    if (*link_token) {
        auto user = call.app.sessions.use_login_token(**link_token);
        if (!user) return user.error();
        return start_session(call, *user);
    }
    const auto name = text_field(*body, "name");
    const auto password = text_field(*body, "password");
    if (!name) return name.error();
    if (!password) return password.error();
    seconds retry_after{0};
    auto user = call.app.accounts.log_in(*name, *password, call.request.peer, retry_after);
    if (!user) return too_many(user.error(), retry_after);
    return start_session(call, *user);
}

Answer post_logout(const Call& call) {
    if (call.who.proof == Proof::cookie)
        if (auto ended = call.app.sessions.end(call.who.key_hash); !ended) return ended.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "logout", "");
    auto response = no_content();
    response.headers.add("Set-Cookie", expired_cookie(call.request, call.app.base_path));
    return response;
}

Answer get_me(const Call& call) {
    return json_response(200, me_json(call.who, call.app.time_zone));
}

Answer post_my_password(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto old_password = text_field(*body, "old");
    const auto new_password = text_field(*body, "new");
    if (!old_password) return old_password.error();
    if (!new_password) return new_password.error();
    const auto kept = call.who.proof == Proof::cookie ? call.who.key_hash : std::string();
    seconds retry_after{0};
    if (auto changed = call.app.accounts.change_own_password(call.who.user, *old_password, *new_password, kept,
                                                             {call.who.user, call.request.peer}, retry_after);
        !changed)
        return too_many(changed.error(), retry_after);
    return no_content();
}

Answer get_stream_password(const Call& call) {
    const auto password = call.app.stream_access.password(call.who.user);
    if (!password) return password.error();
    return json_response(200, json::object{{"user", call.who.user}, {"password", *password}});
}

Answer post_stream_password(const Call& call) {
    const auto password = call.app.stream_access.renew(call.who.user);
    if (!password) return password.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "stream password made", "");
    return json_response(200, json::object{{"user", call.who.user}, {"password", *password}});
}

}  // namespace vantage::serve::handlers
