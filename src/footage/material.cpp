// SPDX-License-Identifier: Apache-2.0
#include "footage/material.hpp"

#include "base/log.hpp"
#include "footage/part_reader.hpp"

#include <algorithm>

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

constexpr auto kMargin = 1s;          // sound lies up to so far from its picture
constexpr auto kFarthestKey = 10min;  // no segment is longer
constexpr auto kSmallestGap = 200ms;  // shorter ones are seams

// Fragments from the last one on that a decoder can start with at or before `from`.
Result<std::vector<Fragment>> fragments_from_key(const Footage& footage, const StreamKey& stream, UtcTime from, UtcTime to) {
    auto found = footage.fragments(stream, from - kMargin, to + kMargin, SIZE_MAX);
    if (found.has_error()) return found;
    const auto starts_late = [from](const Fragment& f) { return to_utc(f.start + f.duration) > from; };
    const auto in = std::ranges::find_if(*found, starts_late);
    if (in == found->end() || in->independent || to_utc(in->start) >= from) return found;
    auto before = footage.fragments(stream, from - kFarthestKey, to_utc(found->front().start), SIZE_MAX);
    if (before.has_error()) return before;
    std::erase_if(*before, [&](const Fragment& f) { return f.start >= found->front().start; });
    before->insert(before->end(), found->begin(), found->end());
    return before;
}

// Of several the one that lasts longest: a recorder that stops says so for a moment, and then does not run.
std::string reason_of(const std::vector<Gap>& known, UtcTime start, UtcTime end) {
    const auto shared = [&](const Gap& gap) { return std::min(gap.end, end) - std::max(gap.start, start); };
    const auto longest = std::ranges::max_element(known, {}, shared);
    return longest != known.end() && shared(*longest) > microseconds{0} ? longest->reason : std::string("no footage");
}

Result<std::vector<Gap>> gaps_of(const Footage& footage, const StreamKey& stream, UtcTime from, UtcTime to) {
    const auto coverage = footage.coverage(stream, from, to);
    if (coverage.has_error()) return coverage.error();
    std::vector<Gap> out;
    auto at = from;
    const auto until = [&](UtcTime end) {
        if (end - at > kSmallestGap) out.push_back({at, end, reason_of(coverage->gaps, at, end)});
    };
    for (const auto& span : coverage->footage) {
        until(span.start);
        at = std::max(at, span.end);
    }
    until(to);
    return out;
}

}  // namespace

Result<Material> gather(const Footage& footage, FileSystem& files, const StreamKey& stream, UtcTime from, UtcTime to) {
    auto out = gather_fragments(footage, files, stream, from, to);
    if (out.has_error()) return out;
    auto gaps = gaps_of(footage, stream, from, to);
    if (gaps.has_error()) return gaps.error();
    out->gaps = std::move(*gaps);
    return out;
}

Result<Material> gather_fragments(const Footage& footage, FileSystem& files, const StreamKey& stream, UtcTime from,
                                  UtcTime to) {
    Material out{stream, from, to, {}, {}, {}, 0, true};
    const auto fragments = fragments_from_key(footage, stream, from, to);
    if (fragments.has_error()) return fragments.error();
    for (const auto& fragment : *fragments) {
        if (out.sources.empty() || out.sources.back().segment->path != fragment.segment->path) {
            auto file = files.open(fragment.segment->path, OpenMode::read);
            if (file.has_error() && file.error().code == errc::not_found) continue;  // retention took it just now
            if (file.has_error()) return file.error();
            out.sources.push_back({fragment.segment, std::move(*file), {}});
        }
        out.sources.back().fragments.push_back(fragment);
        const bool in_time = to_utc(fragment.start) < to && to_utc(fragment.start + fragment.duration) > from;
        if (in_time) out.bytes += fragment.bytes;
        if (in_time && out.empty) {
            out.first = fragment.start;
            out.empty = false;
        }
    }
    if (!out.empty) {  // back to a start of decoding
        MediaTime start = out.first;
        for (const auto& source : out.sources)
            for (const auto& fragment : source.fragments)
                if (fragment.start <= out.first && fragment.independent) start = fragment.start;
        out.first = start;
    }
    return out;
}

Status walk_parts(const Source& source, const std::function<bool(const Part&, const PartPlace&)>& visit) {
    PartReader reader(*source.file);
    const auto base = std::chrono::round<Ticks>(source.segment->start).time_since_epoch();
    const auto& last = source.fragments.back();
    const auto end = last.offset + last.bytes;
    for (auto at = source.fragments.front().offset; at < end;) {
        auto found = reader.read(at);
        if (found.has_error()) return found.error();
        if (!*found || at + (*found)->bytes > end) {
            log::warn(to_string(source.segment->stream), "{}: no part at byte {}; run 'vantage reindex'",
                      source.segment->path, at);
            return {};
        }
        auto& part = (*found)->part;
        part.start += base;
        part.init = source.segment->init;
        const PartPlace place{at, (*found)->header, static_cast<std::uint32_t>((*found)->bytes)};
        if (!visit(part, place)) return {};
        at += place.bytes;
    }
    return {};
}

}  // namespace vantage::footage
