// SPDX-License-Identifier: Apache-2.0
#include "store/sql_rows.hpp"

#include "store/base64.hpp"
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

long long insert_segment(soci::session& sql, const SegmentRow& row, ByteView table, const char* conflict) {
    using soci::use;
    SegmentBuffer b(row);
    long long id = 0;
    sql << "INSERT INTO segments (camera, stream, volume, path, state, start_us, end_us, bytes, init_id, timing_source, "
           "timing_offset_us, timing_ppm, timing_uncertainty_us, protected, removing, generation) VALUES (:camera, :stream, "
           ":volume, :path, :state, :start, :end, :bytes, :init, :source, :offset, :ppm, :uncertainty, :protected, 0, "
           "COALESCE((SELECT generation FROM volumes WHERE id = :volume2), 0)) "
        << conflict << " RETURNING id",
        use(b.camera), use(b.stream), use(b.volume), use(b.path), use(b.state), use(b.start), use(b.end), use(b.bytes),
        use(b.init_id, b.has_init), use(b.timing_source), use(b.timing_offset), use(b.timing_ppm), use(b.timing_uncertainty),
        use(b.is_protected), use(b.volume), soci::into(id);
    put_table(sql, id, table);
    return id;
}

void put_table(soci::session& sql, long long segment_id, ByteView table) {
    const auto text = to_base64(table);
    sql << "INSERT INTO fragment_tables (segment_id, data) VALUES (:id, :data) "
           "ON CONFLICT (segment_id) DO UPDATE SET data = excluded.data",
        soci::use(segment_id), soci::use(text);
}

Result<StreamKey> parse_stream(const std::string& camera, const std::string& stream) {
    auto id = CameraId::parse(camera);
    if (!id) return fail(errc::malformed, "a row of the database: " + id.error().message);
    auto kind = parse_stream_kind(stream);
    if (!kind) return fail(errc::malformed, "a row of the database: " + kind.error().message);
    return StreamKey{.camera = std::move(*id), .kind = *kind};
}

}  // namespace vantage::store
