// SPDX-License-Identifier: Apache-2.0
#include "footage/folder_footage.hpp"

#include "base/log.hpp"
#include "footage/segment_path.hpp"

#include <algorithm>
#include <set>

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongestSegment = 11min;  // ten, and the GOP that the turn waits for
constexpr auto kTouching = 250ms;        // spans this close are one

}  // namespace

// A file that still grows ends, for us, where it ends now.
FolderFootage::KnownPtr FolderFootage::look(const StreamKey& stream, const std::filesystem::path& path) const {
    if (const auto known = known_.find(path.string()); known != known_.end()) return known->second;
    KnownPtr made;
    auto file = files_.open(path, OpenMode::read);
    auto scan = file ? scan_segment(**file, Tail::trusted) : Result<Scan>{file.error()};
    if (scan) {
        auto info = std::make_shared<const SegmentInfo>(SegmentInfo{0,
                                                                    stream,
                                                                    path.string(),
                                                                    to_utc(scan->start),
                                                                    to_utc(scan->start + scan->duration),
                                                                    scan->whole,
                                                                    SegmentState::closed,
                                                                    false,
                                                                    {},
                                                                    scan->init});
        made = std::make_shared<const Known>(Known{std::move(info), scan->start, std::move(scan->table)});
    } else if (scan.error().code != errc::not_found) {
        log::warn("footage", "{}: {}", path.string(), scan.error().message);
    }
    return known_[path.string()] = made;
}

Result<std::vector<FolderFootage::KnownPtr>> FolderFootage::find(const StreamKey& stream, UtcTime from, UtcTime to) const {
    std::set<std::string> paths;
    const auto relative = std::filesystem::path("footage") / stream.camera.str() / vantage::to_string(stream.kind);
    std::error_code error;
    if (!std::filesystem::is_directory(root_ / relative, error))
        return fail(errc::not_found,
                    fmt::format("there is no footage of {} in {}", vantage::to_string(stream), root_.string()));
    for (const auto& day : std::filesystem::directory_iterator(root_ / relative, error)) {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(day.path(), ignored)) {
            const auto name = parse_segment_path((relative / day.path().filename() / entry.path().filename()).string());
            if (name && name->start < to && name->start > from - kLongestSegment) paths.insert(entry.path().string());
        }
    }
    if (error) return system_error(error.value(), fmt::format("read {}", (root_ / relative).string()));
    std::vector<KnownPtr> out;
    for (const auto& path : paths) {
        auto known = look(stream, path);
        if (known && known->segment->start < to && known->segment->end > from) out.push_back(std::move(known));
    }
    std::ranges::stable_sort(out, {}, [](const KnownPtr& known) { return known->start; });
    return out;
}

Result<Coverage> FolderFootage::coverage(const StreamKey& stream, UtcTime from, UtcTime to) const {
    const auto found = find(stream, from, to);
    if (found.has_error()) return found.error();
    Coverage out;
    for (const auto& known : *found) {
        const Span span{std::max(known->segment->start, from), std::min(known->segment->end, to)};
        if (!out.footage.empty() && span.start - out.footage.back().end <= kTouching) {
            out.footage.back().end = std::max(out.footage.back().end, span.end);
        } else {
            out.footage.push_back(span);
        }
    }
    return out;
}

Result<std::vector<SegmentPtr>> FolderFootage::segments(const StreamKey& stream, UtcTime from, UtcTime to) const {
    const auto found = find(stream, from, to);
    if (found.has_error()) return found.error();
    std::vector<SegmentPtr> out;
    for (const auto& known : *found) out.push_back(known->segment);
    return out;
}

Result<std::vector<Fragment>> FolderFootage::fragments(const StreamKey& stream, UtcTime from, UtcTime to,
                                                       std::size_t most) const {
    const auto found = find(stream, from, to);
    if (found.has_error()) return found.error();
    std::vector<Fragment> out;
    for (const auto& known : *found)
        for (const auto& entry : known->table) {
            const auto start = known->start + entry.start;
            if (to_utc(start + entry.duration) <= from || to_utc(start) >= to || out.size() >= most) continue;
            out.push_back(
                {known->segment, start, entry.duration, entry.offset, entry.bytes, entry.key_bytes, entry.independent});
        }
    return out;
}

Result<std::vector<PartPtr>> FolderFootage::read(const Fragment& fragment) const {
    return fail(errc::unsupported, fmt::format("{} is read by its places", fragment.segment->path));
}

}  // namespace vantage::footage
