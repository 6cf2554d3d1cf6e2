// SPDX-License-Identifier: Apache-2.0
#include "footage/thumb_retention.hpp"

#include "footage/segment_path.hpp"
#include "footage/thumb_file.hpp"

#include <algorithm>

namespace vantage::footage {
namespace {

constexpr std::chrono::hours kDayFolderRests{48};  // younger folders may get a file at any time

Status remove_all(const ThumbRetention& where, std::span<const std::string> paths) {
    for (const auto& path : paths) {
        auto gone = where.files.remove(where.root / path);
        if (gone.has_error() && gone.error().code != errc::not_found) return gone;
    }
    return where.catalog.remove_thumbs(where.volume, paths);
}

// Folders of days that are over and now empty.
void tidy(const std::filesystem::path& root, std::span<const std::string> paths, UtcTime now) {
    for (const auto& path : paths) {
        const auto name = parse_segment_path(segment_of_thumbs(path));
        std::error_code not_empty;
        if (name && name->start < now - kDayFolderRests) std::filesystem::remove((root / path).parent_path(), not_empty);
    }
}

// Until when thumbnails of a stream go that have no segment any more; nothing goes for a stream without footage and `keep`.
std::optional<UtcTime> horizon(const StreamKey& stream, const std::string& volume, std::span<const store::UsageRow> usage,
                               std::optional<microseconds> keep, UtcTime now) {
    std::optional<UtcTime> oldest;
    for (const auto& row : usage)
        if (row.stream == stream && row.volume == volume) oldest = row.oldest;
    if (!keep) return oldest;
    return oldest ? std::min(*oldest, now - *keep) : now - *keep;
}

}  // namespace

Status remove_thumbs_of(const ThumbRetention& where, std::span<const store::SegmentRow> segments,
                        std::optional<microseconds> keep, UtcTime now) {
    std::vector<std::string> paths;
    for (const auto& segment : segments)
        if (!keep || segment.end < now - *keep) paths.push_back(thumbs_path(segment.path));
    return remove_all(where, paths);
}

Result<std::size_t> expire_thumbs(const ThumbRetention& where, std::span<const store::UsageRow> usage,
                                  std::optional<microseconds> keep, UtcTime now, std::size_t most) {
    const auto streams = where.catalog.streams_with_thumbs(where.volume);
    if (streams.has_error()) return streams.error();
    std::size_t removed = 0;
    for (const auto& stream : *streams) {
        const auto until = horizon(stream, where.volume, usage, keep, now);
        if (!until) continue;
        const auto packs = where.catalog.oldest_thumbs(stream, where.volume, *until, most);
        if (packs.has_error()) return packs.error();
        std::vector<std::string> paths;
        for (const auto& pack : *packs) {
            if (pack.end >= *until) continue;
            const auto segment = where.catalog.segment_at(where.volume, segment_of_thumbs(pack.path));
            if (segment.has_error() && segment.error().code == errc::not_found) paths.push_back(pack.path);
        }
        if (auto done = remove_all(where, paths); done.has_error()) return done.error();
        tidy(where.root, paths, now);
        removed += paths.size();
    }
    return removed;
}

}  // namespace vantage::footage
