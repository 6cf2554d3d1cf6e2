// SPDX-License-Identifier: Apache-2.0
// For tests: the part of the fake catalogue (fake_catalog.hpp) that holds thumbnails.
#pragma once
#include "store/catalog.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

namespace vantage::footage {

class FakeThumbRows : public store::Catalog {
  public:
    Result<std::int64_t> put_thumbs(const store::ThumbPackRow& row, ByteView table) override {
        const std::lock_guard lock(thumbs_mutex_);
        if (failing_) return broken();
        const auto place = std::pair(row.volume, row.path);
        const auto known = thumbs_.find(place);
        auto fresh = row;
        fresh.id = known != thumbs_.end() ? known->second.first.id : ++last_thumbs_;
        thumbs_.insert_or_assign(place, std::pair(fresh, Bytes(table.begin(), table.end())));
        return fresh.id;
    }
    Status remove_thumbs(const std::string& volume, std::span<const std::string> paths) override {
        const std::lock_guard lock(thumbs_mutex_);
        for (const auto& path : paths) thumbs_.erase({volume, path});
        return {};
    }
    Result<store::ThumbPackRow> thumbs_at(const std::string& volume, const std::string& path) const override {
        const std::lock_guard lock(thumbs_mutex_);
        const auto found = thumbs_.find({volume, path});
        if (found == thumbs_.end()) return vantage::fail(errc::not_found, path);
        return found->second.first;
    }
    Result<std::vector<store::ThumbPackRow>> thumbs_within(const CameraId& camera, UtcTime from, UtcTime to) const override {
        return packs([&](const auto& row) { return row.stream.camera == camera && row.start <= to && row.end >= from; });
    }
    Result<std::vector<store::ThumbPackRow>> thumbs_around(const CameraId& camera, UtcTime t) const override {
        auto out = packs([&](const auto& row) { return row.stream.camera == camera; });
        const auto after = std::ranges::find_if(out, [&](const auto& row) { return row.start > t; });
        if (after != out.end()) out.erase(after + 1, out.end());
        while (out.size() > 1 && out[1].start <= t) out.erase(out.begin());
        return out;
    }
    Result<std::vector<store::ThumbPackRow>> oldest_thumbs(const StreamKey& stream, const std::string& volume,
                                                           UtcTime before, std::size_t most) const override {
        auto out =
            packs([&](const auto& row) { return row.stream == stream && row.volume == volume && row.start < before; });
        if (out.size() > most) out.erase(out.begin() + static_cast<std::ptrdiff_t>(most), out.end());
        return out;
    }
    Result<std::vector<StreamKey>> streams_with_thumbs(const std::string& volume) const override {
        std::vector<StreamKey> out;
        for (const auto& row : packs([&](const auto& one) { return one.volume == volume; }))
            if (std::ranges::find(out, row.stream) == out.end()) out.push_back(row.stream);
        return out;
    }
    Result<Bytes> thumbs_table(std::int64_t id) const override {
        const std::lock_guard lock(thumbs_mutex_);
        for (const auto& [place, pack] : thumbs_)
            if (pack.first.id == id) return pack.second;
        return vantage::fail(errc::not_found, "thumbnails");
    }

  protected:
    static Error broken() { return vantage::fail(errc::io, "the catalogue fails"); }
    std::atomic<bool> failing_{false};

  private:
    template <class Wanted>
    std::vector<store::ThumbPackRow> packs(Wanted wanted) const {
        const std::lock_guard lock(thumbs_mutex_);
        std::vector<store::ThumbPackRow> out;
        for (const auto& [place, pack] : thumbs_)
            if (wanted(pack.first)) out.push_back(pack.first);
        std::ranges::stable_sort(out, {}, &store::ThumbPackRow::start);
        return out;
    }

    mutable std::mutex thumbs_mutex_;
    std::int64_t last_thumbs_{0};  // guarded by thumbs_mutex_, as is all below
    std::map<std::pair<std::string, std::string>, std::pair<store::ThumbPackRow, Bytes>> thumbs_;  // by volume and path
};

}  // namespace vantage::footage
