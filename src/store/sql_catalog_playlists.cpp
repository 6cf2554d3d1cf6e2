// SPDX-License-Identifier: Apache-2.0
// Numbers of playlists in the catalogue.
#include "store/sql_catalog.hpp"

#include <fmt/format.h>

namespace vantage::store {
using soci::into;
using soci::use;
namespace {

constexpr std::chrono::days kKept{7};

}  // namespace

Status SqlCatalog::put_playlist(const PlaylistRow& row) {
    return db_->write("catalogue: numbers of a playlist", [&](soci::session& sql) -> Status {
        const std::string camera = row.stream.camera.str(), kind = to_string(row.stream.kind);
        const long long from = to_column(row.from), oldest = to_column(row.from - kKept);
        const long long anchor = row.anchor.time_since_epoch().count(), front = row.front.time_since_epoch().count();
        const auto number = static_cast<long long>(row.number), discontinuity = static_cast<long long>(row.discontinuity);
        const long long target = row.target.count();
        const int breaks = row.front_breaks ? 1 : 0;
        sql << "DELETE FROM playlists WHERE camera = :camera AND stream = :stream AND (from_us = :from OR from_us < "
               ":oldest)",
            use(camera), use(kind), use(from), use(oldest);
        sql << "INSERT INTO playlists (camera, stream, from_us, anchor_ticks, number, discontinuity, front_ticks, "
               "front_breaks, target_ticks) VALUES (:camera, :stream, :from, :anchor, :number, :discontinuity, :front, "
               ":breaks, :target)",
            use(camera), use(kind), use(from), use(anchor), use(number), use(discontinuity), use(front), use(breaks),
            use(target);
        return {};
    });
}

Result<PlaylistRow> SqlCatalog::playlist(const StreamKey& stream, UtcTime from) const {
    return db_->read("catalogue: numbers of a playlist", [&](soci::session& sql) -> Result<PlaylistRow> {
        const std::string camera = stream.camera.str(), kind = to_string(stream.kind);
        const long long latest = to_column(from);
        long long begin = 0, anchor = 0, number = 0, discontinuity = 0, front = 0, target = 0;
        int breaks = 0;
        sql << "SELECT from_us, anchor_ticks, number, discontinuity, front_ticks, front_breaks, target_ticks FROM playlists "
               "WHERE camera = :camera AND stream = :stream AND from_us <= :latest ORDER BY from_us DESC LIMIT 1",
            use(camera), use(kind), use(latest), into(begin), into(anchor), into(number), into(discontinuity), into(front),
            into(breaks), into(target);
        if (!sql.got_data()) return fail(errc::not_found, fmt::format("{} has no playlist yet", to_string(stream)));
        return PlaylistRow{stream,
                           from_column(begin),
                           MediaTime(Ticks(anchor)),
                           static_cast<std::uint64_t>(number),
                           static_cast<std::uint64_t>(discontinuity),
                           MediaTime(Ticks(front)),
                           breaks != 0,
                           Ticks(target)};
    });
}

Result<std::uint64_t> SqlCatalog::take_numbers(const std::string& name, std::uint64_t count) {
    return db_->write("catalogue: take numbers", [&](soci::session& sql) -> Result<std::uint64_t> {
        long long next = 0;
        sql << "SELECT next FROM numbers WHERE name = :name", use(name), into(next);
        if (!sql.got_data()) sql << "INSERT INTO numbers (name, next) VALUES (:name, 0)", use(name);
        const auto after = next + static_cast<long long>(count);
        sql << "UPDATE numbers SET next = :after WHERE name = :name", use(after), use(name);
        return static_cast<std::uint64_t>(next);
    });
}

}  // namespace vantage::store
