// SPDX-License-Identifier: Apache-2.0
#include "store/schema.hpp"

namespace vantage::store {
namespace {

// `segments` is narrow: what is wide lies in tables of its own, so that a day of rows is a few pages.
// state: 0 open, 1 closed, 2 recovered. removing: 1 from begin_removal on. generation: the reindex that last saw the row.
const std::vector<const char*> kCatalog1{
    "CREATE TABLE volumes (id TEXT PRIMARY KEY NOT NULL, path TEXT NOT NULL, generation BIGINT NOT NULL, indexed INTEGER "
    "NOT NULL)",
    "CREATE TABLE inits (id $ID, hash TEXT NOT NULL UNIQUE, data TEXT NOT NULL)",
    "CREATE TABLE segments (id $ID, camera TEXT NOT NULL, stream TEXT NOT NULL, volume TEXT NOT NULL REFERENCES "
    "volumes(id), "
    "path TEXT NOT NULL, state INTEGER NOT NULL, start_us BIGINT NOT NULL, end_us BIGINT NOT NULL, bytes BIGINT NOT NULL, "
    "init_id BIGINT REFERENCES inits(id), timing_source TEXT NOT NULL, timing_offset_us BIGINT NOT NULL, "
    "timing_ppm DOUBLE PRECISION NOT NULL, timing_uncertainty_us BIGINT NOT NULL, protected INTEGER NOT NULL, "
    "removing INTEGER NOT NULL, generation BIGINT NOT NULL, UNIQUE (volume, path))",
    "CREATE INDEX segments_by_time ON segments (camera, stream, start_us)",
    "CREATE INDEX segments_open ON segments (volume) WHERE state = 0",
    "CREATE INDEX segments_removing ON segments (volume) WHERE removing = 1",
    "CREATE TABLE fragment_tables (segment_id $KEY REFERENCES segments(id) ON DELETE CASCADE, data TEXT NOT NULL)",
    "CREATE TABLE gaps (id $ID, camera TEXT NOT NULL, stream TEXT NOT NULL, start_us BIGINT NOT NULL, end_us BIGINT, "
    "reason TEXT NOT NULL)",
    "CREATE INDEX gaps_by_time ON gaps (camera, stream, start_us)",
    "CREATE INDEX gaps_open ON gaps (camera, stream) WHERE end_us IS NULL",
};

// front_breaks: 1 where a discontinuity stands before the first entry. Times of media are ticks of 1/90000 s since 1970.
const std::vector<const char*> kCatalog2{
    "CREATE TABLE playlists (camera TEXT NOT NULL, stream TEXT NOT NULL, from_us BIGINT NOT NULL, anchor_ticks BIGINT NOT "
    "NULL, number BIGINT NOT NULL, discontinuity BIGINT NOT NULL, front_ticks BIGINT NOT NULL, front_breaks INTEGER NOT "
    "NULL, target_ticks BIGINT NOT NULL, PRIMARY KEY (camera, stream, from_us))",
    "CREATE TABLE numbers (name TEXT PRIMARY KEY NOT NULL, next BIGINT NOT NULL)",
};

// Thumbnails may outlive their segment: no reference to it.
const std::vector<const char*> kCatalog3{
    "CREATE TABLE thumb_packs (id $ID, camera TEXT NOT NULL, stream TEXT NOT NULL, volume TEXT NOT NULL REFERENCES "
    "volumes(id), path TEXT NOT NULL, start_us BIGINT NOT NULL, end_us BIGINT NOT NULL, bytes BIGINT NOT NULL, generation "
    "BIGINT NOT NULL, UNIQUE (volume, path))",
    "CREATE INDEX thumb_packs_by_time ON thumb_packs (camera, start_us)",
    "CREATE INDEX thumb_packs_by_stream ON thumb_packs (camera, stream, volume, start_us)",
    "CREATE INDEX thumb_packs_by_length ON thumb_packs ((end_us - start_us))",
    "CREATE TABLE thumb_tables (pack_id $KEY REFERENCES thumb_packs(id) ON DELETE CASCADE, data TEXT NOT NULL)",
};

// What a protection that is gone has left is looked for.
const std::vector<const char*> kCatalog4{
    "CREATE INDEX segments_protected ON segments (volume) WHERE protected = 1",
};

const std::vector<const char*> kSettings1{
    "CREATE TABLE users (name TEXT PRIMARY KEY NOT NULL, password_hash TEXT NOT NULL, role TEXT NOT NULL, all_cameras "
    "INTEGER NOT "
    "NULL, created_us BIGINT NOT NULL, last_login_us BIGINT, failed_logins INTEGER NOT NULL, locked_until_us BIGINT)",
    "CREATE TABLE user_cameras (user_name TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE, camera TEXT NOT NULL, "
    "PRIMARY KEY (user_name, camera))",
    "CREATE TABLE sessions (id_hash TEXT PRIMARY KEY NOT NULL, user_name TEXT NOT NULL REFERENCES users(name) ON DELETE "
    "CASCADE, "
    "csrf TEXT NOT NULL, created_us BIGINT NOT NULL, expires_us BIGINT NOT NULL, address TEXT NOT NULL)",
    "CREATE INDEX sessions_by_user ON sessions (user_name)",
    "CREATE TABLE tokens (id TEXT PRIMARY KEY NOT NULL, token_hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, "
    "user_name TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE, created_us BIGINT NOT NULL, last_used_us BIGINT, "
    "expires_us BIGINT)",
    "CREATE INDEX tokens_by_user ON tokens (user_name)",
    "CREATE TABLE cameras (id TEXT PRIMARY KEY NOT NULL, config_json TEXT NOT NULL)",
    "CREATE TABLE protections (id $ID, camera TEXT NOT NULL, stream TEXT NOT NULL, start_us BIGINT NOT NULL, end_us BIGINT "
    "NOT NULL, "
    "reason TEXT NOT NULL, created_us BIGINT NOT NULL)",
    "CREATE TABLE audit (id $ID, time_us BIGINT NOT NULL, user_name TEXT NOT NULL, address TEXT NOT NULL, action TEXT NOT "
    "NULL, "
    "detail TEXT NOT NULL)",
    "CREATE TABLE settings_values (name TEXT PRIMARY KEY NOT NULL, content TEXT NOT NULL)",
};

const std::vector<const char*> kSettings2{
    "CREATE TABLE stream_passwords (user_name TEXT PRIMARY KEY NOT NULL REFERENCES users(name) ON DELETE CASCADE, sealed "
    "TEXT NOT NULL, created_us BIGINT NOT NULL)",
};

const std::vector<const char*> kSettings3{
    "CREATE TABLE pushes (id TEXT PRIMARY KEY NOT NULL, camera TEXT NOT NULL, name TEXT NOT NULL, sealed_url TEXT NOT NULL, "
    "stream TEXT NOT NULL, enabled INTEGER NOT NULL, silence INTEGER NOT NULL, verify INTEGER NOT NULL, created_us BIGINT "
    "NOT NULL)",
};

}  // namespace

Migrations catalog_migrations() {
    return {kCatalog1, kCatalog2, kCatalog3, kCatalog4};
}
Migrations settings_migrations() {
    return {kSettings1, kSettings2, kSettings3};
}

}  // namespace vantage::store
