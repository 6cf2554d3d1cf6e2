// SPDX-License-Identifier: Apache-2.0
// Everything that differs between databases, in one place: how to connect, the types of a schema, how a write begins, what
// an error means, the database's own check. Queries are written once, in the SQL that SQLite (3.35+) and PostgreSQL share.
#pragma once
#include "base/result.hpp"

#include <soci/soci.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace vantage::store {

// Connects. `file` exists or its folder does.
// SQLite: write-ahead log, so that readers and the writer do not wait for each other; synchronous FULL, so that what a call
// returned from is still there after a power cut (NORMAL may lose the newest commits; a row `open` that is lost would leave
// a file that nothing knows of; a commit is rare here: two a segment); foreign keys on; a busy database is waited for 5 s.
void connect(soci::session& sql, const std::filesystem::path& file);

// `$ID`: key that the database counts up; `$KEY`: key that the caller gives. "BIGINT" and "TEXT" are the same everywhere.
std::string adapt_schema(std::string statement);

// The statement that begins a transaction that will write. SQLite must take its write lock first: a read that turns into a
// write fails at once when another process wrote in between.
const char* begin_write();

// disk_full, io, malformed (damaged file), unavailable (locked by another process, cannot be opened), already_exists
// (unique), not_found (foreign key), internal.
Error describe(const std::exception& error, std::string_view what);

// Damage that the database finds itself: malformed with its words. Reads everything.
Status check_integrity(soci::session& sql);

}  // namespace vantage::store
