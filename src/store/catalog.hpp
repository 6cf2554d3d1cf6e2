// SPDX-License-Identifier: Apache-2.0
// The index of what is on disk: segments, thumbnails, gaps, volumes. The files are the truth; every row here can be rebuilt
// from them (reindex). Fragment tables and init segments are opaque bytes: footage knows their encoding. Safe from any
// thread; calls block on SQL (a write: up to a sync of the disk), so coroutines post them to a thread pool. It never touches
// a footage file.
#pragma once
#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vantage::store {

enum class RowState { open, closed, recovered };

// How a segment's times were found (docs/time.md).
struct TimingRow {
    std::string source;
    microseconds offset{0};
    double ppm{0};
    microseconds uncertainty{0};
    bool operator==(const TimingRow&) const = default;
};

struct SegmentRow {
    std::int64_t id{0};  // given by add()
    StreamKey stream;
    std::string volume;  // UUID in the volume's volume.json
    std::string path;    // relative to the volume's root; unique within it
    RowState state{RowState::open};
    UtcTime start, end;  // while open, `end` is what was last written here: the segment reaches at least so far
    std::uint64_t bytes{0};
    std::int64_t init_id{0};  // from intern_init(); 0: not yet known
    TimingRow timing{};
    bool is_protected{false};
    bool operator==(const SegmentRow&) const = default;
};

struct IndexedSegment {
    SegmentRow row;
    Bytes table;  // of fragments, opaque
};

struct GapRow {
    std::int64_t id{0};  // given by add_gap()
    StreamKey stream;
    UtcTime start;
    std::optional<UtcTime> end;  // nothing: still open
    std::string reason;
    bool operator==(const GapRow&) const = default;
};

// Where the numbers of a day's playlist stand (docs/decisions/0005): the entries of the file that begins at `anchor` count
// from `number` on, so what goes out of the list in front of it changes no number.
struct PlaylistRow {
    StreamKey stream;
    UtcTime from;                    // when the day begins
    MediaTime anchor{};              // first picture of a file in the list
    std::uint64_t number{0};         // media sequence number of its first entry
    std::uint64_t discontinuity{0};  // discontinuity sequence number of that
    MediaTime front{};               // where the list begins
    bool front_breaks{false};        // a discontinuity stands before its first entry
    Ticks target{0};                 // no entry is longer
    bool operator==(const PlaylistRow&) const = default;
};

struct VolumeRow {
    std::string id;       // UUID
    std::string path;     // where it was mounted last
    bool indexed{false};  // an end_reindex() has covered it; false: the catalogue is new, reindex before trusting it
};

// The thumbnails that lie beside one segment; they may outlive it. Only complete packs have rows.
struct ThumbPackRow {
    std::int64_t id{0};  // given by put_thumbs()
    StreamKey stream;    // of the segment
    std::string volume;
    std::string path;    // relative to the volume's root; unique within it
    UtcTime start, end;  // of the first and the last thumbnail
    std::uint64_t bytes{0};
    bool operator==(const ThumbPackRow&) const = default;
};

// What one stream has on one volume. Kept up to date in memory: reading it costs an index look-up a stream.
struct UsageRow {
    StreamKey stream;
    std::string volume;
    std::uint64_t bytes{0};
    std::uint64_t segments{0};
    std::optional<UtcTime> oldest{};
};

class Catalog {
  public:
    virtual ~Catalog() = default;

    // Segments. already_exists when the volume has a row of that path; the volume must be known (put_volume).
    virtual Result<std::int64_t> add(const SegmentRow& row, ByteView table) = 0;
    // Writes all fields but id, stream, volume and path. `table` replaces the stored one. not_found.
    virtual Status update(const SegmentRow& row, ByteView table) = 0;
    // Deleting a file takes two steps (docs/storage.md): begin_removal, then the file, then remove. From the first on no
    // look-up but removals() and segment_at() shows the row. Each is one transaction; ids that are gone are ignored.
    virtual Status begin_removal(std::span<const std::int64_t> ids) = 0;
    [[nodiscard]] virtual Result<std::vector<SegmentRow>> removals(const std::string& volume) const = 0;
    virtual Status remove(std::span<const std::int64_t> ids) = 0;
    virtual Status set_protected(std::span<const std::int64_t> ids, bool is_protected) = 0;
    [[nodiscard]] virtual Result<std::vector<SegmentRow>> protected_segments(const std::string& volume) const = 0;
    [[nodiscard]] virtual Result<SegmentRow> segment(std::int64_t id) const = 0;  // not_found
    [[nodiscard]] virtual Result<SegmentRow> segment_at(const std::string& volume,
                                                        const std::string& path) const = 0;  // not_found
    // Rows that overlap [from, to), oldest first. A row that is open counts as endless.
    [[nodiscard]] virtual Result<std::vector<SegmentRow>> overlapping(const StreamKey& stream, UtcTime from,
                                                                      UtcTime to) const = 0;
    // In state open, of all streams; at start: what a crash left.
    [[nodiscard]] virtual Result<std::vector<SegmentRow>> open_segments(const std::string& volume) const = 0;
    // Not open, not protected, oldest first, at most `most`.
    [[nodiscard]] virtual Result<std::vector<SegmentRow>> oldest(const StreamKey& stream, const std::string& volume,
                                                                 std::size_t most) const = 0;
    [[nodiscard]] virtual Result<Bytes> fragment_table(std::int64_t id) const = 0;  // not_found
    [[nodiscard]] virtual Result<std::vector<UsageRow>> usage() const = 0;

