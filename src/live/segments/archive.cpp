// SPDX-License-Identifier: Apache-2.0
#include "live/segments/archive.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::live {
namespace {

constexpr std::size_t kMostKnown = 6000;  // files, some 10 KB each: two weeks of three cameras, or a day of forty
constexpr Ticks kSeam{9000};              // 100 ms: what players pass over without a word

UtcTime just_after(MediaTime t) {
    return to_utc(t) + milliseconds(1);
}

bool same(const InitPtr& a, const InitPtr& b) {
    return a == b || (a && b && a->data == b->data);
}

// Whether `next` needs the word that time or parameters break before it.
bool breaks_before(const ArchiveFile& last, const ArchiveFile& next) {
    const auto seam = next.runs.front().start - (last.runs.back().start + last.runs.back().duration);
    return seam > kSeam || seam < -kSeam || !same(last.init(Rendition::muxed), next.init(Rendition::muxed));
}

Error nothing(const StreamKey& stream, const Period& period, Rendition rendition) {
    const char* what = rendition == Rendition::audio ? "sound" : rendition == Rendition::video ? "picture" : "footage";
    return fail(errc::not_found,
                fmt::format("camera '{}' has no {} of its {} stream between {} and {}", stream.camera.str(), what,
                            vantage::to_string(stream.kind), to_rfc3339(period.from), to_rfc3339(period.to)));
}

}  // namespace

std::size_t ArchiveList::runs() const {
    std::size_t sum = 0;
    for (const auto& file : files) sum += file->runs.size();
    return sum;
}

bool ArchiveList::has(Rendition r) const {
    return std::ranges::any_of(files, [&](const ArchiveFilePtr& file) { return file->init(r) != nullptr; });
}

// Two files at most are looked into: the first may have nothing in the period.
Result<Ticks> Archive::target_of(const std::vector<footage::SegmentPtr>& segments, const Period& period) {
    for (std::size_t i = 0; i < std::min<std::size_t>(segments.size(), 2); ++i) {
        auto fragments = footage_.fragments_of(segments[i]);
        if (!fragments) continue;
        std::erase_if(*fragments, [&](const footage::Fragment& fragment) { return to_utc(fragment.start) < period.from; });
        if (fragments->size() < 2) continue;
        return has_long_gops(*fragments) ? kLongestOfLongGops : kLongestRun;
    }
    return kLongestRun;
}

Result<ArchiveFilePtr> Archive::make(const footage::SegmentPtr& segment, const Period& period, Ticks target) {
    const auto fragments = footage_.fragments_of(segment);
    if (!fragments) return fragments.error();
    const bool grows = segment->state == footage::SegmentState::open;
    auto made = std::make_shared<ArchiveFile>();
    made->segment = segment;
    for (const auto& run : runs_of(*fragments, period, grows)) {
        if (run.duration <= target) {
            made->runs.push_back(run);
            continue;
        }
        const footage::Fragment whole{segment, run.start, run.duration,    run.offset,        run.bytes,
                                      0,       true,      run.audio_start, run.audio_duration};
        const auto parts = footage_.read(whole);
        if (!parts) return parts.error();
        const auto pieces = split_run(run, *parts, target);
        made->runs.insert(made->runs.end(), pieces.begin(), pieces.end());
    }
    made->whole = !grows && !fragments->empty() && to_utc(fragments->front().start) >= period.from &&
                  to_utc(fragments->back().start) < period.to;
    if (!made->runs.empty()) made->shown_after = shown_after(fragments->front());
    const std::lock_guard hold(mutex_);
    for (const auto rendition : kRenditions)
        made->inits[static_cast<std::size_t>(rendition)] = inits_.of(segment->init, rendition);
    return ArchiveFilePtr{std::move(made)};
}

Ticks Archive::shown_after(const footage::Fragment& first) const {
    const auto& video = first.segment->init->tracks.video;
    if (!video || video->reorder_depth == 0) return Ticks{0};
    constexpr std::uint64_t kRestOfPart = 64U << 10;
    auto head = first;
    head.bytes = std::min<std::uint64_t>(first.bytes, std::uint64_t{first.key_bytes} + kRestOfPart);
    auto parts = footage_.read(head);
    if (!parts) parts = footage_.read(first);
    if (!parts) return Ticks{0};
    for (const auto& part : *parts)
        if (part->track == TrackKind::video) return first_shown(*part) - part->start;
    return Ticks{0};
}

void Archive::remember(const std::string& key, const ArchiveFilePtr& file) {
    const std::lock_guard hold(mutex_);
    if (!known_.emplace(key, file).second) return;
    order_.push_back(key);
    if (order_.size() <= kMostKnown) return;
    known_.erase(order_.front());
    order_.pop_front();
}

