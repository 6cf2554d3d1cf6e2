// SPDX-License-Identifier: Apache-2.0
// Who a request comes from: cookie sessions, API tokens and the one-time tokens of first set-up and of login links. Only
// hashes are stored. A user that was removed, here or by `vantage user`, is out at once; only what is answered without SQL
// (Lookup::recent) may go on for kRemembered. Safe from any thread; blocks on SQL.
#pragma once
#include "base/time.hpp"
#include "serve/accounts.hpp"
#include "serve/identity.hpp"
#include "store/settings.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace vantage::serve {

struct NewSession {
    std::string cookie;  // the secret value; shown once
    std::string csrf;
    Identity who;
};

struct NewToken {
    std::string id;
    std::string token;  // the secret; shown once
};

// Where an identity comes from: the database, or what that said a moment ago, which never blocks.
enum class Lookup : std::uint8_t { stored, recent };

class Sessions {
  public:
    Sessions(store::Settings& settings, const Clock& clock) : settings_(settings), clock_(clock) {}

    static constexpr auto kLifetime = std::chrono::hours(24 * 30);  // since last used
    static constexpr auto kExtendAfter = std::chrono::hours(24);
    static constexpr seconds kRemembered{4};
    static constexpr seconds kAskAgain{3};

    Result<NewSession> begin(const store::UserRow& user, const std::string& address);
    Status end(const std::string& key_hash);
    // unauthenticated for a wrong or expired cookie, or when its user is gone. Using it prolongs it.
    // With Lookup::recent also when it has not been asked for lately.
    Result<Identity> by_cookie(std::string_view cookie, Lookup lookup = Lookup::stored);

    Result<NewToken> make_token(const std::string& user, const std::string& name, std::optional<UtcTime> expires);
    Result<Identity> by_token(std::string_view token, Proof proof, Lookup lookup = Lookup::stored);

    // The identity as it is now; unauthenticated when session, token or user have gone since.
    Result<Identity> again(const Identity& who);

    // A login that works once, within `lifetime`; kept in memory only.
    std::string make_login_token(const std::string& user, seconds lifetime);
    // The user it was made for. unauthenticated when it is wrong, used or too old.
    Result<store::UserRow> use_login_token(std::string_view token);

  private:
    Result<Identity> of_user(const std::string& name, Proof proof, std::string key_hash);
    Result<Identity> by_session_hash(const std::string& key_hash);
    Result<Identity> by_token_hash(const std::string& key_hash, Proof proof);

    Result<Identity> remember(Result<Identity> who);
    Result<Identity> recall(const std::string& key_hash, Proof proof);

    struct Remembered {
        Identity who;
        SteadyTime since;
        bool asked_again{false};  // by one who shows the same key: the others need not
    };
    struct LoginToken {
        std::string user;
        SteadyTime expires;
    };
    store::Settings& settings_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, LoginToken> login_tokens_;  // by hash; guarded by mutex_
    std::map<std::string, UtcTime> touched_;          // token id to when its use was last written; guarded by mutex_
    std::map<std::string, Remembered> remembered_;    // by hash of the key; guarded by mutex_
};

// The one-time token that creates the first admin. Safe from any thread.
class Setup {
  public:
    explicit Setup(Accounts& accounts) : accounts_(accounts) {}

    // While there is no admin: the token to be printed on the console; the same at each call.
    Result<std::optional<std::string>> token();
    // Creates the admin and uses the token up. forbidden for a wrong token or when there is an admin already; overloaded
    // after too many tries from an address.
    Status create_admin(std::string_view token, const std::string& name, const std::string& password,
                        const std::string& address, seconds& retry_after);

  private:
    Accounts& accounts_;
    std::mutex mutex_;
    std::string token_;  // guarded by mutex_
};

}  // namespace vantage::serve