    // Init segments are stored once, however many segments share them. Equal bytes, equal id; ids stay valid.
    virtual Result<std::int64_t> intern_init(ByteView init) = 0;
    [[nodiscard]] virtual Result<Bytes> init(std::int64_t init_id) const = 0;  // not_found

    // Gaps.
    virtual Result<std::int64_t> add_gap(const GapRow& gap) = 0;
    virtual Status close_gap(std::int64_t id, UtcTime end) = 0;  // not_found
    // Gaps that overlap [from, to), oldest first; open ones count as endless.
    [[nodiscard]] virtual Result<std::vector<GapRow>> gaps(const StreamKey& stream, UtcTime from, UtcTime to) const = 0;
    [[nodiscard]] virtual Result<std::vector<GapRow>> open_gaps() const = 0;
    // Forgets those that ended before `before`.
    virtual Status remove_gaps(const StreamKey& stream, UtcTime before) = 0;

    // Playlists of days. put_playlist replaces what is known of the day, and forgets days of the stream that began more
    // than a week before it. playlist gives the newest of a day that begins at `from` or earlier; not_found.
    virtual Status put_playlist(const PlaylistRow& row) = 0;
    [[nodiscard]] virtual Result<PlaylistRow> playlist(const StreamKey& stream, UtcTime from) const = 0;
    // The first of `count` numbers that nobody has taken under this name; 0 is the very first.
    virtual Result<std::uint64_t> take_numbers(const std::string& name, std::uint64_t count) = 0;

    // Thumbnails. put_thumbs adds a row, or replaces that of the same volume and path, which keeps its id; the volume must
    // be known. Tables are opaque.
    virtual Result<std::int64_t> put_thumbs(const ThumbPackRow& row, ByteView table) = 0;
    virtual Status remove_thumbs(const std::string& volume, std::span<const std::string> paths) = 0;  // unknown: ignored
    [[nodiscard]] virtual Result<ThumbPackRow> thumbs_at(const std::string& volume,
                                                         const std::string& path) const = 0;  // not_found
    // Of both streams, that reach into [from, to], oldest first.
    [[nodiscard]] virtual Result<std::vector<ThumbPackRow>> thumbs_within(const CameraId& camera, UtcTime from,
                                                                          UtcTime to) const = 0;
    // The last that begins at or before `t`, and the first that begins after it: none, one or two.
    [[nodiscard]] virtual Result<std::vector<ThumbPackRow>> thumbs_around(const CameraId& camera, UtcTime t) const = 0;
    // That begin before `before`, oldest first, at most `most`.
    [[nodiscard]] virtual Result<std::vector<ThumbPackRow>> oldest_thumbs(const StreamKey& stream, const std::string& volume,
                                                                          UtcTime before, std::size_t most) const = 0;
    // Which streams have any on this volume.
    [[nodiscard]] virtual Result<std::vector<StreamKey>> streams_with_thumbs(const std::string& volume) const = 0;
    [[nodiscard]] virtual Result<Bytes> thumbs_table(std::int64_t id) const = 0;  // not_found

    // Volumes. put_volume adds or changes the path only.
    virtual Status put_volume(const std::string& id, const std::string& path) = 0;
    [[nodiscard]] virtual Result<std::vector<VolumeRow>> volumes() const = 0;

    // Reindex: begin, any number of batches (one transaction each; a row of the same path is replaced and keeps its id and
    // protection), end. The catalogue stays usable throughout; end drops the volume's rows that neither a batch, add()
    // nor put_thumbs() wrote since begin and returns how many segments that were. A reindex that is cut off leaves the old
    // rows and `indexed` as they were.
    virtual Status begin_reindex(const std::string& volume) = 0;
    virtual Status reindex_batch(std::span<const IndexedSegment> batch) = 0;
    virtual Result<std::size_t> end_reindex(const std::string& volume) = 0;

    // not ok: what the database's own check found; reads all of it.
    [[nodiscard]] virtual Status check() const = 0;
};

// Opens or creates `file` and brings its schema up to date. A damaged file is moved aside as <file>.damaged-<UTC> with a log
// line and an empty catalogue takes its place: its volumes are not `indexed`. A file of a newer Vantage is refused
// (unsupported).
Result<std::unique_ptr<Catalog>> create_catalog(const std::filesystem::path& file, const Clock& clock);

}  // namespace vantage::store
