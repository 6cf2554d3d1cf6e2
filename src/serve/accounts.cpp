// SPDX-License-Identifier: Apache-2.0
#include "serve/accounts.hpp"

#include "base/log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vantage::serve {
namespace {

const Error kWrong = fail(errc::unauthenticated, "name or password is wrong");

Error locked(seconds wait) {
    return fail(errc::overloaded, fmt::format("too many failed logins; try again in {} s", wait.count()));
}

std::string describe(const std::optional<std::vector<std::string>>& cameras) {
    return cameras ? fmt::format("cameras {}", fmt::join(*cameras, " ")) : "all cameras";
}

}  // namespace

const char* to_string(Role role) {
    return role == Role::admin ? "admin" : role == Role::operator_ ? "operator" : "viewer";
}

Result<Role> parse_role(std::string_view text) {
    for (const auto role : {Role::viewer, Role::operator_, Role::admin})
        if (text == to_string(role)) return role;
    return fail(errc::invalid_argument, fmt::format("role '{}' is none of viewer, operator, admin", text));
}

Status check_user_name(const std::string& name) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@";
    if (name.empty() || name.size() > 64 || name.find_first_not_of(kAllowed) != std::string::npos)
        return fail(errc::invalid_argument, "a user's name is 1 to 64 letters, digits or . _ - @");
    return {};
}

Status check_password(const std::string& password, const std::string& user) {
    if (password.size() < 10) return fail(errc::invalid_argument, "a password has at least 10 characters");
    if (password.size() > 1024) return fail(errc::invalid_argument, "a password has at most 1024 bytes");
    if (password == user) return fail(errc::invalid_argument, "the password must not be the user's name");
    if (password.find_first_not_of(password.front()) == std::string::npos)
        return fail(errc::invalid_argument, "the password is one character, repeated");
    return {};
}

Accounts::Accounts(store::Settings& settings, const Clock& clock, PasswordCost cost)
    : settings_(settings),
      clock_(clock),
      cost_(cost),
      dummy_hash_(hash_password(random_token(), cost).value()),
      guard_(clock) {}

void Accounts::audit(const Actor& by, std::string action, std::string detail) {
    const auto kept = settings_.append_audit({0, clock_.now(), by.user, by.address, std::move(action), std::move(detail)});
    if (!kept) log::error("audit", "cannot write the audit log: {}", kept.error().message);
}

Result<std::vector<store::UserRow>> Accounts::list() const {
    auto users = settings_.users();
    if (!users) return users.error();
    for (auto& user : *users) {
        const auto standing = guard_.standing(user.name);
        user.locked_until = standing.locked_until;
    }
    return users;
}

Result<bool> Accounts::has_admin() const {
    const auto users = settings_.users();
    if (!users) return users.error();
    return std::any_of(users->begin(), users->end(), [](const auto& user) { return user.role == to_string(Role::admin); });
}

Status Accounts::add(const NewUser& user, const Actor& by) {
    if (auto good = check_user_name(user.name); !good) return good;
    if (auto good = check_password(user.password, user.name); !good) return good;
    auto hash = hash_password(user.password, cost_);
    if (!hash) return hash.error();
    store::UserRow row;
    row.name = user.name;
    row.password_hash = std::move(*hash);
    row.role = to_string(user.role);
    row.cameras = user.cameras;
    row.created = clock_.now();
    if (auto added = settings_.add_user(row); !added) return added;
    audit(by, "user added", fmt::format("{} as {}, {}", user.name, row.role, describe(user.cameras)));
    return {};
}

Status Accounts::keep_an_admin(const std::string& name) const {
    const auto users = settings_.users();
    if (!users) return users.error();
    const bool other = std::any_of(users->begin(), users->end(), [&](const auto& user) {
        return user.name != name && user.role == to_string(Role::admin);
    });
    if (!other) return fail(errc::forbidden, fmt::format("{} is the last admin; make another one first", name));
    return {};
}

Status Accounts::change(const std::string& name, const UserChange& change, const Actor& by) {
    if (change.password)
        if (auto good = check_password(*change.password, name); !good) return good;
    std::optional<std::string> hash;
    if (change.password) {
        auto made = hash_password(*change.password, cost_);
        if (!made) return made.error();
        hash = std::move(*made);
    }
    const std::lock_guard hold(admin_mutex_);
    auto row = settings_.user(name);
    if (!row) return row.error();
    if (change.role && *change.role != Role::admin && row->role == to_string(Role::admin))
        if (auto kept = keep_an_admin(name); !kept) return kept;
    if (change.role) row->role = to_string(*change.role);
    if (change.cameras) row->cameras = *change.cameras;
    if (hash) row->password_hash = *hash;
    if (auto updated = settings_.update_user(*row); !updated) return updated;
    if (hash)
        if (auto ended = settings_.remove_sessions(name, ""); !ended) return ended;
    audit(by, "user changed",
          fmt::format("{}: {}, {}{}", name, row->role, describe(row->cameras), change.password ? ", new password" : ""));
    return {};
}

Status Accounts::remove(const std::string& name, const Actor& by) {
    const std::lock_guard hold(admin_mutex_);
    const auto row = settings_.user(name);
    if (!row) return row.error();
    if (row->role == to_string(Role::admin))
        if (auto kept = keep_an_admin(name); !kept) return kept;
    if (auto removed = settings_.remove_user(name); !removed) return removed;
    audit(by, "user removed", name);
    return {};
}

Result<store::UserRow> Accounts::log_in(const std::string& name, const std::string& password, const std::string& address,
                                        seconds& retry_after) {
    if (password.size() > 1024 || !check_user_name(name)) return kWrong;
    if (const auto wait = guard_.begin(name, address)) {
        retry_after = *wait;
        return locked(*wait);
    }
    auto row = settings_.user(name);
    if (!row && row.error().code != errc::not_found) return row.error();
    // The same work whether the name exists or not, so that time tells nothing.
    const bool matches = password_matches(row ? row->password_hash : dummy_hash_, password);
    if (!row || !matches) {
        const auto standing = guard_.standing(name);
        if (row) (void)settings_.record_login(name, standing.failures, standing.locked_until, std::nullopt);
        audit({name, address}, "login failed", "");
        return kWrong;
    }
    guard_.succeeded(name, address);
    row->last_login = clock_.now();
    if (auto recorded = settings_.record_login(name, 0, std::nullopt, row->last_login); !recorded) return recorded.error();
    return row;
}

Status Accounts::change_own_password(const std::string& name, const std::string& old_password,
                                     const std::string& new_password, const std::string& kept_session, const Actor& by,
                                     seconds& retry_after) {
    if (auto good = check_password(new_password, name); !good) return good;
    auto row = log_in(name, old_password, by.address, retry_after);
    if (!row && row.error().code == errc::unauthenticated) return fail(errc::forbidden, "the old password is wrong");
    if (!row) return row.error();
    auto hash = hash_password(new_password, cost_);
    if (!hash) return hash.error();
    row->password_hash = std::move(*hash);
    if (auto updated = settings_.update_user(*row); !updated) return updated;
    if (auto ended = settings_.remove_sessions(name, kept_session); !ended) return ended;
    audit(by, "password changed", name);
    return {};
}

}  // namespace vantage::serve
