// SPDX-License-Identifier: Apache-2.0
#include "live/dash/dash_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace vantage::live {
namespace {

constexpr Ticks kLateSub{180000};             // that it may begin behind main, or end before it
constexpr std::uint64_t kSoundBits = 128000;  // where nothing is known
constexpr const char* kVideo = "main-video";
constexpr const char* kAudio = "main-audio";
constexpr const char* kSub = "sub-video";

using Entries = std::span<const OutlineEntry>;

// Entries [from, to) of main, without a break.
struct Run {
    std::size_t from{0}, to{0};
};

std::vector<Run> runs_of(const Outline& outline) {
    std::vector<Run> runs;
    for (std::size_t n = 0; n < outline.entries.size(); ++n) {
        if (runs.empty() || outline.entries[n].discontinuity) runs.push_back({n, n});
        runs.back().to = n + 1;
    }
    return runs;
}

Entries part_of(const Outline* outline, const Run& run) {
    if (outline == nullptr) return {};
    const auto size = outline->entries.size();
    return Entries(outline->entries).subspan(std::min(run.from, size), std::min(run.to, size) - std::min(run.from, size));
}

// Entries of sub that have a share of the time between two instants. Its segments are not those of main: the first and the
// last may reach over, and players cut them to the period.
std::vector<OutlineEntry> beside(const Outline* outline, MediaTime from, MediaTime to) {
    std::vector<OutlineEntry> found;
    if (outline != nullptr)
        std::ranges::copy_if(outline->entries, std::back_inserter(found), [&](const OutlineEntry& entry) {
            return !entry.gap && entry.start < to && entry.start + entry.duration > from;
        });
    return found;
}

bool same_init(const InitPtr& a, const InitPtr& b) {
    return a && b && (a == b || a->data == b->data);
}

std::vector<DashSegment> listed(Entries entries, const InitPtr& init) {
    std::vector<DashSegment> list;
    for (const auto& entry : entries)
        if (!entry.gap && same_init(entry.init, init)) list.push_back({entry.start, entry.duration, entry.bytes});
    return list;
}

void offer(DashEra& era, const char* id, Entries entries, const Outline* outline) {
    const auto first = std::ranges::find_if(entries, [](const OutlineEntry& entry) { return !entry.gap && entry.init; });
    if (first == entries.end()) return;
    const auto segments = listed(entries, first->init);
    const bool measured = std::ranges::any_of(segments, [](const DashSegment& s) { return s.bytes > 0; });
    // Of sound in footage the sizes of segments are not known.
    const auto rate = outline->peak_bits_per_second > 0 ? outline->peak_bits_per_second : kSoundBits;
    era.offers.emplace(id, DashOffer{first->init, measured ? dash_bandwidth(segments) : rate, outline->frame_rate});
}

bool is_whole(Entries sub, MediaTime end) {
    if (end - (sub.back().start + sub.back().duration) > kLateSub) return false;
    return std::ranges::none_of(sub.subspan(1), &OutlineEntry::discontinuity);
}

DashEra begin_era(const DashOutlines& outlines, const Run& run, MediaTime start, MediaTime end, bool whole) {
    DashEra era;
    offer(era, kVideo, part_of(outlines.video, run), outlines.video);
    offer(era, kAudio, part_of(outlines.audio, run), outlines.audio);
    const auto sub = beside(outlines.sub, start, end);
    if (era.offers.contains(kVideo) && !sub.empty() && sub.front().start - start <= kLateSub &&
        (!whole || is_whole(sub, end)))
        offer(era, kSub, sub, outlines.sub);
    return era;
}

// The era that this run goes on with, or a new one.
DashEras::iterator era_of(const DashOutlines& outlines, const Run& run, Entries leading, DashEras& eras, bool whole) {
    const auto start = leading.front().start;
    const auto end = leading.back().start + leading.back().duration;
    const auto origin = std::chrono::floor<milliseconds>(start.time_since_epoch());
    // Behind a break in the list it is an era of its own, though a jump of the camera's clock lets it touch the one before.
    const bool behind_break = run.from > 0;
    auto found = behind_break ? eras.find(origin) : eras.upper_bound(origin);
    if (behind_break ? found == eras.end() : found == eras.begin() || start >= (found = std::prev(found))->second.end) {
        found = eras.insert_or_assign(origin, begin_era(outlines, run, start, end, whole)).first;
    }
    found->second.end = std::max(found->second.end, end);
    found->second.independent &= std::ranges::all_of(leading, &OutlineEntry::independent);
    return found;
}

DashPeriod period_of(const DashOutlines& outlines, const Run& run, milliseconds origin, const DashEra& era) {
    DashPeriod period;
    period.id = fmt::format("{}", origin.count());
    period.start = origin;
    period.origin = UtcTime(origin);
    period.independent = era.independent;
    const auto sub = beside(outlines.sub, MediaTime(std::chrono::ceil<Ticks>(origin)), era.end);
    for (const auto& [id, fixed] : era.offers) {
        const auto entries = id == kSub     ? Entries(sub)
                             : id == kAudio ? part_of(outlines.audio, run)
                                            : part_of(outlines.video, run);
        DashRepresentation r{id, fixed.init, fixed.frame_rate, fixed.bandwidth, listed(entries, fixed.init)};
        if (r.segments.empty()) continue;
        (id == kAudio ? period.audio : period.video).push_back(std::move(r));
    }
    return period;
}

}  // namespace

std::vector<DashPeriod> dash_periods(const DashOutlines& outlines, DashEras& eras, bool whole) {
    std::vector<DashPeriod> periods;
    const auto* leading = outlines.video != nullptr ? outlines.video : outlines.audio;
    if (leading == nullptr || leading->entries.empty()) return periods;
    std::erase_if(eras, [&](const auto& era) { return era.second.end <= leading->entries.front().start; });
    for (const auto& run : runs_of(*leading)) {
        const auto era = era_of(outlines, run, part_of(leading, run), eras, whole);
        periods.push_back(period_of(outlines, run, era->first, era->second));
    }
    return periods;
}

std::string dash_static(const DashOutlines& outlines, const std::string& folder) {
    DashEras eras;
    DashManifest manifest{{}, folder, dash_periods(outlines, eras, true)};
    if (manifest.periods.empty()) return {};
    const auto zero = manifest.periods.front().start;
    for (auto& period : manifest.periods) period.start -= zero;
    return write_manifest(manifest);
}

std::string DashHistory::manifest(const std::string& name, const DashOutlines& outlines, const DashPace& pace) {
    return known_.with([&](auto& all) {
        if (all.size() >= kMost && !all.contains(name))
            all.erase(std::ranges::min_element(all, {}, [](const auto& one) { return one.second.asked; }));
        auto& known = all[name];
        known.asked = clock_.steady();
        DashManifest manifest{DashManifest::Growth{known.published, pace.update, pace.depth, pace.delay}, pace.folder,
                              dash_periods(outlines, known.eras, false)};
        if (manifest.periods.empty()) return std::string();
        if (auto text = write_manifest(manifest); text == known.text) return text;
        manifest.growth->published = known.published = clock_.now();
        known.text = write_manifest(manifest);
        return known.text;
    });
}

}  // namespace vantage::live
