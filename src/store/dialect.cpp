// SPDX-License-Identifier: Apache-2.0
#include "store/dialect.hpp"

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace vantage::store {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

errc kind_of(const soci::sqlite3_soci_error& error) {
    const std::string_view text = error.what();
    switch (error.result()) {
        case SQLITE_FULL:
            return errc::disk_full;
        case SQLITE_IOERR:
        case SQLITE_READONLY:
            return errc::io;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return errc::malformed;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CANTOPEN:
            return errc::unavailable;
        case SQLITE_CONSTRAINT:
            if (text.find("FOREIGN KEY") != text.npos) return errc::not_found;
            if (text.find("UNIQUE") != text.npos) return errc::already_exists;
            return errc::invalid_argument;
        default:
            return errc::internal;
    }
}

}  // namespace

void connect(soci::session& sql, const std::filesystem::path& file) {
    sql.open(soci::sqlite3, fmt::format("db=\"{}\"", file.string()));
    std::string mode;
    int number = 0;
    sql << "PRAGMA busy_timeout = 5000", soci::into(number);
    sql << "PRAGMA journal_mode = WAL", soci::into(mode);
    sql << "PRAGMA synchronous = FULL";
    sql << "PRAGMA foreign_keys = ON";
    sql << "PRAGMA journal_size_limit = 16777216", soci::into(number);
}

std::string adapt_schema(std::string statement) {
    replace_all(statement, "$ID", "INTEGER PRIMARY KEY AUTOINCREMENT");
    replace_all(statement, "$KEY", "INTEGER PRIMARY KEY");
    return statement;
}

const char* begin_write() {
    return "BEGIN IMMEDIATE";
}

Error describe(const std::exception& error, std::string_view what) {
    if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error))
        return fail(kind_of(*sqlite), fmt::format("{}: {}", what, sqlite->get_error_message()));
    return fail(errc::internal, fmt::format("{}: {}", what, error.what()));
}

Status check_integrity(soci::session& sql) {
    std::string found;
    sql << "PRAGMA integrity_check(1)", soci::into(found);
    if (found != "ok") return fail(errc::malformed, found);
    return {};
}

}  // namespace vantage::store
