// SPDX-License-Identifier: Apache-2.0
#include "footage/disk_footage.hpp"

#include "footage/part_reader.hpp"
#include "media/mp4.hpp"

#include <algorithm>
#include <filesystem>

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

constexpr auto kTouching = 250ms;  // spans this close are one: a seam that players pass
constexpr std::size_t kMostInits = 4096;
constexpr std::size_t kPrft = 32;

MediaTime exact(UtcTime start) {
    return std::chrono::round<Ticks>(start);
}

SegmentState to_state(store::RowState state) {
    return state == store::RowState::recovered ? SegmentState::recovered : SegmentState::closed;
}

void extend(std::vector<Span>& spans, UtcTime start, UtcTime end) {
    if (end <= start) return;
    if (!spans.empty() && start - spans.back().end <= kTouching) {
        spans.back().end = std::max(spans.back().end, end);
    } else {
        spans.push_back({start, end});
    }
}

// Cuts a fragment's bytes into its parts; stops before one that is not whole.
std::vector<PartPtr> cut_parts(const Fragment& fragment, ByteView bytes) {
    std::vector<PartPtr> out;
    const auto base = exact(fragment.segment->start).time_since_epoch();
    bool starts = false;
    for (std::size_t at = 0; at < bytes.size();) {
        if (parse_prft(bytes.subspan(at))) {
            at += kPrft;
            starts = true;
            continue;
        }
        auto found = mp4::parse_part(bytes.subspan(at));
        if (found.has_error() || found->samples.empty()) break;
        auto part = std::make_shared<Part>(std::move(*found));
        const auto size = part->samples.back().offset + std::size_t{part->samples.back().size};
        if (bytes.size() - at < size) break;
        part->init = fragment.segment->init;
        part->start += base;
        part->starts_fragment = std::exchange(starts, false);
        part->independent = part->samples.front().key;
        part->discontinuity = out.empty() && fragment.offset == fragment.segment->init->data.size();
        part->data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                          bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
        store_u64(part->data.data() + part->decode_time_offset,
                  static_cast<std::uint64_t>(part->start.time_since_epoch().count()));
        out.push_back(std::move(part));
        at += size;
    }
    return out;
}

Fragment fragment_of(const SegmentPtr& segment, MediaTime base, const FragmentEntry& entry) {
    const bool audio = entry.audio_duration > Ticks{0};
    return {segment,
            base + entry.start,
            entry.duration,
            entry.offset,
            entry.bytes,
            entry.key_bytes,
            entry.independent,
            audio ? base + entry.audio_start : MediaTime{},
            entry.audio_duration};
}

}  // namespace

// The open ones first: a segment that closes in between is then found twice, not never.
Result<std::vector<DiskFootage::Found>> DiskFootage::find(const StreamKey& stream, UtcTime from, UtcTime to) const {
    std::vector<Found> out;
    const auto open = open_segments_.of(stream);
    const auto rows = catalog_.overlapping(stream, from, to);
    if (rows.has_error()) return rows.error();
    const auto is_open = [&](std::int64_t id) {
        return std::ranges::any_of(open, [&](const auto& segment) { return segment->info()->id == id; });
    };
    for (const auto& row : *rows)
        if (row.state != store::RowState::open && !is_open(row.id)) out.push_back({row, nullptr});
    for (const auto& segment : open) {
        const auto info = segment->info();
        if (info->start >= to || info->end <= from) continue;
        Found found{{info->id, stream, {}, {}, store::RowState::open, info->start, info->end, info->bytes, 0, {}, false},
                    segment};
        out.push_back(std::move(found));
    }
    std::ranges::stable_sort(out, {}, [](const Found& found) { return found.row.start; });
    return out;
}

Result<Coverage> DiskFootage::coverage(const StreamKey& stream, UtcTime from, UtcTime to) const {
    const auto found = find(stream, from, to);
    if (found.has_error()) return found.error();
    Coverage out;
    for (const auto& segment : *found) extend(out.footage, std::max(segment.row.start, from), std::min(segment.row.end, to));
    const auto gaps = catalog_.gaps(stream, from, to);
    if (gaps.has_error()) return gaps.error();
    for (const auto& gap : *gaps) {
        const auto end = std::min(gap.end.value_or(to), to);
        const auto start = std::max(gap.start, from);
        if (end > start) out.gaps.push_back({start, end, gap.reason});
    }
    return out;
}

