// SPDX-License-Identifier: Apache-2.0
// Gaps of the catalogue.
#include "store/sql_catalog.hpp"
#include "store/sql_rows.hpp"

#include <fmt/format.h>

#include <limits>

namespace vantage::store {
using soci::into;
using soci::use;
namespace {

template <class Bind>
Result<std::vector<GapRow>> select_gaps(soci::session& sql, const std::string& tail, Bind&& bind) {
    long long id = 0, start = 0, end = 0;
    soci::indicator has_end = soci::i_null;
    std::string camera, stream, reason;
    auto prepared = sql.prepare << "SELECT id, camera, stream, start_us, end_us, reason FROM gaps " << tail;
    bind(prepared);
    soci::statement statement =
        (prepared, into(id), into(camera), into(stream), into(start), into(end, has_end), into(reason));
    statement.execute();
    std::vector<GapRow> rows;
    while (statement.fetch()) {
        auto key = parse_stream(camera, stream);
        if (!key) return key.error();
        rows.push_back(
            {.id = id, .stream = std::move(*key), .start = from_column(start), .end = std::nullopt, .reason = reason});
        if (has_end == soci::i_ok) rows.back().end = from_column(end);
    }
    return rows;
}

}  // namespace

Result<std::int64_t> SqlCatalog::add_gap(const GapRow& gap) {
    return db_->write("catalogue: add gap", [&](soci::session& sql) -> Result<std::int64_t> {
        const std::string camera = gap.stream.camera.str(), kind = to_string(gap.stream.kind);
        const long long start = to_column(gap.start), end = gap.end ? to_column(*gap.end) : 0;
        auto has_end = presence(gap.end.has_value());
        long long id = 0;
        sql << "INSERT INTO gaps (camera, stream, start_us, end_us, reason) VALUES (:camera, :stream, :start, :end, "
               ":reason) "
               "RETURNING id",
            use(camera), use(kind), use(start), use(end, has_end), use(gap.reason), into(id);
        if (gap.end) noticed_length(longest_gap_us_, gap.start, *gap.end);
        return id;
    });
}

Status SqlCatalog::close_gap(std::int64_t id, UtcTime end) {
    return db_->write("catalogue: close gap", [&](soci::session& sql) -> Status {
        const long long key = id, last = to_column(end);
        long long start = 0;
        sql << "SELECT start_us FROM gaps WHERE id = :id", use(key), into(start);
        if (!sql.got_data()) return fail(errc::not_found, fmt::format("there is no gap {}", id));
        sql << "UPDATE gaps SET end_us = :end WHERE id = :id", use(last), use(key);
        noticed_length(longest_gap_us_, from_column(start), end);
        return {};
    });
}

Result<std::vector<GapRow>> SqlCatalog::gaps(const StreamKey& stream, UtcTime from, UtcTime to) const {
    return db_->read("catalogue: gaps of a span", [&](soci::session& sql) -> Result<std::vector<GapRow>> {
        const std::string camera = stream.camera.str(), kind = to_string(stream.kind);
        const long long first = to_column(from), last = to_column(to), lookback = longest_gap_us_;
        const long long earliest = std::max(first, std::numeric_limits<long long>::min() + lookback) - lookback;
        auto rows =
            select_gaps(sql,
                        "WHERE camera = :camera AND stream = :stream AND start_us < :last AND start_us >= :earliest AND "
                        "end_us > :first",
                        [&](auto& prepared) { prepared, use(camera), use(kind), use(last), use(earliest), use(first); });
        if (!rows) return rows;
        auto open = select_gaps(sql, "WHERE camera = :camera AND stream = :stream AND end_us IS NULL AND start_us < :last",
                                [&](auto& prepared) { prepared, use(camera), use(kind), use(last); });
        if (!open) return open;
        rows->insert(rows->end(), open->begin(), open->end());
        std::ranges::sort(*rows, {}, [](const GapRow& gap) { return std::pair(gap.start, gap.id); });
        return rows;
    });
}

Result<std::vector<GapRow>> SqlCatalog::open_gaps() const {
    return db_->read("catalogue: open gaps", [](soci::session& sql) {
        return select_gaps(sql, "WHERE end_us IS NULL ORDER BY start_us, id", [](auto&) {});
    });
}

Status SqlCatalog::remove_gaps(const StreamKey& stream, UtcTime before) {
    return db_->write("catalogue: remove gaps", [&](soci::session& sql) -> Status {
        const std::string camera = stream.camera.str(), kind = to_string(stream.kind);
        const long long last = to_column(before);
        sql << "DELETE FROM gaps WHERE camera = :camera AND stream = :stream AND end_us < :last", use(camera), use(kind),
            use(last);
        return {};
    });
}

}  // namespace vantage::store
