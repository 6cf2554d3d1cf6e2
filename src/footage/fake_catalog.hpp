// SPDX-License-Identifier: Apache-2.0
// For tests: a catalogue in memory that can be told to fail. One lock around everything.
#pragma once
#include "footage/fake_thumb_rows.hpp"

#include <algorithm>
#include <map>
#include <mutex>

namespace vantage::footage {

class FakeCatalog final : public FakeThumbRows {
  public:
    void fail(bool failing) { failing_ = failing; }
    [[nodiscard]] std::vector<store::SegmentRow> all() const {
        const std::lock_guard lock(mutex_);
        std::vector<store::SegmentRow> out;
        for (const auto& [id, segment] : segments_) out.push_back(segment.row);
        return out;
    }

    Result<std::int64_t> add(const store::SegmentRow& row, ByteView table) override {
        const std::lock_guard lock(mutex_);
        if (failing_) return broken();
        for (const auto& [id, segment] : segments_)
            if (segment.row.volume == row.volume && segment.row.path == row.path)
                return vantage::fail(errc::already_exists, row.path);
        const auto id = ++last_;
        segments_.emplace(id, store::IndexedSegment{row, Bytes(table.begin(), table.end())}).first->second.row.id = id;
        return id;
    }
    Status update(const store::SegmentRow& row, ByteView table) override {
        const std::lock_guard lock(mutex_);
        if (failing_) return broken();
        const auto found = segments_.find(row.id);
        if (found == segments_.end()) return vantage::fail(errc::not_found, "segment");
        found->second = {row, Bytes(table.begin(), table.end())};
        return {};
    }
    Status begin_removal(std::span<const std::int64_t> ids) override {
        const std::lock_guard lock(mutex_);
        for (const auto id : ids)
            if (auto node = segments_.extract(id)) removing_.insert(std::move(node));
        return {};
    }
    Result<std::vector<store::SegmentRow>> removals(const std::string& volume) const override {
        const std::lock_guard lock(mutex_);
        std::vector<store::SegmentRow> out;
        for (const auto& [id, segment] : removing_)
            if (segment.row.volume == volume) out.push_back(segment.row);
        return out;
    }
    Status remove(std::span<const std::int64_t> ids) override {
        const std::lock_guard lock(mutex_);
        for (const auto id : ids) {
            segments_.erase(id);
            removing_.erase(id);
        }
        return {};
    }
    Status set_protected(std::span<const std::int64_t> ids, bool is_protected) override {
        const std::lock_guard lock(mutex_);
        for (const auto id : ids) segments_.at(id).row.is_protected = is_protected;
        return {};
    }
    Result<std::vector<store::SegmentRow>> protected_segments(const std::string& volume) const override {
        return select([&](const auto& row) { return row.volume == volume && row.is_protected; });
    }
    Result<store::SegmentRow> segment(std::int64_t id) const override {
        const std::lock_guard lock(mutex_);
        const auto found = segments_.find(id);
        if (found == segments_.end()) return vantage::fail(errc::not_found, "segment");
        return found->second.row;
    }
    Result<store::SegmentRow> segment_at(const std::string& volume, const std::string& path) const override {
        for (const auto& row : all())
            if (row.volume == volume && row.path == path) return row;
        return vantage::fail(errc::not_found, path);
    }
    Result<std::vector<store::SegmentRow>> overlapping(const StreamKey& stream, UtcTime from, UtcTime to) const override {
        if (failing_) return broken();
        return select([&](const auto& row) {
            return row.stream == stream && row.start < to && (row.end > from || row.state == store::RowState::open);
        });
    }
    Result<std::vector<store::SegmentRow>> open_segments(const std::string& volume) const override {
        return select([&](const auto& row) { return row.volume == volume && row.state == store::RowState::open; });
    }
    Result<std::vector<store::SegmentRow>> oldest(const StreamKey& stream, const std::string& volume,
                                                  std::size_t most) const override {
        auto out = select([&](const auto& row) {
            return row.stream == stream && row.volume == volume && row.state != store::RowState::open && !row.is_protected;
        });
        if (out.size() > most) out.erase(out.begin() + static_cast<std::ptrdiff_t>(most), out.end());
        return out;
    }
    Result<Bytes> fragment_table(std::int64_t id) const override {
        const std::lock_guard lock(mutex_);
        const auto found = segments_.find(id);
        if (found == segments_.end()) return vantage::fail(errc::not_found, "segment");
        return found->second.table;
    }
    Result<std::vector<store::UsageRow>> usage() const override { return std::vector<store::UsageRow>{}; }

    Result<std::int64_t> intern_init(ByteView init) override {
        const std::lock_guard lock(mutex_);
        if (failing_) return broken();
        const auto found = std::ranges::find_if(inits_, [&](const auto& known) { return std::ranges::equal(known, init); });
        if (found != inits_.end()) return found - inits_.begin() + 1;
        inits_.emplace_back(init.begin(), init.end());
        return static_cast<std::int64_t>(inits_.size());
    }
    Result<Bytes> init(std::int64_t init_id) const override {
        const std::lock_guard lock(mutex_);
        if (init_id < 1 || init_id > static_cast<std::int64_t>(inits_.size())) return vantage::fail(errc::not_found, "init");
        return inits_[static_cast<std::size_t>(init_id - 1)];
    }

