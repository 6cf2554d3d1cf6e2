// SPDX-License-Identifier: Apache-2.0
// Thumbnails in the catalogue.
#include "base/base64.hpp"
#include "store/sql_catalog.hpp"
#include "store/sql_rows.hpp"

#include <fmt/format.h>

#include <limits>

namespace vantage::store {
using soci::into;
using soci::use;
namespace {

// SELECT ... FROM thumb_packs <tail>, with what `bind` binds.
template <class Bind>
Result<std::vector<ThumbPackRow>> select_packs(soci::session& sql, const std::string& tail, Bind&& bind) {
    long long id = 0, start = 0, end = 0, bytes = 0;
    std::string camera, stream, volume, path;
    auto prepared = sql.prepare << "SELECT id, camera, stream, volume, path, start_us, end_us, bytes FROM thumb_packs "
                                << tail;
    bind(prepared);
    soci::statement statement =
        (prepared, into(id), into(camera), into(stream), into(volume), into(path), into(start), into(end), into(bytes));
    statement.execute();
    std::vector<ThumbPackRow> rows;
    while (statement.fetch()) {
        auto key = parse_stream(camera, stream);
        if (!key) return key.error();
        rows.push_back({.id = id,
                        .stream = std::move(*key),
                        .volume = volume,
                        .path = path,
                        .start = from_column(start),
                        .end = from_column(end),
                        .bytes = static_cast<std::uint64_t>(bytes)});
    }
    return rows;
}

}  // namespace

Result<std::int64_t> SqlCatalog::put_thumbs(const ThumbPackRow& row, ByteView table) {
    return db_->write(fmt::format("catalogue: thumbnails {}", row.path), [&](soci::session& sql) -> Result<std::int64_t> {
        const std::string camera = row.stream.camera.str(), kind = to_string(row.stream.kind), data = to_base64(table);
        const long long start = to_column(row.start), end = to_column(row.end);
        const auto bytes = static_cast<long long>(row.bytes);
        long long id = 0;
        sql << "INSERT INTO thumb_packs (camera, stream, volume, path, start_us, end_us, bytes, generation) VALUES "
               "(:camera, "
               ":stream, :volume, :path, :start, :end, :bytes, COALESCE((SELECT generation FROM volumes WHERE id = "
               ":volume2), 0)) ON CONFLICT (volume, path) DO UPDATE SET camera = excluded.camera, stream = excluded.stream, "
               "start_us = excluded.start_us, end_us = excluded.end_us, bytes = excluded.bytes, generation = "
               "excluded.generation RETURNING id",
            use(camera), use(kind), use(row.volume), use(row.path), use(start), use(end), use(bytes), use(row.volume),
            into(id);
        sql << "INSERT INTO thumb_tables (pack_id, data) VALUES (:id, :data) "
               "ON CONFLICT (pack_id) DO UPDATE SET data = excluded.data",
            use(id), use(data);
        noticed_length(longest_pack_us_, row.start, row.end);
        return id;
    });
}

Status SqlCatalog::remove_thumbs(const std::string& volume, std::span<const std::string> paths) {
    if (paths.empty()) return {};
    return db_->write("catalogue: remove thumbnails", [&](soci::session& sql) -> Status {
        for (const auto& path : paths)
            sql << "DELETE FROM thumb_packs WHERE volume = :volume AND path = :path", use(volume), use(path);
        return {};
    });
}

Result<ThumbPackRow> SqlCatalog::thumbs_at(const std::string& volume, const std::string& path) const {
    return db_->read("catalogue: thumbnails", [&](soci::session& sql) -> Result<ThumbPackRow> {
        auto rows = select_packs(sql, "WHERE volume = :volume AND path = :path",
                                 [&](auto& prepared) { prepared, use(volume), use(path); });
        if (!rows) return rows.error();
        if (rows->empty()) return fail(errc::not_found, fmt::format("there are no thumbnails {}", path));
        return std::move(rows->front());
    });
}

Result<std::vector<ThumbPackRow>> SqlCatalog::thumbs_within(const CameraId& camera, UtcTime from, UtcTime to) const {
    return db_->read("catalogue: thumbnails of a span", [&](soci::session& sql) {
        const long long first = to_column(from), last = to_column(to), lookback = longest_pack_us_;
        const long long earliest = std::max(first, std::numeric_limits<long long>::min() + lookback) - lookback;
        return select_packs(sql,
                            "WHERE camera = :camera AND start_us >= :earliest AND start_us <= :last AND end_us >= :first "
                            "ORDER BY start_us, id",
                            [&](auto& prepared) { prepared, use(camera.str()), use(earliest), use(last), use(first); });
    });
}

Result<std::vector<ThumbPackRow>> SqlCatalog::thumbs_around(const CameraId& camera, UtcTime t) const {
    return db_->read("catalogue: thumbnails around a time", [&](soci::session& sql) {
        const long long time = to_column(t);
        const auto bind = [&](auto& prepared) { prepared, use(camera.str()), use(time); };
        auto rows =
            select_packs(sql, "WHERE camera = :camera AND start_us <= :time ORDER BY start_us DESC, id DESC LIMIT 1", bind);
        auto after = select_packs(sql, "WHERE camera = :camera AND start_us > :time ORDER BY start_us, id LIMIT 1", bind);
        if (rows && !after) return after;
        if (rows) rows->insert(rows->end(), after->begin(), after->end());
        return rows;
    });
}

Result<std::vector<ThumbPackRow>> SqlCatalog::oldest_thumbs(const StreamKey& stream, const std::string& volume,
                                                            UtcTime before, std::size_t most) const {
    return db_->read("catalogue: oldest thumbnails", [&](soci::session& sql) {
        const std::string kind = to_string(stream.kind);
        const long long time = to_column(before);
        const auto limit = static_cast<long long>(most);
        return select_packs(
            sql,
            "WHERE camera = :camera AND stream = :stream AND volume = :volume AND start_us < :before "
            "ORDER BY start_us, id LIMIT :most",
            [&](auto& prepared) { prepared, use(stream.camera.str()), use(kind), use(volume), use(time), use(limit); });
    });
}

Result<std::vector<StreamKey>> SqlCatalog::streams_with_thumbs(const std::string& volume) const {
    return db_->read("catalogue: streams with thumbnails", [&](soci::session& sql) -> Result<std::vector<StreamKey>> {
        std::vector<StreamKey> out;
        std::string camera, stream;
        // From camera to camera by the index: DISTINCT would read every row of a year.
        soci::statement statement =
            (sql.prepare
                 << "WITH RECURSIVE cameras (camera) AS (SELECT MIN(camera) FROM thumb_packs UNION ALL SELECT (SELECT "
                    "MIN(camera) FROM thumb_packs WHERE camera > cameras.camera) FROM cameras WHERE camera IS NOT "
                    "NULL) SELECT cameras.camera, kinds.stream FROM cameras, (SELECT 'main' AS stream UNION ALL "
                    "SELECT 'sub') AS kinds WHERE cameras.camera IS NOT NULL AND EXISTS (SELECT 1 FROM thumb_packs "
                    "AS p WHERE p.camera = cameras.camera AND p.stream = kinds.stream AND p.volume = :volume) ORDER "
                    "BY cameras.camera, kinds.stream",
             use(volume), into(camera), into(stream));
        statement.execute();
        while (statement.fetch()) {
            auto key = parse_stream(camera, stream);
            if (!key) return key.error();
            out.push_back(std::move(*key));
        }
        return out;
    });
}

Result<Bytes> SqlCatalog::thumbs_table(std::int64_t id) const {
    return db_->read("catalogue: table of thumbnails", [&](soci::session& sql) -> Result<Bytes> {
        const long long key = id;
        std::string text;
        sql << "SELECT data FROM thumb_tables WHERE pack_id = :id", use(key), into(text);
        if (!sql.got_data()) return fail(errc::not_found, fmt::format("there are no thumbnails {}", id));
        return from_base64(text);
    });
}

}  // namespace vantage::store
