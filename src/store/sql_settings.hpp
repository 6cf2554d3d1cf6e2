// SPDX-License-Identifier: Apache-2.0
// The settings in SQL. Internal to store.
#pragma once
#include "store/database.hpp"
#include "store/settings.hpp"

namespace vantage::store {

class SqlSettings final : public Settings {
  public:
    explicit SqlSettings(std::unique_ptr<Database> database) : db_(std::move(database)) {}

    [[nodiscard]] Result<std::vector<UserRow>> users() const override;
    [[nodiscard]] Result<UserRow> user(const std::string& name) const override;
    Status add_user(const UserRow& user) override;
    Status update_user(const UserRow& user) override;
    Status remove_user(const std::string& name) override;
    Status record_login(const std::string& name, int failed_logins, std::optional<UtcTime> locked_until,
                        std::optional<UtcTime> last_login) override;
    Status add_session(const SessionRow& session) override;
    [[nodiscard]] Result<SessionRow> session(const std::string& id_hash) const override;
    [[nodiscard]] Result<std::vector<SessionRow>> sessions() const override;
    Status extend_session(const std::string& id_hash, UtcTime expires) override;
    Status remove_session(const std::string& id_hash) override;
    Status remove_sessions(const std::string& user, const std::string& but_id_hash) override;
    Status remove_expired(UtcTime now) override;
    Status add_token(const TokenRow& token) override;
    [[nodiscard]] Result<std::vector<TokenRow>> tokens() const override;
    [[nodiscard]] Result<TokenRow> token_by_hash(const std::string& token_hash) const override;
    Status touch_token(const std::string& id, UtcTime last_used) override;
    Status remove_token(const std::string& id) override;
    [[nodiscard]] Result<std::vector<StreamPasswordRow>> stream_passwords() const override;
    [[nodiscard]] Result<StreamPasswordRow> stream_password(const std::string& user) const override;
    Status put_stream_password(const StreamPasswordRow& row) override;
    [[nodiscard]] Result<std::vector<CameraRow>> cameras() const override;
    Status add_camera(const CameraRow& camera) override;
    Status update_camera(const CameraRow& camera) override;
    Status remove_camera(const std::string& id) override;
    [[nodiscard]] Result<std::vector<PushRow>> pushes() const override;
    Status add_push(const PushRow& push) override;
    Status update_push(const PushRow& push) override;
    Status remove_push(const std::string& id) override;
    Status remove_pushes(const std::string& camera) override;
    Result<std::int64_t> add_protection(const ProtectionRow& protection) override;
    [[nodiscard]] Result<std::vector<ProtectionRow>> protections() const override;
    Status remove_protection(std::int64_t id) override;
    Status append_audit(const AuditRow& entry) override;
    [[nodiscard]] Result<std::vector<AuditRow>> audit(std::int64_t before, std::size_t most) const override;
    [[nodiscard]] Result<std::optional<std::string>> value(const std::string& name) const override;
    Status put_value(const std::string& name, const std::string& value) override;
    Status remove_value(const std::string& name) override;

  private:
    const std::unique_ptr<Database> db_;  // locks itself
};

// An optional time as SOCI binds it, both ways.
struct OptionalTime {
    OptionalTime() = default;
    explicit OptionalTime(std::optional<UtcTime> t) : us(t ? to_column(*t) : 0), has(presence(t.has_value())) {}
    [[nodiscard]] std::optional<UtcTime> value() const {
        return has == soci::i_ok ? std::optional(from_column(us)) : std::nullopt;
    }
    long long us{0};
    soci::indicator has{soci::i_null};
};

// Runs a statement that must change a row; not_found with `what` when it changed none. The caller counts.
Status must_change(soci::statement& statement, const std::string& what);

}  // namespace vantage::store
