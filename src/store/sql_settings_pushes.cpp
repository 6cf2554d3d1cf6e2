// SPDX-License-Identifier: Apache-2.0
// Pushes to RTMP servers.
#include "store/sql_settings.hpp"

#include <fmt/format.h>

namespace vantage::store {
using soci::into;
using soci::use;

Result<std::vector<PushRow>> SqlSettings::pushes() const {
    return db_->read("settings: pushes", [](soci::session& sql) -> Result<std::vector<PushRow>> {
        std::vector<PushRow> rows;
        PushRow row;
        int enabled = 0, silence = 0, verify = 0;
        long long created = 0;
        soci::statement statement =
            (sql.prepare << "SELECT id, camera, name, sealed_url, stream, enabled, silence, verify, created_us FROM pushes "
                            "ORDER BY created_us, id",
             into(row.id), into(row.camera), into(row.name), into(row.sealed_url), into(row.stream), into(enabled),
             into(silence), into(verify), into(created));
        statement.execute();
        while (statement.fetch()) {
            row.enabled = enabled != 0;
            row.silence = silence != 0;
            row.verify = verify != 0;
            row.created = from_column(created);
            rows.push_back(row);
        }
        return rows;
    });
}

Status SqlSettings::add_push(const PushRow& push) {
    return db_->write("settings: add push", [&](soci::session& sql) -> Status {
        int known = 0;
        sql << "SELECT COUNT(*) FROM pushes WHERE id = :id", use(push.id), into(known);
        if (known != 0) return fail(errc::already_exists, fmt::format("there is a push '{}' already", push.id));
        const int enabled = push.enabled, silence = push.silence, verify = push.verify;
        const long long created = to_column(push.created);
        sql << "INSERT INTO pushes (id, camera, name, sealed_url, stream, enabled, silence, verify, created_us) VALUES "
               "(:id, "
               ":camera, :name, :url, :stream, :enabled, :silence, :verify, :created)",
            use(push.id), use(push.camera), use(push.name), use(push.sealed_url), use(push.stream), use(enabled),
            use(silence), use(verify), use(created);
        return {};
    });
}

Status SqlSettings::update_push(const PushRow& push) {
    return db_->write("settings: change push", [&](soci::session& sql) -> Status {
        const int enabled = push.enabled, silence = push.silence, verify = push.verify;
        soci::statement statement =
            (sql.prepare
                 << "UPDATE pushes SET name = :name, sealed_url = :url, stream = :stream, enabled = :enabled, silence "
                    "= :silence, verify = :verify WHERE id = :id",
             use(push.name), use(push.sealed_url), use(push.stream), use(enabled), use(silence), use(verify), use(push.id));
        return must_change(statement, fmt::format("push '{}'", push.id));
    });
}

Status SqlSettings::remove_push(const std::string& id) {
    return db_->write("settings: remove push", [&](soci::session& sql) -> Status {
        soci::statement statement = (sql.prepare << "DELETE FROM pushes WHERE id = :id", use(id));
        return must_change(statement, fmt::format("push '{}'", id));
    });
}

Status SqlSettings::remove_pushes(const std::string& camera) {
    return db_->write("settings: remove pushes", [&](soci::session& sql) -> Status {
        sql << "DELETE FROM pushes WHERE camera = :camera", use(camera);
        return {};
    });
}

}  // namespace vantage::store
