// SPDX-License-Identifier: Apache-2.0
#include "footage/recovery.hpp"

#include "base/log.hpp"
#include "footage/segment_path.hpp"
#include "footage/thumb_recovery.hpp"

#include <algorithm>
#include <set>

namespace vantage::footage {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kNewestDays = 2;  // of each stream are searched for files without a row

std::string area(const Storage& storage) {
    return "disk " + storage.volume.root.string();
}

// Cuts off what is not whole, and writes the duration into mehd. Synced, so that the row may say so.
Status complete(File& file, const Scan& scan) {
    if (scan.size > scan.whole) {
        if (auto done = file.truncate(scan.whole); done.has_error()) return done;
    }
    std::array<std::uint8_t, 8> duration{};
    store_u64(duration.data(), static_cast<std::uint64_t>(scan.duration.count()));
    const ByteView view = duration;
    if (auto done = write_all(file, scan.init->duration_offset, {&view, 1}); done.has_error()) return done;
    return file.sync();
}

std::vector<fs::path> subdirectories(const fs::path& of) {
    std::vector<fs::path> out;
    std::error_code error;
    for (fs::directory_iterator it{of, error}, end; !error && it != end; it.increment(error))
        if (it->is_directory(error)) out.push_back(it->path());
    std::ranges::sort(out, std::greater{});
    return out;
}

std::vector<std::string> newest_files(const Storage& storage) {
    std::vector<std::string> out;
    for (const auto& camera : subdirectories(storage.volume.root / "footage"))
        for (const auto& kind : subdirectories(camera)) {
            auto days = subdirectories(kind);
            days.resize(std::min(days.size(), kNewestDays));
            for (const auto& day : days) {
                std::error_code error;
                for (fs::directory_iterator it{day, error}, end; !error && it != end; it.increment(error))
                    out.push_back(it->path().lexically_relative(storage.volume.root).generic_string());
            }
        }
    return out;
}

Status put(const Storage& storage, store::IndexedSegment segment, const std::optional<store::SegmentRow>& old) {
    if (!old) {
        auto id = storage.catalog.add(segment.row, segment.table);
        return id ? Status{} : Status{id.error()};
    }
    segment.row.id = old->id;
    segment.row.is_protected = old->is_protected;
    segment.row.timing = old->timing;
    return storage.catalog.update(segment.row, segment.table);
}

void recover_one(const Storage& storage, const std::string& path, const std::optional<store::SegmentRow>& old,
                 Recovered& out) {
    const bool there = fs::exists(storage.volume.root / path);
    auto found = recover_file(storage, path);
    if (found) {
        if (auto done = put(storage, std::move(*found), old); done.has_error()) {
            log::error(area(storage), "the catalogue does not take recovered segment {}: {}", path, done.error().message);
        } else {
            ++out.segments;
        }
        return;
    }
    const auto code = found.error().code;
    if (code == errc::not_found) {
        ++(there ? out.empty : out.missing);
        if (old) (void)storage.catalog.remove({&old->id, 1});
    } else {
        // The row of a foreign or unreadable file stays: the next start tries again.
        ++out.foreign;
        log::warn(area(storage), "{} is left alone: {}", path, found.error().message);
    }
}

// Paths of all rows that a file of these days could have, a query a stream.
std::set<std::string> known_paths(const Storage& storage, const std::vector<std::string>& files) {
    std::map<StreamKey, UtcTime> since;
    for (const auto& file : files)
        if (const auto name = parse_segment_path(file)) {
            auto& first = since.try_emplace(name->stream, name->start).first->second;
            first = std::min(first, name->start);
        }
    std::set<std::string> out;
    for (const auto& [stream, first] : since) {
        const auto rows = storage.catalog.overlapping(stream, first - seconds{1}, UtcTime::max());
        if (rows.has_error()) continue;
        for (const auto& row : *rows)
            if (row.volume == storage.volume.uuid) out.insert(row.path);
    }
    // Files that are about to be deleted are nothing new.
    const auto leaving = storage.catalog.removals(storage.volume.uuid);
    if (leaving)
        for (const auto& row : *leaving) out.insert(row.path);
    return out;
}

}  // namespace

Result<Scan> complete_file(FileSystem& files, const fs::path& path) {
    auto file = files.open(path, OpenMode::update);
    if (file.has_error()) return file.error();
    auto scan = scan_segment(**file, Tail::checked);
    if (scan.has_error()) {
        if (scan.error().code == errc::not_found) {
            file->reset();
            (void)files.remove(path);
        }
        return scan;
    }
    if (auto done = complete(**file, *scan); done.has_error()) return done.error();
    return scan;
}

Result<store::IndexedSegment> recover_file(const Storage& storage, const std::string& relative) {
    const auto name = parse_segment_path(relative);
    if (!name) return fail(errc::malformed, "not a name of a segment");
    const auto scan = complete_file(storage.files, storage.volume.root / relative);
    if (scan.has_error()) return scan.error();
    const auto init = storage.catalog.intern_init(scan->init->data);
    if (init.has_error()) return init.error();
    return store::IndexedSegment{{0,
                                  name->stream,
                                  storage.volume.uuid,
                                  relative,
                                  store::RowState::recovered,
                                  to_utc(scan->start),
                                  to_utc(scan->start + scan->duration),
                                  scan->whole,
                                  *init,
                                  {},
                                  false},
                                 encode_table(scan->table)};
}

Recovered recover_storage(const Storage& storage) {
    Recovered out;
    const auto open = storage.catalog.open_segments(storage.volume.uuid);
    if (open.has_error()) {
        log::error(area(storage), "the catalogue cannot be read: {}", open.error().message);
        return out;
    }
    for (const auto& row : *open) recover_one(storage, row.path, row, out);
    const auto files = newest_files(storage);
    const auto known = known_paths(storage, files);
    for (const auto& file : files)
        if (!known.contains(file) && parse_segment_path(file)) recover_one(storage, file, {}, out);
    out.thumbs = recover_thumbs(storage, files);
    if (out.segments + out.empty + out.missing > 0)
        log::info(area(storage), "recovered {} segments; removed {} empty files; dropped {} rows without a file",
                  out.segments, out.empty, out.missing);
    return out;
}

}  // namespace vantage::footage
