// SPDX-License-Identifier: Apache-2.0
// Users: their names, roles, passwords, and the rules about them. The page's handlers and `vantage user` both come here.
// Safe from any thread; calls block on SQL and, where a password is involved, some 60 ms on argon2id. Each change is in the
// audit log.
#pragma once
#include "base/time.hpp"
#include "serve/identity.hpp"
#include "serve/login_guard.hpp"
#include "serve/secrets.hpp"
#include "store/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vantage::serve {

// Who changes something: a user and the address it came from; "console" for commands.
struct Actor {
    std::string user;
    std::string address;
};

struct NewUser {
    std::string name;
    std::string password;
    Role role{Role::viewer};
    std::optional<std::vector<std::string>> cameras;
};

struct UserChange {
    std::optional<Role> role;
    std::optional<std::optional<std::vector<std::string>>> cameras;
    std::optional<std::string> password;  // ends the user's sessions
};

// 1 to 64 of letters, digits and . _ - @
Status check_user_name(const std::string& name);
// 10 to 1024 bytes, not the user's name, not one character repeated.
Status check_password(const std::string& password, const std::string& user);

class Accounts {
  public:
    Accounts(store::Settings& settings, const Clock& clock, PasswordCost cost = {});

    [[nodiscard]] Result<std::vector<store::UserRow>> list() const;
    [[nodiscard]] Result<bool> has_admin() const;
    Status add(const NewUser& user, const Actor& by);
    // The last admin stays one: forbidden.
    Status change(const std::string& name, const UserChange& change, const Actor& by);
    Status remove(const std::string& name, const Actor& by);

    // The user when name and password belong together; unauthenticated in the same words and time for a wrong name and a
    // wrong password; overloaded when locked out, then `retry_after` is set.
    Result<store::UserRow> log_in(const std::string& name, const std::string& password, const std::string& address,
                                  seconds& retry_after);
    // unauthenticated when `old_password` is wrong; counts as a login try.
    Status change_own_password(const std::string& name, const std::string& old_password, const std::string& new_password,
                               const std::string& kept_session, const Actor& by, seconds& retry_after);
    // For one-time tokens: the same bound by address, under the name of what they are for.
    LoginGuard& guard() { return guard_; }

    void audit(const Actor& by, std::string action, std::string detail);

  private:
    Status keep_an_admin(const std::string& name) const;

    store::Settings& settings_;
    const Clock& clock_;
    const PasswordCost cost_;
    const std::string dummy_hash_;  // what a password of an unknown user is held against
    LoginGuard guard_;
    std::mutex admin_mutex_;  // held from the check for the last admin to the change
};

}  // namespace vantage::serve
