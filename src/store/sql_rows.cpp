// SPDX-License-Identifier: Apache-2.0
#include "store/sql_rows.hpp"

#include "base/base64.hpp"
#include "store/database.hpp"

namespace vantage::store {

SegmentBuffer::SegmentBuffer(const SegmentRow& row)
    : id(row.id),
      camera(row.stream.camera.str()),
      stream(to_string(row.stream.kind)),
      volume(row.volume),
      path(row.path),
      state(static_cast<int>(row.state)),
      start(to_column(row.start)),
      end(to_column(row.end)),
      bytes(static_cast<long long>(row.bytes)),
      init_id(row.init_id),
      has_init(presence(row.init_id != 0)),
      timing_source(row.timing.source),
      timing_offset(row.timing.offset.count()),
      timing_ppm(row.timing.ppm),
      timing_uncertainty(row.timing.uncertainty.count()),
      is_protected(row.is_protected) {}

Result<SegmentRow> SegmentBuffer::row() const {
    auto key = parse_stream(camera, stream);
    if (!key) return key.error();
    return SegmentRow{.id = id,
                      .stream = std::move(*key),
                      .volume = volume,
                      .path = path,
                      .state = static_cast<RowState>(state),
                      .start = from_column(start),
                      .end = from_column(end),
                      .bytes = static_cast<std::uint64_t>(bytes),
                      .init_id = init_id,
                      .timing = {.source = timing_source,
                                 .offset = microseconds{timing_offset},
                                 .ppm = timing_ppm,
                                 .uncertainty = microseconds{timing_uncertainty}},
                      .is_protected = is_protected != 0};
}

namespace {
constexpr const char* kPutTable =
    "INSERT INTO fragment_tables (segment_id, data) VALUES (:id, :data) "
    "ON CONFLICT (segment_id) DO UPDATE SET data = excluded.data";
}  // namespace

SegmentInserter::SegmentInserter(soci::session& sql, const char* conflict)
    : insert_row_(
          (sql.prepare
               << "INSERT INTO segments (camera, stream, volume, path, state, start_us, end_us, bytes, init_id, "
                  "timing_source, "
                  "timing_offset_us, timing_ppm, timing_uncertainty_us, protected, removing, generation) VALUES (:camera, "
                  ":stream, :volume, :path, :state, :start, :end, :bytes, :init, :source, :offset, :ppm, :uncertainty, "
                  ":protected, 0, COALESCE((SELECT generation FROM volumes WHERE id = :volume2), 0)) "
               << conflict << " RETURNING id",
           soci::use(row_.camera), soci::use(row_.stream), soci::use(row_.volume), soci::use(row_.path),
           soci::use(row_.state), soci::use(row_.start), soci::use(row_.end), soci::use(row_.bytes),
           soci::use(row_.init_id, row_.has_init), soci::use(row_.timing_source), soci::use(row_.timing_offset),
           soci::use(row_.timing_ppm), soci::use(row_.timing_uncertainty), soci::use(row_.is_protected),
           soci::use(row_.volume), soci::into(id_))),
      insert_table_((sql.prepare << kPutTable, soci::use(id_), soci::use(table_))) {}

long long SegmentInserter::insert(const SegmentRow& row, ByteView table) {
    row_ = SegmentBuffer(row);
    table_ = to_base64(table);
    insert_row_.execute(true);
    insert_table_.execute(true);
    return id_;
}

void put_table(soci::session& sql, long long segment_id, ByteView table) {
    const auto text = to_base64(table);
    sql << kPutTable, soci::use(segment_id), soci::use(text);
}

Result<StreamKey> parse_stream(const std::string& camera, const std::string& stream) {
    auto id = CameraId::parse(camera);
    if (!id) return fail(errc::malformed, "a row of the database: " + id.error().message);
    auto kind = parse_stream_kind(stream);
    if (!kind) return fail(errc::malformed, "a row of the database: " + kind.error().message);
    return StreamKey{.camera = std::move(*id), .kind = *kind};
}

}  // namespace vantage::store