    Result<std::int64_t> add_gap(const store::GapRow& gap) override {
        const std::lock_guard lock(mutex_);
        if (failing_) return broken();
        gaps_.push_back(gap);
        gaps_.back().id = ++last_;
        return last_;
    }
    Status close_gap(std::int64_t id, UtcTime end) override {
        const std::lock_guard lock(mutex_);
        if (failing_) return broken();
        for (auto& gap : gaps_)
            if (gap.id == id) gap.end = end;
        return {};
    }
    Result<std::vector<store::GapRow>> gaps(const StreamKey& stream, UtcTime from, UtcTime to) const override {
        const std::lock_guard lock(mutex_);
        std::vector<store::GapRow> out;
        for (const auto& gap : gaps_)
            if (gap.stream == stream && gap.start < to && (!gap.end || *gap.end > from)) out.push_back(gap);
        return out;
    }
    Result<std::vector<store::GapRow>> open_gaps() const override {
        const std::lock_guard lock(mutex_);
        std::vector<store::GapRow> out;
        std::ranges::copy_if(gaps_, std::back_inserter(out), [](const auto& gap) { return !gap.end; });
        return out;
    }
    Status remove_gaps(const StreamKey&, UtcTime) override { return {}; }

    Status put_volume(const std::string& id, const std::string& path) override {
        const std::lock_guard lock(mutex_);
        volumes_[id].path = path;
        volumes_[id].id = id;
        return {};
    }
    Result<std::vector<store::VolumeRow>> volumes() const override {
        const std::lock_guard lock(mutex_);
        std::vector<store::VolumeRow> out;
        for (const auto& [id, row] : volumes_) out.push_back(row);
        return out;
    }

    Status put_playlist(const store::PlaylistRow& row) override {
        const std::lock_guard lock(mutex_);
        if (failing_) return broken();
        playlists_.insert_or_assign({row.stream, row.from}, row);
        return {};
    }
    Result<store::PlaylistRow> playlist(const StreamKey& stream, UtcTime from) const override {
        const std::lock_guard lock(mutex_);
        const auto behind = playlists_.upper_bound({stream, from});
        if (behind == playlists_.begin() || std::prev(behind)->first.first != stream)
            return vantage::fail(errc::not_found, "playlist");
        return std::prev(behind)->second;
    }
    Result<std::uint64_t> take_numbers(const std::string& name, std::uint64_t count) override {
        const std::lock_guard lock(mutex_);
        if (failing_) return broken();
        return std::exchange(numbers_[name], numbers_[name] + count);
    }

    Status begin_reindex(const std::string&) override {
        const std::lock_guard lock(mutex_);
        kept_.clear();
        before_ = last_;
        return {};
    }
    Status reindex_batch(std::span<const store::IndexedSegment> batch) override {
        const std::lock_guard lock(mutex_);
        for (const auto& segment : batch) {
            auto place =
                std::ranges::find_if(segments_, [&](const auto& s) { return s.second.row.path == segment.row.path; });
            if (place == segments_.end()) place = segments_.emplace(++last_, segment).first;
            const auto is_protected = place->second.row.is_protected;
            place->second = segment;
            place->second.row.id = place->first;
            place->second.row.is_protected = is_protected;
            kept_.push_back(place->first);
        }
        return {};
    }
    Result<std::size_t> end_reindex(const std::string& volume) override {
        const std::lock_guard lock(mutex_);
        volumes_[volume].indexed = true;
        return std::erase_if(segments_, [&](const auto& s) {
            return s.second.row.volume == volume && s.first <= before_ && std::ranges::find(kept_, s.first) == kept_.end();
        });
    }
    Status check() const override { return {}; }

  private:
    template <class Wanted>
    std::vector<store::SegmentRow> select(Wanted wanted) const {
        auto rows = all();
        std::erase_if(rows, [&](const auto& row) { return !wanted(row); });
        std::ranges::sort(rows, {}, &store::SegmentRow::start);
        return rows;
    }

    mutable std::mutex mutex_;
    std::map<std::int64_t, store::IndexedSegment> segments_;  // guarded by mutex_, as is all below
    std::map<std::int64_t, store::IndexedSegment> removing_;
    std::map<std::pair<StreamKey, UtcTime>, store::PlaylistRow> playlists_;
    std::map<std::string, std::uint64_t> numbers_;
    std::vector<Bytes> inits_;
    std::vector<store::GapRow> gaps_;
    std::map<std::string, store::VolumeRow> volumes_;
    std::vector<std::int64_t> kept_;
    std::int64_t last_{0}, before_{0};
};

}  // namespace vantage::footage
