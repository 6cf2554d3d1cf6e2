// SPDX-License-Identifier: Apache-2.0
// The catalogue in SQL. Its queries are the same for every database (dialect.hpp holds what differs). Internal to store.
#pragma once
#include "store/catalog.hpp"
#include "store/database.hpp"

#include <map>
#include <mutex>

namespace vantage::store {

class SqlCatalog final : public Catalog {
  public:
    explicit SqlCatalog(std::unique_ptr<Database> database) : db_(std::move(database)) {}
    // Reads the sums that usage() answers from. create_catalog calls it once.
    Status load();

    Result<std::int64_t> add(const SegmentRow& row, ByteView table) override;
    Status update(const SegmentRow& row, ByteView table) override;
    Status begin_removal(std::span<const std::int64_t> ids) override;
    [[nodiscard]] Result<std::vector<SegmentRow>> removals(const std::string& volume) const override;
    Status remove(std::span<const std::int64_t> ids) override;
    Status set_protected(std::span<const std::int64_t> ids, bool is_protected) override;
    [[nodiscard]] Result<std::vector<SegmentRow>> protected_segments(const std::string& volume) const override;
    [[nodiscard]] Result<SegmentRow> segment(std::int64_t id) const override;
    [[nodiscard]] Result<SegmentRow> segment_at(const std::string& volume, const std::string& path) const override;
    [[nodiscard]] Result<std::vector<SegmentRow>> overlapping(const StreamKey& stream, UtcTime from,
                                                              UtcTime to) const override;
    [[nodiscard]] Result<std::vector<SegmentRow>> open_segments(const std::string& volume) const override;
    [[nodiscard]] Result<std::vector<SegmentRow>> oldest(const StreamKey& stream, const std::string& volume,
                                                         std::size_t most) const override;
    [[nodiscard]] Result<Bytes> fragment_table(std::int64_t id) const override;
    [[nodiscard]] Result<std::vector<UsageRow>> usage() const override;
    Result<std::int64_t> intern_init(ByteView init) override;
    [[nodiscard]] Result<Bytes> init(std::int64_t init_id) const override;
    Result<std::int64_t> add_gap(const GapRow& gap) override;
    Status close_gap(std::int64_t id, UtcTime end) override;
    [[nodiscard]] Result<std::vector<GapRow>> gaps(const StreamKey& stream, UtcTime from, UtcTime to) const override;
    [[nodiscard]] Result<std::vector<GapRow>> open_gaps() const override;
    Status remove_gaps(const StreamKey& stream, UtcTime before) override;
    Status put_playlist(const PlaylistRow& row) override;
    [[nodiscard]] Result<PlaylistRow> playlist(const StreamKey& stream, UtcTime from) const override;
    Result<std::uint64_t> take_numbers(const std::string& name, std::uint64_t count) override;
    Result<std::int64_t> put_thumbs(const ThumbPackRow& row, ByteView table) override;
    Status remove_thumbs(const std::string& volume, std::span<const std::string> paths) override;
    [[nodiscard]] Result<ThumbPackRow> thumbs_at(const std::string& volume, const std::string& path) const override;
    [[nodiscard]] Result<std::vector<ThumbPackRow>> thumbs_within(const CameraId& camera, UtcTime from,
                                                                  UtcTime to) const override;
    [[nodiscard]] Result<std::vector<ThumbPackRow>> thumbs_around(const CameraId& camera, UtcTime t) const override;
    [[nodiscard]] Result<std::vector<ThumbPackRow>> oldest_thumbs(const StreamKey& stream, const std::string& volume,
                                                                  UtcTime before, std::size_t most) const override;
    [[nodiscard]] Result<std::vector<StreamKey>> streams_with_thumbs(const std::string& volume) const override;
    [[nodiscard]] Result<Bytes> thumbs_table(std::int64_t id) const override;
    Status put_volume(const std::string& id, const std::string& path) override;
    [[nodiscard]] Result<std::vector<VolumeRow>> volumes() const override;
    Status begin_reindex(const std::string& volume) override;
    Status reindex_batch(std::span<const IndexedSegment> batch) override;
    Result<std::size_t> end_reindex(const std::string& volume) override;
    [[nodiscard]] Status check() const override;

  private:
    using UsageKey = std::pair<StreamKey, std::string>;  // stream, volume
    struct Sum {
        long long bytes{0};
        long long segments{0};
    };

    Status load_sums(soci::session& sql);
    void account(const StreamKey& stream, const std::string& volume, long long bytes, long long segments);
    // Runs f for each id in one transaction, and reads the sums again if that fails half way.
    template <class F>
    Status for_each(std::string_view what, std::span<const std::int64_t> ids, F&& f);
    template <class F>
    auto write(std::string_view what, F&& f);
    void noticed_length(std::atomic<long long>& longest, UtcTime start, UtcTime end);

    const std::unique_ptr<Database> db_;  // locks itself
    // No closed segment, gap or pack is longer: how far before a span the index must be read. Only grows while it runs.
    std::atomic<long long> longest_segment_us_{0};
    std::atomic<long long> longest_gap_us_{0};
    std::atomic<long long> longest_pack_us_{0};  // of thumbnails
    mutable std::mutex sums_mutex_;
    std::map<UsageKey, Sum> sums_;  // guarded by sums_mutex_
};

template <class F>
auto SqlCatalog::write(std::string_view what, F&& f) {
    auto result = db_->write(what, f);
    if (!result) {
        // What was added up for a transaction that was then rolled back is forgotten.
        auto reloaded = db_->write("catalogue: add up", [&](soci::session& sql) { return load_sums(sql); });
        (void)reloaded;  // the failure that matters is the one that is returned
    }
    return result;
}

}  // namespace vantage::store
