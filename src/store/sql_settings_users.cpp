// SPDX-License-Identifier: Apache-2.0
// Users, their sessions, tokens and stream passwords.
#include "store/sql_settings.hpp"

#include <fmt/format.h>

namespace vantage::store {
using soci::into;
using soci::use;
namespace {

template <class Bind>
std::vector<UserRow> select_users(soci::session& sql, const char* tail, Bind&& bind) {
    UserRow user;
    int all_cameras = 0;
    long long created = 0;
    OptionalTime last_login, locked_until;
    auto prepared =
        sql.prepare << "SELECT name, password_hash, role, all_cameras, created_us, last_login_us, failed_logins, "
                       "locked_until_us FROM users "
                    << tail;
    bind(prepared);
    soci::statement statement =
        (prepared, into(user.name), into(user.password_hash), into(user.role), into(all_cameras), into(created),
         into(last_login.us, last_login.has), into(user.failed_logins), into(locked_until.us, locked_until.has));
    statement.execute();
    std::vector<UserRow> users;
    while (statement.fetch()) {
        users.push_back(user);
        auto& row = users.back();
        row.created = from_column(created);
        row.last_login = last_login.value();
        row.locked_until = locked_until.value();
        if (all_cameras == 0) row.cameras.emplace();
    }
    for (auto& row : users) {
        if (!row.cameras) continue;
        std::string camera;
        soci::statement list = (sql.prepare << "SELECT camera FROM user_cameras WHERE user_name = :name ORDER BY camera",
                                use(row.name), into(camera));
        list.execute();
        while (list.fetch()) row.cameras->push_back(camera);
    }
    return users;
}

void put_cameras(soci::session& sql, const UserRow& user) {
    sql << "DELETE FROM user_cameras WHERE user_name = :name", use(user.name);
    if (!user.cameras) return;
    for (const auto& camera : *user.cameras)
        sql << "INSERT INTO user_cameras (user_name, camera) VALUES (:name, :camera) ON CONFLICT (user_name, camera) DO "
               "NOTHING",
            use(user.name), use(camera);
}

template <class Bind>
std::vector<SessionRow> select_sessions(soci::session& sql, const char* tail, Bind&& bind) {
    SessionRow session;
    long long created = 0, expires = 0;
    auto prepared = sql.prepare << "SELECT id_hash, user_name, csrf, created_us, expires_us, address FROM sessions " << tail;
    bind(prepared);
    soci::statement statement = (prepared, into(session.id_hash), into(session.user), into(session.csrf), into(created),
                                 into(expires), into(session.address));
    statement.execute();
    std::vector<SessionRow> sessions;
    while (statement.fetch()) {
        session.created = from_column(created);
        session.expires = from_column(expires);
        sessions.push_back(session);
    }
    return sessions;
}

template <class Bind>
std::vector<TokenRow> select_tokens(soci::session& sql, const char* tail, Bind&& bind) {
    TokenRow token;
    long long created = 0;
    OptionalTime last_used, expires;
    auto prepared =
        sql.prepare << "SELECT id, token_hash, name, user_name, created_us, last_used_us, expires_us FROM tokens " << tail;
    bind(prepared);
    soci::statement statement = (prepared, into(token.id), into(token.token_hash), into(token.name), into(token.user),
                                 into(created), into(last_used.us, last_used.has), into(expires.us, expires.has));
    statement.execute();
    std::vector<TokenRow> tokens;
    while (statement.fetch()) {
        token.created = from_column(created);
        token.last_used = last_used.value();
        token.expires = expires.value();
        tokens.push_back(token);
    }
    return tokens;
}

template <class Bind>
std::vector<StreamPasswordRow> select_stream_passwords(soci::session& sql, const char* tail, Bind&& bind) {
    StreamPasswordRow row;
    long long created = 0;
    auto prepared = sql.prepare << "SELECT user_name, sealed, created_us FROM stream_passwords " << tail;
    bind(prepared);
    soci::statement statement = (prepared, into(row.user), into(row.sealed), into(created));
    statement.execute();
    std::vector<StreamPasswordRow> rows;
    while (statement.fetch()) {
        row.created = from_column(created);
        rows.push_back(row);
    }
    return rows;
}

}  // namespace

Result<std::vector<UserRow>> SqlSettings::users() const {
    return db_->read("settings: users", [](soci::session& sql) -> Result<std::vector<UserRow>> {
        return select_users(sql, "ORDER BY name", [](auto&) {});
    });
}

Result<UserRow> SqlSettings::user(const std::string& name) const {
    return db_->read("settings: user", [&](soci::session& sql) -> Result<UserRow> {
        auto users = select_users(sql, "WHERE name = :name", [&](auto& prepared) { prepared, use(name); });
        if (users.empty()) return fail(errc::not_found, fmt::format("there is no user '{}'", name));
        return std::move(users.front());
    });
}

Status SqlSettings::add_user(const UserRow& user) {
    return db_->write("settings: add user", [&](soci::session& sql) -> Status {
        int known = 0;
        sql << "SELECT COUNT(*) FROM users WHERE name = :name", use(user.name), into(known);
        if (known != 0) return fail(errc::already_exists, fmt::format("there is a user '{}' already", user.name));
        const int all_cameras = !user.cameras;
        const long long created = to_column(user.created);
        OptionalTime last_login(user.last_login), locked_until(user.locked_until);
        sql << "INSERT INTO users (name, password_hash, role, all_cameras, created_us, last_login_us, failed_logins, "
               "locked_until_us) VALUES (:name, :hash, :role, :all, :created, :login, :failed, :locked)",
            use(user.name), use(user.password_hash), use(user.role), use(all_cameras), use(created),
            use(last_login.us, last_login.has), use(user.failed_logins), use(locked_until.us, locked_until.has);
        put_cameras(sql, user);
        return {};
    });
}

Status SqlSettings::update_user(const UserRow& user) {
    return db_->write("settings: change user", [&](soci::session& sql) -> Status {
        const int all_cameras = !user.cameras;
        const long long created = to_column(user.created);
        OptionalTime last_login(user.last_login), locked_until(user.locked_until);
        soci::statement statement =
            (sql.prepare
                 << "UPDATE users SET password_hash = :hash, role = :role, all_cameras = :all, created_us = :created, "
                    "last_login_us = :login, failed_logins = :failed, locked_until_us = :locked WHERE name = :name",
             use(user.password_hash), use(user.role), use(all_cameras), use(created), use(last_login.us, last_login.has),
             use(user.failed_logins), use(locked_until.us, locked_until.has), use(user.name));
        if (auto status = must_change(statement, fmt::format("user '{}'", user.name)); !status) return status;
        put_cameras(sql, user);
        return {};
    });
}

Status SqlSettings::remove_user(const std::string& name) {
    return db_->write("settings: remove user", [&](soci::session& sql) -> Status {
        soci::statement statement = (sql.prepare << "DELETE FROM users WHERE name = :name", use(name));
        return must_change(statement, fmt::format("user '{}'", name));
    });
}

Status SqlSettings::record_login(const std::string& name, int failed_logins, std::optional<UtcTime> locked_until,
                                 std::optional<UtcTime> last_login) {
    return db_->write("settings: login", [&](soci::session& sql) -> Status {
        OptionalTime locked(locked_until), login(last_login);
        soci::statement statement = (sql.prepare << "UPDATE users SET failed_logins = :failed, locked_until_us = :locked, "
                                                    "last_login_us = COALESCE(:login, last_login_us) WHERE name = :name",
                                     use(failed_logins), use(locked.us, locked.has), use(login.us, login.has), use(name));
        return must_change(statement, fmt::format("user '{}'", name));
    });
}

Status SqlSettings::add_session(const SessionRow& session) {
    return db_->write("settings: add session", [&](soci::session& sql) -> Status {
        const long long created = to_column(session.created), expires = to_column(session.expires);
        sql << "INSERT INTO sessions (id_hash, user_name, csrf, created_us, expires_us, address) VALUES (:id, :user, :csrf, "
               ":created, :expires, :address)",
            use(session.id_hash), use(session.user), use(session.csrf), use(created), use(expires), use(session.address);
        return {};
    });
}

Result<SessionRow> SqlSettings::session(const std::string& id_hash) const {
    return db_->read("settings: session", [&](soci::session& sql) -> Result<SessionRow> {
        auto sessions = select_sessions(sql, "WHERE id_hash = :id", [&](auto& prepared) { prepared, use(id_hash); });
        if (sessions.empty()) return fail(errc::not_found, "there is no such session");
        return std::move(sessions.front());
    });
}

Result<std::vector<SessionRow>> SqlSettings::sessions() const {
    return db_->read("settings: sessions", [](soci::session& sql) -> Result<std::vector<SessionRow>> {
        return select_sessions(sql, "ORDER BY created_us, id_hash", [](auto&) {});
    });
}

Status SqlSettings::extend_session(const std::string& id_hash, UtcTime expires) {
    return db_->write("settings: extend session", [&](soci::session& sql) -> Status {
        const long long until = to_column(expires);
        soci::statement statement =
            (sql.prepare << "UPDATE sessions SET expires_us = :expires WHERE id_hash = :id", use(until), use(id_hash));
        return must_change(statement, "session");
    });
}

Status SqlSettings::remove_session(const std::string& id_hash) {
    return db_->write("settings: remove session", [&](soci::session& sql) -> Status {
        sql << "DELETE FROM sessions WHERE id_hash = :id", use(id_hash);
        return {};
    });
}

Status SqlSettings::remove_sessions(const std::string& user, const std::string& but_id_hash) {
    return db_->write("settings: remove sessions", [&](soci::session& sql) -> Status {
        sql << "DELETE FROM sessions WHERE user_name = :user AND id_hash <> :but", use(user), use(but_id_hash);
        return {};
    });
}

Status SqlSettings::remove_expired(UtcTime now) {
    return db_->write("settings: remove expired", [&](soci::session& sql) -> Status {
        const long long until = to_column(now);
        sql << "DELETE FROM sessions WHERE expires_us <= :now", use(until);
        sql << "DELETE FROM tokens WHERE expires_us <= :now", use(until);
        return {};
    });
}

Status SqlSettings::add_token(const TokenRow& token) {
    return db_->write("settings: add token", [&](soci::session& sql) -> Status {
        const long long created = to_column(token.created);
        OptionalTime last_used(token.last_used), expires(token.expires);
        sql << "INSERT INTO tokens (id, token_hash, name, user_name, created_us, last_used_us, expires_us) VALUES (:id, "
               ":hash, "
               ":name, :user, :created, :used, :expires)",
            use(token.id), use(token.token_hash), use(token.name), use(token.user), use(created),
            use(last_used.us, last_used.has), use(expires.us, expires.has);
        return {};
    });
}

Result<std::vector<TokenRow>> SqlSettings::tokens() const {
    return db_->read("settings: tokens", [](soci::session& sql) -> Result<std::vector<TokenRow>> {
        return select_tokens(sql, "ORDER BY created_us, id", [](auto&) {});
    });
}

Result<TokenRow> SqlSettings::token_by_hash(const std::string& token_hash) const {
    return db_->read("settings: token", [&](soci::session& sql) -> Result<TokenRow> {
        auto tokens = select_tokens(sql, "WHERE token_hash = :hash", [&](auto& prepared) { prepared, use(token_hash); });
        if (tokens.empty()) return fail(errc::not_found, "there is no such token");
        return std::move(tokens.front());
    });
}

Status SqlSettings::touch_token(const std::string& id, UtcTime last_used) {
    return db_->write("settings: use of token", [&](soci::session& sql) -> Status {
        const long long used = to_column(last_used);
        soci::statement statement =
            (sql.prepare << "UPDATE tokens SET last_used_us = :used WHERE id = :id", use(used), use(id));
        return must_change(statement, fmt::format("token '{}'", id));
    });
}

Status SqlSettings::remove_token(const std::string& id) {
    return db_->write("settings: remove token", [&](soci::session& sql) -> Status {
        soci::statement statement = (sql.prepare << "DELETE FROM tokens WHERE id = :id", use(id));
        return must_change(statement, fmt::format("token '{}'", id));
    });
}

Result<std::vector<StreamPasswordRow>> SqlSettings::stream_passwords() const {
    return db_->read("settings: stream passwords", [](soci::session& sql) -> Result<std::vector<StreamPasswordRow>> {
        return select_stream_passwords(sql, "ORDER BY user_name", [](auto&) {});
    });
}

Result<StreamPasswordRow> SqlSettings::stream_password(const std::string& user) const {
    return db_->read("settings: stream password", [&](soci::session& sql) -> Result<StreamPasswordRow> {
        auto rows = select_stream_passwords(sql, "WHERE user_name = :name", [&](auto& prepared) { prepared, use(user); });
        if (rows.empty()) return fail(errc::not_found, fmt::format("user '{}' has no stream password", user));
        return std::move(rows.front());
    });
}

Status SqlSettings::put_stream_password(const StreamPasswordRow& row) {
    return db_->write("settings: stream password", [&](soci::session& sql) -> Status {
        int known = 0;
        sql << "SELECT COUNT(*) FROM users WHERE name = :name", use(row.user), into(known);
        if (known == 0) return fail(errc::not_found, fmt::format("there is no user '{}'", row.user));
        const long long created = to_column(row.created);
        sql << "INSERT INTO stream_passwords (user_name, sealed, created_us) VALUES (:user, :sealed, :created) ON CONFLICT "
               "(user_name) DO UPDATE SET sealed = excluded.sealed, created_us = excluded.created_us",
            use(row.user), use(row.sealed), use(created);
        return {};
    });
}

}  // namespace vantage::store
