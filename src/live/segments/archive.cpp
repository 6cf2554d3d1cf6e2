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
    return seam > kSeam || seam < -kSeam || !same(last.segment->init, next.segment->init);
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
Ticks Archive::target_of(const StreamKey& stream, const std::vector<footage::SegmentPtr>& segments, const Period& period) {
    if (const auto begun_with = numbers_->target(stream, period)) return *begun_with;
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
    const auto init = shown(segment->init);
    if (!init) return init.error();
    const std::lock_guard hold(mutex_);
    for (const auto rendition : kRenditions) made->inits[static_cast<std::size_t>(rendition)] = inits_.of(*init, rendition);
    return ArchiveFilePtr{std::move(made)};
}

Result<InitPtr> Archive::shown(const InitPtr& on_disk) const {
    if (view_ == nullptr) return on_disk;
    return view_->init(on_disk);
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

std::optional<Period> Archive::period_before(std::string_view text) const {
    const auto now = clock_.now();
    const auto is = parse_period(text, zone_, now), was = parse_period(text, zone_, now - kGrace);
    return is && was && *is != *was ? std::optional(*was) : std::nullopt;
}

Result<ArchiveList> Archive::list(const StreamKey& stream, const Period& period, Rendition rendition) {
    const auto segments = footage_.segments(stream, period.from, period.to);
    if (!segments) return segments.error();
    ArchiveList out;
    out.period = period;
    out.target = target_of(stream, *segments, period);
    out.ended = clock_.now() >= period.to;
    for (const auto& segment : *segments) {
        const auto found = file(segment, period, out.target);
        if (!found && found.error().code == errc::not_found) continue;  // retention took it just now
        if (!found) return found.error();
        // The last run before the end is not whole yet.
        if (segment->state == footage::SegmentState::open && segment->end < period.to) out.ended = false;
        if ((*found)->runs.empty()) continue;
        out.breaks.push_back(!out.files.empty() && breaks_before(*out.files.back(), **found));
        out.files.push_back(*found);
    }
    if (!out.files.empty()) numbers_->settle(stream, out);
    if (!out.has(rendition)) return nothing(stream, period, rendition);
    return out;
}

Result<Archive::Found> Archive::find(const StreamKey& stream, const Period& period, Rendition rendition, MediaTime start) {
    const auto gone = fail(errc::not_found, "there is no such piece of footage in this period; load the playlist again");
    const auto all = footage_.segments(stream, period.from, period.to);
    if (!all) return all.error();
    const auto target = target_of(stream, *all, period);
    for (const auto& segment : *all) {
        // Sound may begin a little before or after the picture it lies beside.
        if (segment->start > just_after(start) || segment->end + seconds(1) < to_utc(start)) continue;
        const auto found = file(segment, period, target);
        if (!found) continue;
        for (const auto& run : (*found)->runs) {
            const auto entry = archive_entry(**found, run, rendition);
            if (entry.start != start || entry.gap) continue;
            return Found{(*found)->segment, run};
        }
    }
    return gone;
}

void Archive::read(const Found& found, Rendition rendition, const ArchiveView::Done& done) const {
    const auto& [segment, run] = found;
    const auto carried = [rendition](Result<std::vector<PartPtr>> parts) {
        if (parts) std::erase_if(*parts, [&](const PartPtr& part) { return !carries(rendition, part->track); });
        return parts;
    };
    // Sound is never made anew.
    if (view_ == nullptr || rendition == Rendition::audio)
        return done(carried(footage_.read(
            {segment, run.start, run.duration, run.offset, run.bytes, 0, true, run.audio_start, run.audio_duration})));
    auto fragments = footage_.fragments_of(segment);
    if (!fragments) return done(fragments.error());
    const auto end = run.start + run.duration;
    std::erase_if(*fragments,
                  [&](const footage::Fragment& f) { return f.start >= end || f.start + f.duration <= run.start; });
    view_->read(std::move(*fragments), [=, from = run.start](Result<std::vector<PartPtr>> parts) {
        parts = carried(std::move(parts));
        // Of a group of pictures that is longer than an entry, only its share.
        if (parts) std::erase_if(*parts, [&](const PartPtr& part) { return part->end() <= from || part->start >= end; });
        done(std::move(parts));
    });
}

Result<InitPtr> Archive::find_init(const StreamKey& stream, const Period& period, Rendition rendition,
                                   std::string_view name) {
    const auto segments = footage_.segments(stream, period.from, period.to);
    if (!segments) return segments.error();
    InitPtr last;
    for (const auto& segment : *segments) {
        if (segment->init == last) continue;
        last = segment->init;
        const auto whole = shown(segment->init);
        if (!whole) return whole.error();
        const std::lock_guard hold(mutex_);
        const auto& init = inits_.of(*whole, rendition);
        if (init && init_name(*init) == name) return init;
    }
    return fail(errc::not_found, "there is no such init in this period; load the playlist again");
}

Archive::Rates Archive::rates(const ArchiveList& list) const {
    Rates rates;
    for (const auto& file : {list.files.front(), list.files.back()}) {
        const auto fragments = footage_.fragments_of(file->segment);
        if (!fragments || fragments->empty()) continue;
        const auto parts = footage_.read(fragments->front());
        if (!parts) continue;
        std::size_t frames = 0, sound = 0;
        Ticks played{0}, heard{0};
        for (const auto& part : *parts) {
            const bool video = part->track == TrackKind::video;
            if (video) frames += part->samples.size();
            if (!video) sound += part->data.size();
            (video ? played : heard) += part->duration;
        }
        if (played > Ticks{0} && rates.frames == 0)
            rates.frames = static_cast<double>(frames) * 90000 / static_cast<double>(played.count());
        if (heard > Ticks{0})
            rates.sound_bits = std::max(rates.sound_bits, sound * 10 * 90000 / static_cast<std::uint64_t>(heard.count()));
    }
    return rates;
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
    out.discontinuities = list.first_discontinuity;
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
