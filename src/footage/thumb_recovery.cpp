// SPDX-License-Identifier: Apache-2.0
#include "footage/thumb_recovery.hpp"

#include "base/log.hpp"
#include "footage/segment_path.hpp"
#include "footage/thumb_file.hpp"

#include <algorithm>

namespace vantage::footage {

bool is_thumbs_path(const std::string& relative) {
    const auto segment = segment_of_thumbs(relative);
    return !segment.empty() && parse_segment_path(segment).has_value();
}

Result<bool> index_thumbs(const Storage& storage, const std::string& relative) {
    const auto name = parse_segment_path(segment_of_thumbs(relative));
    if (!name) return fail(errc::malformed, "not a name of thumbnails");
    const auto path = storage.volume.root / relative;
    auto file = storage.files.open(path, OpenMode::read);
    if (file.has_error()) return file.error();
    auto scan = scan_thumbs(**file);
    if (scan.has_error()) return scan.error();
    if (scan->entries.empty()) return false;
    if (scan->size > scan->whole) {
        auto torn = storage.files.open(path, OpenMode::update);
        if (torn.has_error()) return torn.error();
        if (auto cut = (*torn)->truncate(scan->whole); cut.has_error()) return cut.error();
        if (auto synced = (*torn)->sync(); synced.has_error()) return synced.error();
    }
    const auto [first, last] = std::ranges::minmax(scan->entries, {}, &ThumbEntry::time);
    const store::ThumbPackRow row{0, name->stream, storage.volume.uuid, relative, first.time, last.time, scan->whole};
    const auto put = storage.catalog.put_thumbs(row, encode_thumbs(scan->entries));
    if (put.has_error()) return put.error();
    return true;
}

std::size_t recover_thumbs(const Storage& storage, std::span<const std::string> files) {
    std::size_t found = 0;
    for (const auto& path : files) {
        if (!is_thumbs_path(path)) continue;
        const auto row = storage.catalog.thumbs_at(storage.volume.uuid, path);
        if (row || row.error().code != errc::not_found) continue;
        const auto indexed = index_thumbs(storage, path);
        if (indexed.has_error())
            log::warn("disk " + storage.volume.root.string(), "{} is left alone: {}", path, indexed.error().message);
        else
            found += *indexed ? 1 : 0;
    }
    return found;
}

}  // namespace vantage::footage
