// SPDX-License-Identifier: Apache-2.0
#include "store/sql_catalog.hpp"

#include "base/base64.hpp"
#include "store/schema.hpp"
#include "store/sql_rows.hpp"

#include <fmt/format.h>

#include <limits>

namespace vantage::store {
using soci::into;
using soci::use;
namespace {

// Segments are at most 10 minutes (docs/storage.md); a last group of pictures may reach past that.
constexpr long long kLeastLookback = std::chrono::microseconds{std::chrono::minutes{20}}.count();

Result<SegmentRow> only(Result<std::vector<SegmentRow>> rows, const std::string& what) {
    if (!rows) return rows.error();
    if (rows->empty()) return fail(errc::not_found, fmt::format("there is no segment {}", what));
    return std::move(rows->front());
}

}  // namespace

Status SqlCatalog::load() {
    return db_->write("catalogue: add up", [this](soci::session& sql) { return load_sums(sql); });
}

Status SqlCatalog::load_sums(soci::session& sql) {
    std::map<UsageKey, Sum> sums;
    std::string camera, stream, volume;
    long long bytes = 0, count = 0, longest = 0, most = kLeastLookback;
    soci::statement statement =
        (sql.prepare
             << "SELECT camera, stream, volume, CAST(SUM(bytes) AS BIGINT), COUNT(*), MAX(end_us - start_us) FROM segments "
                "GROUP BY camera, stream, volume",
         into(camera), into(stream), into(volume), into(bytes), into(count), into(longest));
    statement.execute();
    while (statement.fetch()) {
        auto key = parse_stream(camera, stream);
        if (!key) return key.error();
        sums[{*key, volume}] = {.bytes = bytes, .segments = count};
        most = std::max(most, longest);
    }
    longest_segment_us_ = most;
    long long gap = 0;
    sql << "SELECT COALESCE(MAX(end_us - start_us), 0) FROM gaps", into(gap);
    longest_gap_us_ = gap;
    long long pack = 0;
    sql << "SELECT COALESCE(MAX(end_us - start_us), 0) FROM thumb_packs", into(pack);
    longest_pack_us_ = pack;
    const std::lock_guard hold(sums_mutex_);
    sums_ = std::move(sums);
    return {};
}

void SqlCatalog::account(const StreamKey& stream, const std::string& volume, long long bytes, long long segments) {
    const std::lock_guard hold(sums_mutex_);
    const auto at = sums_.try_emplace({stream, volume}).first;
    at->second.bytes += bytes;
    at->second.segments += segments;
    if (at->second.segments == 0) sums_.erase(at);
}

void SqlCatalog::noticed_length(std::atomic<long long>& longest, UtcTime start, UtcTime end) {
    const long long length = (end - start).count();
    for (auto known = longest.load(); length > known && !longest.compare_exchange_weak(known, length);) continue;
}

Result<std::int64_t> SqlCatalog::add(const SegmentRow& row, ByteView table) {
    return write(fmt::format("catalogue: add {}", row.path), [&](soci::session& sql) -> Result<std::int64_t> {
        const auto id = SegmentInserter(sql, "").insert(row, table);
        noticed_length(longest_segment_us_, row.start, row.end);
        account(row.stream, row.volume, static_cast<long long>(row.bytes), 1);
        return id;
    });
}

Status SqlCatalog::update(const SegmentRow& row, ByteView table) {
    return write(fmt::format("catalogue: update {}", row.path), [&](soci::session& sql) -> Status {
        SegmentBuffer b(row);
        long long before = 0;
        sql << "SELECT bytes FROM segments WHERE id = :id", use(b.id), into(before);
        if (!sql.got_data()) return fail(errc::not_found, fmt::format("there is no segment {}", row.id));
        sql << "UPDATE segments SET state = :state, start_us = :start, end_us = :end, bytes = :bytes, init_id = :init, "
               "timing_source = :source, timing_offset_us = :offset, timing_ppm = :ppm, timing_uncertainty_us = "
               ":uncertainty, "
               "protected = :protected, generation = COALESCE((SELECT generation FROM volumes WHERE id = :volume), 0) "
               "WHERE id = :id",
            use(b.state), use(b.start), use(b.end), use(b.bytes), use(b.init_id, b.has_init), use(b.timing_source),
            use(b.timing_offset), use(b.timing_ppm), use(b.timing_uncertainty), use(b.is_protected), use(b.volume),
            use(b.id);
        put_table(sql, b.id, table);
        noticed_length(longest_segment_us_, row.start, row.end);
        account(row.stream, row.volume, b.bytes - before, 0);
        return {};
    });
}

template <class F>
Status SqlCatalog::for_each(std::string_view what, std::span<const std::int64_t> ids, F&& f) {
    if (ids.empty()) return {};
    return write(what, [&](soci::session& sql) -> Status {
        for (const long long id : ids)
            if (auto status = f(sql, id); !status) return status;
        return {};
    });
}

Status SqlCatalog::begin_removal(std::span<const std::int64_t> ids) {
    return for_each("catalogue: begin removal", ids, [](soci::session& sql, long long id) -> Status {
        sql << "UPDATE segments SET removing = 1 WHERE id = :id", use(id);
        return {};
    });
}

Status SqlCatalog::remove(std::span<const std::int64_t> ids) {
    return for_each("catalogue: remove", ids, [this](soci::session& sql, long long id) -> Status {
        std::string camera, stream, volume;
        long long bytes = 0;
        sql << "SELECT camera, stream, volume, bytes FROM segments WHERE id = :id", use(id), into(camera), into(stream),
            into(volume), into(bytes);
        if (!sql.got_data()) return {};
        sql << "DELETE FROM segments WHERE id = :id", use(id);
        auto key = parse_stream(camera, stream);
        if (key) account(*key, volume, -bytes, -1);
        return {};
    });
}

Status SqlCatalog::set_protected(std::span<const std::int64_t> ids, bool is_protected) {
    const int flag = is_protected;
    return for_each("catalogue: protect", ids, [flag](soci::session& sql, long long id) -> Status {
        sql << "UPDATE segments SET protected = :flag WHERE id = :id", use(flag), use(id);
        return {};
    });
}

Result<std::vector<SegmentRow>> SqlCatalog::removals(const std::string& volume) const {
    return db_->read("catalogue: removals", [&](soci::session& sql) {
        return select_segments(sql, "WHERE volume = :volume AND removing = 1 ORDER BY start_us, id",
                               [&](auto& prepared) { prepared, use(volume); });
    });
}

Result<SegmentRow> SqlCatalog::segment(std::int64_t id) const {
    return db_->read("catalogue: segment", [&](soci::session& sql) {
        const long long key = id;
        return only(select_segments(sql, "WHERE id = :id AND removing = 0", [&](auto& prepared) { prepared, use(key); }),
                    std::to_string(id));
    });
}

Result<SegmentRow> SqlCatalog::segment_at(const std::string& volume, const std::string& path) const {
    return db_->read("catalogue: segment", [&](soci::session& sql) {
        return only(select_segments(sql, "WHERE volume = :volume AND path = :path",
                                    [&](auto& prepared) { prepared, use(volume), use(path); }),
                    path);
    });
}

Result<std::vector<SegmentRow>> SqlCatalog::overlapping(const StreamKey& stream, UtcTime from, UtcTime to) const {
    return db_->read("catalogue: segments of a span", [&](soci::session& sql) {
        const std::string camera = stream.camera.str(), kind = to_string(stream.kind);
        const long long first = to_column(from), last = to_column(to), lookback = longest_segment_us_;
        const long long earliest = std::max(first, std::numeric_limits<long long>::min() + lookback) - lookback;
        return select_segments(
            sql,
            "WHERE camera = :camera AND stream = :stream AND start_us < :last AND start_us >= :earliest AND "
            "(end_us > :first OR state = 0) AND removing = 0 ORDER BY start_us, id",
            [&](auto& prepared) { prepared, use(camera), use(kind), use(last), use(earliest), use(first); });
    });
}

Result<std::vector<SegmentRow>> SqlCatalog::open_segments(const std::string& volume) const {
    return db_->read("catalogue: open segments", [&](soci::session& sql) {
        return select_segments(sql, "WHERE volume = :volume AND state = 0 AND removing = 0 ORDER BY start_us, id",
                               [&](auto& prepared) { prepared, use(volume); });
    });
}

Result<std::vector<SegmentRow>> SqlCatalog::protected_segments(const std::string& volume) const {
    return db_->read("catalogue: protected segments", [&](soci::session& sql) {
        return select_segments(sql, "WHERE volume = :volume AND protected = 1 AND removing = 0 ORDER BY start_us, id",
                               [&](auto& prepared) { prepared, use(volume); });
    });
}

Result<std::vector<SegmentRow>> SqlCatalog::oldest(const StreamKey& stream, const std::string& volume,
                                                   std::size_t most) const {
    return db_->read("catalogue: oldest segments", [&](soci::session& sql) {
        const std::string camera = stream.camera.str(), kind = to_string(stream.kind);
        const auto limit = static_cast<long long>(most);
        return select_segments(
            sql,
            "WHERE camera = :camera AND stream = :stream AND volume = :volume AND state <> 0 AND protected = 0 "
            "AND removing = 0 ORDER BY start_us, id LIMIT :most",
            [&](auto& prepared) { prepared, use(camera), use(kind), use(volume), use(limit); });
    });
}

Result<Bytes> SqlCatalog::fragment_table(std::int64_t id) const {
    return db_->read("catalogue: fragment table", [&](soci::session& sql) -> Result<Bytes> {
        const long long key = id;
        std::string text;
        sql << "SELECT data FROM fragment_tables WHERE segment_id = :id", use(key), into(text);
        if (!sql.got_data()) return fail(errc::not_found, fmt::format("there is no segment {}", id));
        return from_base64(text);
    });
}

Result<std::vector<UsageRow>> SqlCatalog::usage() const {
    std::vector<UsageRow> rows;
    {
        const std::lock_guard hold(sums_mutex_);
        for (const auto& [key, sum] : sums_)
            rows.push_back({.stream = key.first,
                            .volume = key.second,
                            .bytes = static_cast<std::uint64_t>(std::max(0LL, sum.bytes)),
                            .segments = static_cast<std::uint64_t>(sum.segments),
                            .oldest = std::nullopt});
    }
    return db_->read("catalogue: usage", [&](soci::session& sql) -> Result<std::vector<UsageRow>> {
        for (auto& row : rows) {
            const std::string camera = row.stream.camera.str(), kind = to_string(row.stream.kind);
            long long start = 0;
            sql << "SELECT start_us FROM segments WHERE camera = :camera AND stream = :stream AND volume = :volume AND "
                   "removing = 0 ORDER BY start_us LIMIT 1",
                use(camera), use(kind), use(row.volume), into(start);
            if (sql.got_data()) row.oldest = from_column(start);
        }
        return std::move(rows);
    });
}

Status SqlCatalog::check() const {
    return db_->read("catalogue: check", [](soci::session& sql) { return check_integrity(sql); });
}

Result<std::unique_ptr<Catalog>> create_catalog(const std::filesystem::path& file, const Clock& clock) {
    // Adding up reads every row of segments and gaps: what start needs is then known to be whole.
    const auto probe = [](soci::session& sql) -> Status {
        long long sum = 0;
        sql << "SELECT COALESCE(CAST(SUM(bytes) AS BIGINT), 0) FROM segments", into(sum);
        return {};
    };
    auto database = Database::open({.file = file, .migrations = catalog_migrations(), .probe = probe}, clock);
    if (!database) return database.error();
    auto catalog = std::make_unique<SqlCatalog>(std::move(*database));
    if (auto status = catalog->load(); !status) return status.error();
    return catalog;
}

}  // namespace vantage::store