Result<ArchiveFilePtr> Archive::file(const footage::SegmentPtr& segment, const Period& period, Ticks target) {
    const auto key = fmt::format("{} {} {}", segment->path, segment->bytes, target.count());
    {
        const std::lock_guard hold(mutex_);
        if (const auto known = known_.find(key); known != known_.end()) {
            const auto& runs = known->second->runs;
            const bool inside = !runs.empty() && to_utc(runs.front().start) >= period.from && segment->end <= period.to;
            if (inside) return known->second;
        }
    }
    auto made = make(segment, period, target);
    if (made && (*made)->whole && segment->end <= period.to) remember(key, *made);
    return made;
}

Result<ArchiveList> Archive::list(const StreamKey& stream, const Period& period, Rendition rendition) {
    const auto segments = footage_.segments(stream, period.from, period.to);
    if (!segments) return segments.error();
    const auto target = target_of(*segments, period);
    if (!target) return target.error();
    ArchiveList out;
    out.period = period;
    out.target = *target;
    out.ended = clock_.now() >= period.to;
    // Seconds since 1970 where the period begins: at midnight "today" goes on with higher numbers.
    out.first_number = static_cast<std::uint64_t>(std::chrono::floor<seconds>(period.from.time_since_epoch()).count());
    for (const auto& segment : *segments) {
        const auto found = file(segment, period, *target);
        if (!found && found.error().code == errc::not_found) continue;  // retention took it just now
        if (!found) return found.error();
        // The last run before the end is not whole yet.
        if (segment->state == footage::SegmentState::open && segment->end < period.to) out.ended = false;
        if ((*found)->runs.empty()) continue;
        out.breaks.push_back(!out.files.empty() && breaks_before(*out.files.back(), **found));
        out.files.push_back(*found);
    }
    if (!out.has(rendition)) return nothing(stream, period, rendition);
    return out;
}

Result<std::vector<PartPtr>> Archive::read(const StreamKey& stream, const Period& period, Rendition rendition,
                                           MediaTime start) {
    const auto gone = fail(errc::not_found, "there is no such piece of footage in this period; load the playlist again");
    const auto all = footage_.segments(stream, period.from, period.to);
    if (!all) return all.error();
    const auto target = target_of(*all, period);
    if (!target) return target.error();
    for (const auto& segment : *all) {
        // Sound may begin a little before or after the picture it lies beside.
        if (segment->start > just_after(start) || segment->end + seconds(1) < to_utc(start)) continue;
        const auto found = file(segment, period, *target);
        if (!found) continue;
        for (const auto& run : (*found)->runs) {
            const auto entry = archive_entry(**found, run, rendition);
            if (entry.start != start || entry.gap) continue;
            auto parts = footage_.read({(*found)->segment, run.start, run.duration, run.offset, run.bytes, 0, true,
                                        run.audio_start, run.audio_duration});
            if (!parts) return parts.error();
            std::erase_if(*parts, [&](const PartPtr& part) { return !carries(rendition, part->track); });
            return parts;
        }
    }
    return gone;
}

Result<InitPtr> Archive::find_init(const StreamKey& stream, const Period& period, Rendition rendition,
                                   std::string_view name) {
    const auto segments = footage_.segments(stream, period.from, period.to);
    if (!segments) return segments.error();
    InitPtr last;
    for (const auto& segment : *segments) {
        if (segment->init == last) continue;
        last = segment->init;
        const std::lock_guard hold(mutex_);
        const auto& init = inits_.of(segment->init, rendition);
        if (init && init_name(*init) == name) return init;
    }
    return fail(errc::not_found, "there is no such init in this period; load the playlist again");
}

double Archive::frame_rate(const ArchiveList& list) const {
    const auto& file = *list.files.front();
    const auto fragments = footage_.fragments_of(file.segment);
    if (!fragments || fragments->empty()) return 0;
    const auto parts = footage_.read(fragments->front());
    if (!parts) return 0;
    std::size_t frames = 0;
    Ticks played{0};
    for (const auto& part : *parts)
        if (part->track == TrackKind::video) {
            frames += part->samples.size();
            played += part->duration;
        }
    return played > Ticks{0} ? static_cast<double>(frames) * 90000 / static_cast<double>(played.count()) : 0;
}

OutlineEntry archive_entry(const ArchiveFile& file, const Run& run, Rendition rendition) {
    const auto& init = file.init(rendition);
    const bool audio = rendition == Rendition::audio && file.init(Rendition::video);
    const bool gap = !init || (audio && run.audio_duration == Ticks{0});
    if (audio && !gap) return {run.audio_start, run.audio_start, run.audio_duration, init, false, false, 0};
    return {run.start, run.start + file.shown_after, run.duration, gap ? nullptr : init, false, gap, run.bytes};
}

Outline archive_outline(const ArchiveList& list, Rendition rendition) {
    Outline out;
    out.first_number = list.first_number;
    out.ended = list.ended;
    out.target_duration = list.target;
    out.entries.reserve(list.runs());
    for (std::size_t i = 0; i < list.files.size(); ++i) {
        bool first = list.breaks[i];
        for (const auto& run : list.files[i]->runs) {
            out.entries.push_back(archive_entry(*list.files[i], run, rendition));
            out.entries.back().discontinuity = std::exchange(first, false);
        }
    }
    measure_bits(out);
    return out;
}

}  // namespace vantage::live
