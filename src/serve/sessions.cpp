// SPDX-License-Identifier: Apache-2.0
#include "serve/sessions.hpp"

#include <fmt/format.h>

namespace vantage::serve {
namespace {

const Error kNobody = fail(errc::unauthenticated, "log in first");
constexpr auto kTouchAfter = std::chrono::minutes(1);
constexpr std::size_t kSweepAbove = 256;

}  // namespace

Result<Identity> Sessions::of_user(const std::string& name, Proof proof, std::string key_hash) {
    auto user = settings_.user(name);
    if (!user) return user.error().code == errc::not_found ? kNobody : user.error();
    auto role = parse_role(user->role);
    if (!role) return role.error();
    return Identity{proof, user->name, *role, user->cameras, std::move(key_hash), {}};
}

Result<NewSession> Sessions::begin(const store::UserRow& user, const std::string& address) {
    NewSession session{random_token(), random_token(), {}};
    const auto now = clock_.now();
    if (auto swept = settings_.remove_expired(now); !swept) return swept.error();
    const store::SessionRow row{token_hash(session.cookie), user.name, session.csrf, now, now + kLifetime, address};
    if (auto added = settings_.add_session(row); !added) return added.error();
    auto who = of_user(user.name, Proof::cookie, row.id_hash);
    if (!who) return who.error();
    session.who = std::move(*who);
    session.who.csrf = session.csrf;
    return session;
}

Result<Identity> Sessions::remember(Result<Identity> who) {
    if (!who) return who;
    const auto now = clock_.steady();
    const std::lock_guard hold(mutex_);
    if (remembered_.size() > kSweepAbove)
        std::erase_if(remembered_, [now](const auto& entry) { return entry.second.since + kRemembered <= now; });
    remembered_[who->key_hash] = {*who, now};
    return who;
}

Result<Identity> Sessions::recall(const std::string& key_hash, Proof proof) {
    const std::lock_guard hold(mutex_);
    const auto found = remembered_.find(key_hash);
    if (found == remembered_.end()) return kNobody;
    const auto age = clock_.steady() - found->second.since;
    if (age >= kRemembered || (age >= kAskAgain && !std::exchange(found->second.asked_again, true))) return kNobody;
    auto who = found->second.who;
    who.proof = proof;
    return who;
}

Status Sessions::end(const std::string& key_hash) {
    {
        const std::lock_guard hold(mutex_);
        remembered_.erase(key_hash);
    }
    return settings_.remove_session(key_hash);
}

Result<Identity> Sessions::by_session_hash(const std::string& key_hash) {
    const auto row = settings_.session(key_hash);
    if (!row) return row.error().code == errc::not_found ? kNobody : row.error();
    const auto now = clock_.now();
    if (row->expires <= now) return kNobody;
    if (row->expires - now < kLifetime - kExtendAfter) (void)settings_.extend_session(key_hash, now + kLifetime);
    auto who = of_user(row->user, Proof::cookie, key_hash);
    if (who) who->csrf = row->csrf;
    return remember(std::move(who));
}

Result<Identity> Sessions::by_token_hash(const std::string& key_hash, Proof proof) {
    const auto row = settings_.token_by_hash(key_hash);
    if (!row)
        return row.error().code == errc::not_found ? fail(errc::unauthenticated, "this token is not valid") : row.error();
    const auto now = clock_.now();
    if (row->expires && *row->expires <= now) return fail(errc::unauthenticated, "this token has expired");
    bool touch = false;
    {
        const std::lock_guard hold(mutex_);
        auto& last = touched_[row->id];
        touch = last + kTouchAfter <= now || last > now;
        if (touch) last = now;
    }
    if (touch) (void)settings_.touch_token(row->id, now);
    return remember(of_user(row->user, proof, key_hash));
}

Result<Identity> Sessions::by_cookie(std::string_view cookie, Lookup lookup) {
    const auto hash = token_hash(cookie);
    return lookup == Lookup::recent ? recall(hash, Proof::cookie) : by_session_hash(hash);
}
Result<Identity> Sessions::by_token(std::string_view token, Proof proof, Lookup lookup) {
    const auto hash = token_hash(token);
    return lookup == Lookup::recent ? recall(hash, proof) : by_token_hash(hash, proof);
}

Result<Identity> Sessions::again(const Identity& who) {
    if (who.proof == Proof::cookie) return by_session_hash(who.key_hash);
    if (who.proof == Proof::bearer || who.proof == Proof::basic) return by_token_hash(who.key_hash, who.proof);
    return who;
}

Result<NewToken> Sessions::make_token(const std::string& user, const std::string& name, std::optional<UtcTime> expires) {
    NewToken made{random_id(), "vt_" + random_token()};
    const store::TokenRow row{made.id, token_hash(made.token), name, user, clock_.now(), std::nullopt, expires};
    if (auto added = settings_.add_token(row); !added) return added.error();
    return made;
}

std::string Sessions::make_login_token(const std::string& user, seconds lifetime) {
    auto token = random_token();
    const std::lock_guard hold(mutex_);
    std::erase_if(login_tokens_, [now = clock_.steady()](const auto& entry) { return entry.second.expires <= now; });
    login_tokens_[token_hash(token)] = {user, clock_.steady() + lifetime};
    return token;
}

Result<store::UserRow> Sessions::use_login_token(std::string_view token) {
    const auto wrong = fail(errc::unauthenticated, "this login link was used already or is too old; make a new one");
    std::string user;
    {
        const std::lock_guard hold(mutex_);
        const auto found = login_tokens_.find(token_hash(token));
        if (found == login_tokens_.end()) return wrong;
        const auto entry = found->second;
        login_tokens_.erase(found);
        if (entry.expires <= clock_.steady()) return wrong;
        user = entry.user;
    }
    auto row = settings_.user(user);
    if (!row) return wrong;
    (void)settings_.record_login(user, 0, std::nullopt, clock_.now());
    return row;
}

Result<std::optional<std::string>> Setup::token() {
    const auto has_admin = accounts_.has_admin();
    if (!has_admin) return has_admin.error();
    if (*has_admin) return std::optional<std::string>();
    const std::lock_guard hold(mutex_);
    if (token_.empty()) token_ = typed_token();
    return std::optional(token_);
}

Status Setup::create_admin(std::string_view given, const std::string& name, const std::string& password,
                           const std::string& address, seconds& retry_after) {
    auto expected = token();
    if (!expected) return expected.error();
    if (!*expected) return fail(errc::forbidden, "this recorder is set up already; log in");
    if (const auto wait = accounts_.guard().begin("first set-up", address)) {
        retry_after = *wait;
        return fail(errc::overloaded, fmt::format("too many wrong set-up tokens; try again in {} s", wait->count()));
    }
    const std::lock_guard hold(mutex_);
    if (token_.empty() || !same_secret(given, token_))
        return fail(errc::forbidden, "the set-up token is wrong; it is on the console where Vantage was started");
    accounts_.guard().succeeded("first set-up", address);
    if (auto added = accounts_.add({name, password, Role::admin, std::nullopt}, {name, address}); !added) return added;
    token_.clear();
    return {};
}

}  // namespace vantage::serve