Result<InitPtr> DiskFootage::init(std::int64_t id) const {
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = inits_.find(id); known != inits_.end()) return known->second;
    }
    const auto bytes = catalog_.init(id);
    if (bytes.has_error()) return bytes.error();
    auto parsed = mp4::parse_init(*bytes);
    if (parsed.has_error()) return parsed;
    const std::lock_guard lock(mutex_);
    if (inits_.size() >= kMostInits) inits_.clear();
    return inits_.try_emplace(id, *parsed).first->second;
}

Result<SegmentPtr> DiskFootage::describe(const Found& found) const {
    if (found.open) return found.open->info();
    const auto& row = found.row;
    const auto root = volumes_.of(row.volume);
    if (root.has_error()) return root.error();
    const auto init_of = init(row.init_id);
    if (init_of.has_error()) return init_of.error();
    const Timing timing{row.timing.source, row.timing.offset, row.timing.ppm, row.timing.uncertainty};
    return std::make_shared<const SegmentInfo>(
        SegmentInfo{row.id, row.stream, (std::filesystem::path{*root} / row.path).string(), row.start, row.end, row.bytes,
                    to_state(row.state), row.is_protected, timing, *init_of});
}

Result<std::vector<SegmentPtr>> DiskFootage::segments(const StreamKey& stream, UtcTime from, UtcTime to) const {
    const auto found = find(stream, from, to);
    if (found.has_error()) return found.error();
    std::vector<SegmentPtr> out;
    for (const auto& one : *found) {
        auto described = describe(one);
        if (described.has_error()) return described.error();
        out.push_back(std::move(*described));
    }
    return out;
}

Result<std::vector<Fragment>> DiskFootage::fragments(const StreamKey& stream, UtcTime from, UtcTime to,
                                                     std::size_t most) const {
    const auto found = find(stream, from, to);
    if (found.has_error()) return found.error();
    std::vector<Fragment> out;
    for (const auto& one : *found) {
        if (out.size() >= most) break;
        const auto segment = describe(one);
        if (segment.has_error()) return segment.error();
        std::vector<FragmentEntry> entries;
        if (one.open) {
            entries = one.open->entries();
        } else {
            const auto bytes = catalog_.fragment_table(one.row.id);
            if (bytes.has_error()) continue;  // retention took it just now
            auto decoded = decode_table(*bytes);
            if (decoded.has_error()) return decoded.error();
            entries = std::move(*decoded);
        }
        const auto base = one.open ? one.open->base() : exact((*segment)->start);
        for (const auto& entry : entries) {
            const auto start = base + entry.start;
            if (to_utc(start + entry.duration) <= from) continue;
            if (to_utc(start) >= to || out.size() >= most) break;
            out.push_back(fragment_of(*segment, base, entry));
        }
    }
    return out;
}

Result<std::vector<Fragment>> DiskFootage::fragments_of(const SegmentPtr& segment) const {
    std::vector<FragmentEntry> entries;
    auto base = exact(segment->start);
    // Asked by its path: the id of an open one may come late, and it may have been closed meanwhile.
    const auto open = open_segments_.of(segment->stream);
    const auto found = std::ranges::find_if(open, [&](const auto& one) { return one->info()->path == segment->path; });
    if (found != open.end()) {
        entries = (*found)->entries();
        base = (*found)->base();
    } else {
        const auto bytes = catalog_.fragment_table(segment->id);
        if (bytes.has_error()) return bytes.error();
        auto decoded = decode_table(*bytes);
        if (decoded.has_error()) return decoded.error();
        entries = std::move(*decoded);
    }
    std::vector<Fragment> out;
    out.reserve(entries.size());
    for (const auto& entry : entries) out.push_back(fragment_of(segment, base, entry));
    return out;
}

Result<std::vector<PartPtr>> DiskFootage::read(const Fragment& fragment) const {
    auto file = files_.open(fragment.segment->path, OpenMode::read);
    if (file.has_error()) return file.error();
    Bytes bytes(static_cast<std::size_t>(fragment.bytes));
    const auto got = (*file)->read(fragment.offset, bytes);
    if (got.has_error()) return got.error();
    bytes.resize(*got);
    auto parts = cut_parts(fragment, bytes);
    if (parts.empty())
        return fail(errc::malformed, fmt::format("{} has no part at byte {}; run 'vantage reindex'", fragment.segment->path,
                                                 fragment.offset));
    return parts;
}

}  // namespace vantage::footage
