// SPDX-License-Identifier: Apache-2.0
// Rows of the catalogue as SOCI binds them. Internal to store.
#pragma once
#include "store/catalog.hpp"

#include <soci/soci.h>

#include <string>
#include <vector>

namespace vantage::store {

// The columns of a segment in the order of SegmentBuffer::into().
inline constexpr const char* kSegmentColumns =
    "id, camera, stream, volume, path, state, start_us, end_us, bytes, COALESCE(init_id, 0), timing_source, "
    "timing_offset_us, "
    "timing_ppm, timing_uncertainty_us, protected";

// Where one row is fetched to and bound from.
struct SegmentBuffer {
    SegmentBuffer() = default;
    explicit SegmentBuffer(const SegmentRow& row);
    Result<SegmentRow> row() const;  // malformed when a name in it cannot be

    long long id{0};
    std::string camera, stream, volume, path;
    int state{0};
    long long start{0}, end{0}, bytes{0}, init_id{0};
    soci::indicator has_init{soci::i_null};
    std::string timing_source;
    long long timing_offset{0};
    double timing_ppm{0};
    long long timing_uncertainty{0};
    int is_protected{0};
};

// SELECT kSegmentColumns FROM segments <tail>, with what `bind` binds.
template <class Bind>
Result<std::vector<SegmentRow>> select_segments(soci::session& sql, const std::string& tail, Bind&& bind) {
    SegmentBuffer b;
    auto prepared = sql.prepare << "SELECT " << kSegmentColumns << " FROM segments " << tail;
    bind(prepared);
    soci::statement statement =
        (prepared, soci::into(b.id), soci::into(b.camera), soci::into(b.stream), soci::into(b.volume), soci::into(b.path),
         soci::into(b.state), soci::into(b.start), soci::into(b.end), soci::into(b.bytes), soci::into(b.init_id),
         soci::into(b.timing_source), soci::into(b.timing_offset), soci::into(b.timing_ppm),
         soci::into(b.timing_uncertainty), soci::into(b.is_protected));
    statement.execute();
    std::vector<SegmentRow> rows;
    while (statement.fetch()) {
        auto row = b.row();
        if (!row) return row.error();
        rows.push_back(std::move(*row));
    }
    return rows;
}

// Inserts rows with their fragment tables; the statements are prepared once. Lives inside one transaction. Throws.
class SegmentInserter {
  public:
    // `conflict` is the ON CONFLICT clause or empty.
    SegmentInserter(soci::session& sql, const char* conflict);
    long long insert(const SegmentRow& row, ByteView table);  // the row's id

  private:
    SegmentBuffer row_;
    long long id_{0};
    std::string table_;
    soci::statement insert_row_;
    soci::statement insert_table_;
};
// Writes or replaces the fragment table of a segment. Throws.
void put_table(soci::session& sql, long long segment_id, ByteView table);

Result<StreamKey> parse_stream(const std::string& camera, const std::string& stream);

}  // namespace vantage::store
