// SPDX-License-Identifier: Apache-2.0
// Cameras of the page, protections, audit log, values.
#include "store/sql_settings.hpp"

#include "store/schema.hpp"
#include "store/sql_rows.hpp"

#include <fmt/format.h>

#include <limits>

namespace vantage::store {
using soci::into;
using soci::use;

namespace {
constexpr long long kAuditEntries = 100'000;
constexpr long long kAuditSlack = 1'000;  // so many more before the oldest go, so that not every entry costs a deletion
}  // namespace

Status must_change(soci::statement& statement, const std::string& what) {
    statement.execute(true);
    if (statement.get_affected_rows() > 0) return {};
    return fail(errc::not_found, fmt::format("there is no {}", what));
}

Result<std::vector<CameraRow>> SqlSettings::cameras() const {
    return db_->read("settings: cameras", [](soci::session& sql) -> Result<std::vector<CameraRow>> {
        std::vector<CameraRow> cameras;
        CameraRow camera;
        soci::statement statement =
            (sql.prepare << "SELECT id, config_json FROM cameras ORDER BY id", into(camera.id), into(camera.config_json));
        statement.execute();
        while (statement.fetch()) cameras.push_back(camera);
        return cameras;
    });
}

Status SqlSettings::add_camera(const CameraRow& camera) {
    return db_->write("settings: add camera", [&](soci::session& sql) -> Status {
        int known = 0;
        sql << "SELECT COUNT(*) FROM cameras WHERE id = :id", use(camera.id), into(known);
        if (known != 0) return fail(errc::already_exists, fmt::format("there is a camera '{}' already", camera.id));
        sql << "INSERT INTO cameras (id, config_json) VALUES (:id, :config)", use(camera.id), use(camera.config_json);
        return {};
    });
}

Status SqlSettings::update_camera(const CameraRow& camera) {
    return db_->write("settings: change camera", [&](soci::session& sql) -> Status {
        soci::statement statement = (sql.prepare << "UPDATE cameras SET config_json = :config WHERE id = :id",
                                     use(camera.config_json), use(camera.id));
        return must_change(statement, fmt::format("camera '{}'", camera.id));
    });
}

Status SqlSettings::remove_camera(const std::string& id) {
    return db_->write("settings: remove camera", [&](soci::session& sql) -> Status {
        soci::statement statement = (sql.prepare << "DELETE FROM cameras WHERE id = :id", use(id));
        return must_change(statement, fmt::format("camera '{}'", id));
    });
}

Result<std::int64_t> SqlSettings::add_protection(const ProtectionRow& protection) {
    if (protection.end <= protection.start) return fail(errc::invalid_argument, "a protection must end after it starts");
    return db_->write("settings: protect", [&](soci::session& sql) -> Result<std::int64_t> {
        const std::string camera = protection.stream.camera.str(), kind = to_string(protection.stream.kind);
        const long long start = to_column(protection.start), end = to_column(protection.end);
        const long long created = to_column(protection.created);
        long long id = 0;
        sql << "INSERT INTO protections (camera, stream, start_us, end_us, reason, created_us) VALUES (:camera, :stream, "
               ":start, "
               ":end, :reason, :created) RETURNING id",
            use(camera), use(kind), use(start), use(end), use(protection.reason), use(created), into(id);
        return id;
    });
}

Result<std::vector<ProtectionRow>> SqlSettings::protections() const {
    return db_->read("settings: protections", [](soci::session& sql) -> Result<std::vector<ProtectionRow>> {
        std::vector<ProtectionRow> rows;
        long long id = 0, start = 0, end = 0, created = 0;
        std::string camera, stream, reason;
        soci::statement statement =
            (sql.prepare
                 << "SELECT id, camera, stream, start_us, end_us, reason, created_us FROM protections ORDER BY start_us, id",
             into(id), into(camera), into(stream), into(start), into(end), into(reason), into(created));
        statement.execute();
        while (statement.fetch()) {
            auto key = parse_stream(camera, stream);
            if (!key) return key.error();
            rows.push_back({.id = id,
                            .stream = std::move(*key),
                            .start = from_column(start),
                            .end = from_column(end),
                            .reason = reason,
                            .created = from_column(created)});
        }
        return rows;
    });
}

Status SqlSettings::remove_protection(std::int64_t id) {
    return db_->write("settings: unprotect", [&](soci::session& sql) -> Status {
        const long long key = id;
        soci::statement statement = (sql.prepare << "DELETE FROM protections WHERE id = :id", use(key));
        return must_change(statement, fmt::format("protection {}", id));
    });
}

Status SqlSettings::append_audit(const AuditRow& entry) {
    return db_->write("settings: audit", [&](soci::session& sql) -> Status {
        const long long time = to_column(entry.time);
        long long id = 0;
        sql << "INSERT INTO audit (time_us, user_name, address, action, detail) VALUES (:time, :user, :address, :action, "
               ":detail) "
               "RETURNING id",
            use(time), use(entry.user), use(entry.address), use(entry.action), use(entry.detail), into(id);
        if (id % kAuditSlack == 0) {
            const long long oldest_kept = id - kAuditEntries;
            sql << "DELETE FROM audit WHERE id <= :oldest", use(oldest_kept);
        }
        return {};
    });
}

Result<std::vector<AuditRow>> SqlSettings::audit(std::int64_t before, std::size_t most) const {
    return db_->read("settings: audit", [&](soci::session& sql) -> Result<std::vector<AuditRow>> {
        std::vector<AuditRow> entries;
        long long id = 0, time = 0;
        AuditRow entry;
        const long long below = before > 0 ? before : std::numeric_limits<long long>::max();
        const auto limit = static_cast<long long>(most);
        soci::statement statement =
            (sql.prepare << "SELECT id, time_us, user_name, address, action, detail FROM audit WHERE id < "
                            ":before ORDER BY id DESC LIMIT :most",
             use(below), use(limit), into(id), into(time), into(entry.user), into(entry.address), into(entry.action),
             into(entry.detail));
        statement.execute();
        while (statement.fetch()) {
            entry.id = id;
            entry.time = from_column(time);
            entries.push_back(entry);
        }
        return entries;
    });
}

Result<std::optional<std::string>> SqlSettings::value(const std::string& name) const {
    return db_->read("settings: value", [&](soci::session& sql) -> Result<std::optional<std::string>> {
        std::string content;
        sql << "SELECT content FROM settings_values WHERE name = :name", use(name), into(content);
        if (!sql.got_data()) return std::optional<std::string>{};
        return std::optional(content);
    });
}

Status SqlSettings::put_value(const std::string& name, const std::string& value) {
    return db_->write("settings: set value", [&](soci::session& sql) -> Status {
        sql << "INSERT INTO settings_values (name, content) VALUES (:name, :content) "
               "ON CONFLICT (name) DO UPDATE SET content = excluded.content",
            use(name), use(value);
        return {};
    });
}

Status SqlSettings::remove_value(const std::string& name) {
    return db_->write("settings: remove value", [&](soci::session& sql) -> Status {
        sql << "DELETE FROM settings_values WHERE name = :name", use(name);
        return {};
    });
}

Result<std::unique_ptr<Settings>> create_settings(const std::filesystem::path& file, const Clock& clock) {
    // Small enough to be read whole at start.
    auto database = Database::open({.file = file, .migrations = settings_migrations(), .probe = check_integrity}, clock);
    if (!database) return database.error();
    return std::make_unique<SqlSettings>(std::move(*database));
}

}  // namespace vantage::store
