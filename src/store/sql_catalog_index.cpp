// SPDX-License-Identifier: Apache-2.0
// Volumes, reindex and init segments of the catalogue.
#include "base/base64.hpp"
#include "store/sql_catalog.hpp"
#include "store/sql_rows.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

namespace vantage::store {
using soci::into;
using soci::use;
namespace {

// An index over the bytes themselves would pass PostgreSQL's limit of 2.7 kB an entry.
std::string digest(ByteView bytes) {
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
    return to_base64(hash);
}

// Whoever indexed the row before: its id, protection and removal stay.
constexpr const char* kReplace =
    "ON CONFLICT (volume, path) DO UPDATE SET camera = excluded.camera, stream = excluded.stream, state = excluded.state, "
    "start_us = excluded.start_us, end_us = excluded.end_us, bytes = excluded.bytes, init_id = excluded.init_id, "
    "timing_source = excluded.timing_source, timing_offset_us = excluded.timing_offset_us, "
    "timing_ppm = excluded.timing_ppm, timing_uncertainty_us = excluded.timing_uncertainty_us, "
    "generation = excluded.generation";

}  // namespace

Result<std::int64_t> SqlCatalog::intern_init(ByteView init) {
    const auto hash = digest(init);
    const auto find = [&](soci::session& sql) -> Result<std::int64_t> {
        long long id = 0;
        sql << "SELECT id FROM inits WHERE hash = :hash", use(hash), into(id);
        return sql.got_data() ? id : 0;
    };
    if (auto known = db_->read("catalogue: init", find); !known || *known != 0) return known;
    return db_->write("catalogue: add init", [&](soci::session& sql) -> Result<std::int64_t> {
        const auto text = to_base64(init);
        sql << "INSERT INTO inits (hash, data) VALUES (:hash, :data) ON CONFLICT (hash) DO NOTHING", use(hash), use(text);
        return find(sql);
    });
}

Result<Bytes> SqlCatalog::init(std::int64_t init_id) const {
    return db_->read("catalogue: init", [&](soci::session& sql) -> Result<Bytes> {
        const long long key = init_id;
        std::string text;
        sql << "SELECT data FROM inits WHERE id = :id", use(key), into(text);
        if (!sql.got_data()) return fail(errc::not_found, fmt::format("there is no init segment {}", init_id));
        return from_base64(text);
    });
}

Status SqlCatalog::put_volume(const std::string& id, const std::string& path) {
    return db_->write("catalogue: volume", [&](soci::session& sql) -> Status {
        sql << "INSERT INTO volumes (id, path, generation, indexed) VALUES (:id, :path, 0, 0) "
               "ON CONFLICT (id) DO UPDATE SET path = excluded.path",
            use(id), use(path);
        return {};
    });
}

Result<std::vector<VolumeRow>> SqlCatalog::volumes() const {
    return db_->read("catalogue: volumes", [](soci::session& sql) -> Result<std::vector<VolumeRow>> {
        std::vector<VolumeRow> rows;
        std::string id, path;
        int indexed = 0;
        soci::statement statement =
            (sql.prepare << "SELECT id, path, indexed FROM volumes ORDER BY id", into(id), into(path), into(indexed));
        statement.execute();
        while (statement.fetch()) rows.push_back({.id = id, .path = path, .indexed = indexed != 0});
        return rows;
    });
}

Status SqlCatalog::begin_reindex(const std::string& volume) {
    return db_->write("catalogue: begin reindex", [&](soci::session& sql) -> Status {
        int known = 0;
        sql << "SELECT COUNT(*) FROM volumes WHERE id = :id", use(volume), into(known);
        if (known == 0) return fail(errc::not_found, fmt::format("the catalogue knows no volume {}", volume));
        sql << "UPDATE volumes SET generation = generation + 1 WHERE id = :id", use(volume);
        return {};
    });
}

Status SqlCatalog::reindex_batch(std::span<const IndexedSegment> batch) {
    return write("catalogue: reindex", [&](soci::session& sql) -> Status {
        SegmentInserter inserter(sql, kReplace);
        for (const auto& segment : batch) {
            inserter.insert(segment.row, segment.table);
            noticed_length(longest_segment_us_, segment.row.start, segment.row.end);
        }
        return {};
    });
}

Result<std::size_t> SqlCatalog::end_reindex(const std::string& volume) {
    return write("catalogue: end reindex", [&](soci::session& sql) -> Result<std::size_t> {
        static constexpr const char* kUnseen =
            "FROM segments WHERE volume = :id AND generation < (SELECT generation FROM volumes WHERE id = :id2)";
        long long unseen = 0;
        sql << "SELECT COUNT(*) " << kUnseen, use(volume), use(volume), into(unseen);
        sql << "DELETE " << kUnseen, use(volume), use(volume);
        sql << "DELETE FROM thumb_packs WHERE volume = :id AND generation < (SELECT generation FROM volumes WHERE id = "
               ":id2)",
            use(volume), use(volume);
        sql << "UPDATE volumes SET indexed = 1 WHERE id = :id", use(volume);
        if (auto status = load_sums(sql); !status) return status.error();
        return static_cast<std::size_t>(unseen);
    });
}

}  // namespace vantage::store
