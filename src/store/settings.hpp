// SPDX-License-Identifier: Apache-2.0
// What people set in the page and cannot be rebuilt: users, sessions, tokens, cameras of the page, protections, the audit
// log and a few values. It only keeps them: hashing, expiry and lock-out are policy of those who call. Safe from any thread;
// calls block on SQL, so coroutines post them to a thread pool. No secret is stored in the clear except values that are said
// to be (put).
#pragma once
#include "base/ids.hpp"
#include "base/time.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vantage::store {

struct UserRow {
    std::string name;
    std::string password_hash;                          // argon2id, as libsodium writes it
    std::string role;                                   // "admin", "operator", "viewer"
    std::optional<std::vector<std::string>> cameras{};  // nothing: all
    UtcTime created;
    std::optional<UtcTime> last_login{};
    int failed_logins{0};
    std::optional<UtcTime> locked_until{};
    bool operator==(const UserRow&) const = default;
};

struct SessionRow {
    std::string id_hash;  // hash of the cookie's value
    std::string user;
    std::string csrf;
    UtcTime created;
    UtcTime expires;
    std::string address;  // of the login
    bool operator==(const SessionRow&) const = default;
};

struct TokenRow {
    std::string id;  // public name of the token
    std::string token_hash;
    std::string name;
    std::string user;
    UtcTime created;
    std::optional<UtcTime> last_used{};
    std::optional<UtcTime> expires{};
    bool operator==(const TokenRow&) const = default;
};

// What a user's players log in with over RTSP.
struct StreamPasswordRow {
    std::string user;
    std::string sealed;  // Sealer
    UtcTime created;
    bool operator==(const StreamPasswordRow&) const = default;
};

struct CameraRow {
    std::string id;
    std::string config_json;  // may hold the camera's password: the file's mode is 0600
    bool operator==(const CameraRow&) const = default;
};

// A camera of the page or of the file that is pushed to an RTMP server.
struct PushRow {
    std::string id;  // unique in the whole program
    std::string camera;
    std::string name;
    std::string sealed_url;  // Sealer: it holds the stream key
    std::string stream;      // "main", "sub", "h264", ...
    bool enabled{true};
    bool silence{true};
    bool verify{true};
    UtcTime created;
    bool operator==(const PushRow&) const = default;
};

// Footage of [start, end) that retention must keep.
struct ProtectionRow {
    std::int64_t id{0};  // given by add_protection()
    StreamKey stream;
    UtcTime start, end;
    std::string reason;
    UtcTime created;
    bool operator==(const ProtectionRow&) const = default;
};

struct AuditRow {
    std::int64_t id{0};  // given by append_audit(); grows
    UtcTime time;
    std::string user;
    std::string address;
    std::string action;
    std::string detail;
    bool operator==(const AuditRow&) const = default;
};

class Settings {
  public:
    virtual ~Settings() = default;

    // Users.
    [[nodiscard]] virtual Result<std::vector<UserRow>> users() const = 0;           // by name
    [[nodiscard]] virtual Result<UserRow> user(const std::string& name) const = 0;  // not_found
    virtual Status add_user(const UserRow& user) = 0;                               // already_exists
    virtual Status update_user(const UserRow& user) = 0;                            // all fields but name; not_found
    virtual Status remove_user(const std::string& name) = 0;  // with its sessions and tokens; not_found
    // Of the fields that each login changes, only these; not_found.
    virtual Status record_login(const std::string& name, int failed_logins, std::optional<UtcTime> locked_until,
                                std::optional<UtcTime> last_login) = 0;  // last_login: nothing keeps the stored one

    // Sessions. The user must exist (not_found).
    virtual Status add_session(const SessionRow& session) = 0;
    [[nodiscard]] virtual Result<SessionRow> session(const std::string& id_hash) const = 0;  // not_found
    [[nodiscard]] virtual Result<std::vector<SessionRow>> sessions() const = 0;
    virtual Status extend_session(const std::string& id_hash, UtcTime expires) = 0;               // not_found
    virtual Status remove_session(const std::string& id_hash) = 0;                                // gone is good
    virtual Status remove_sessions(const std::string& user, const std::string& but_id_hash) = 0;  // all but one; "" for all
    virtual Status remove_expired(UtcTime now) = 0;                                               // sessions and tokens

    // Tokens. The user must exist (not_found).
    virtual Status add_token(const TokenRow& token) = 0;
    [[nodiscard]] virtual Result<std::vector<TokenRow>> tokens() const = 0;                         // oldest first
    [[nodiscard]] virtual Result<TokenRow> token_by_hash(const std::string& token_hash) const = 0;  // not_found
    virtual Status touch_token(const std::string& id, UtcTime last_used) = 0;
    virtual Status remove_token(const std::string& id) = 0;  // not_found

    // Stream passwords: at most one a user; it goes with its user.
    [[nodiscard]] virtual Result<std::vector<StreamPasswordRow>> stream_passwords() const = 0;           // by user
    [[nodiscard]] virtual Result<StreamPasswordRow> stream_password(const std::string& user) const = 0;  // not_found
    virtual Status put_stream_password(const StreamPasswordRow& row) = 0;  // replaces; not_found: no such user

    // Cameras of the page.
    [[nodiscard]] virtual Result<std::vector<CameraRow>> cameras() const = 0;  // by id
    virtual Status add_camera(const CameraRow& camera) = 0;                    // already_exists
    virtual Status update_camera(const CameraRow& camera) = 0;                 // not_found
    virtual Status remove_camera(const std::string& id) = 0;                   // not_found

    // Pushes.
    [[nodiscard]] virtual Result<std::vector<PushRow>> pushes() const = 0;  // oldest first
    virtual Status add_push(const PushRow& push) = 0;                       // already_exists
    virtual Status update_push(const PushRow& push) = 0;                    // all fields but id, camera, created; not_found
    virtual Status remove_push(const std::string& id) = 0;                  // not_found
    virtual Status remove_pushes(const std::string& camera) = 0;            // none is good

    // Protections.
    virtual Result<std::int64_t> add_protection(const ProtectionRow& protection) = 0;
    [[nodiscard]] virtual Result<std::vector<ProtectionRow>> protections() const = 0;
    virtual Status remove_protection(std::int64_t id) = 0;  // not_found

    // Audit log: keeps the newest 100,000 entries.
    virtual Status append_audit(const AuditRow& entry) = 0;
    // Newest first, only ids below `before` (0: from the newest), at most `most`.
    [[nodiscard]] virtual Result<std::vector<AuditRow>> audit(std::int64_t before, std::size_t most) const = 0;

    // Single values by name, e.g. the secret that signs links. Bytes that are not text go in as base64 or hex.
    [[nodiscard]] virtual Result<std::optional<std::string>> value(const std::string& name) const = 0;
    virtual Status put_value(const std::string& name, const std::string& value) = 0;
    virtual Status remove_value(const std::string& name) = 0;  // gone is good
};

// Opens or creates `file` (mode 0600, its -wal and -shm too) and brings its schema up to date. A damaged file is moved aside
// as <file>.damaged-<UTC> with a log line and an empty one takes its place. A file of a newer Vantage is refused
// (unsupported).
Result<std::unique_ptr<Settings>> create_settings(const std::filesystem::path& file, const Clock& clock);

}  // namespace vantage::store
