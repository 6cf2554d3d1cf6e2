// SPDX-License-Identifier: Apache-2.0
#include "live/segments/archive_runs.hpp"

#include "live/segments/rendition.hpp"

#include <algorithm>

namespace vantage::live {
namespace {

bool belongs(const footage::Fragment& fragment, const Period& period) {
    const auto from =
        period.is_range ? to_utc(fragment.start + fragment.duration) > period.from : to_utc(fragment.start) >= period.from;
    return from && to_utc(fragment.start) < period.to;
}

void extend(Run& run, const footage::Fragment& fragment) {
    if (run.bytes == 0) {
        run.start = fragment.start;
        run.offset = fragment.offset;
    }
    run.duration = fragment.start + fragment.duration - run.start;
    run.bytes += fragment.bytes;
    if (fragment.audio_duration == Ticks{0}) return;
    if (run.audio_duration == Ticks{0}) run.audio_start = fragment.audio_start;
    run.audio_duration += fragment.audio_duration;
}

}  // namespace

std::vector<Run> runs_of(std::span<const footage::Fragment> fragments, const Period& period, bool grows) {
    std::vector<Run> out;
    Run run;
    const auto finish = [&] {
        if (run.bytes > 0) out.push_back(run);
        run = {};
    };
    for (std::size_t i = 0; i < fragments.size(); ++i) {
        const auto& fragment = fragments[i];
        if (!belongs(fragment, period)) {
            if (to_utc(fragment.start) >= period.to) finish();
            continue;
        }
        const auto with = fragment.start + fragment.duration - run.start;
        if (run.bytes > 0 && (run.duration >= kShortestRun || with > kLongestRun)) finish();
        // The last fragment of a file that grows is not whole; the run before it may still take it in.
        if (grows && i + 1 == fragments.size()) return out;
        extend(run, fragment);
    }
    if (!grows) finish();
    return out;
}

bool has_long_gops(std::span<const footage::Fragment> first) {
    return std::ranges::any_of(first.first(std::min<std::size_t>(first.size(), 2)),
                               [](const footage::Fragment& fragment) { return fragment.duration > kLongestRun; });
}

std::vector<Run> split_run(const Run& run, std::span<const PartPtr> parts, Ticks longest) {
    std::vector<Run> out;
    std::uint64_t whole = 0;
    for (const auto& part : parts) whole += part->data.size();
    // In front of the parts lies the fragment's prft.
    auto at = run.offset;
    Run piece;
    piece.offset = at;
    at += run.bytes - std::min(run.bytes, whole);
    for (const auto& part : parts) {
        const bool leads = part->track == leading_track(Rendition::muxed, part->init->tracks);
        if (leads && piece.duration > Ticks{0} && piece.duration + part->duration > longest) {
            piece.bytes = at - piece.offset;
            out.push_back(piece);
            piece = {};
            piece.offset = at;
        }
        if (leads) {
            if (piece.duration == Ticks{0}) piece.start = part->start;
            piece.duration += part->duration;
        }
        if (part->track == TrackKind::audio) {
            if (piece.audio_duration == Ticks{0}) piece.audio_start = part->start;
            piece.audio_duration += part->duration;
        }
        at += part->data.size();
    }
    piece.bytes = at - piece.offset;
    if (piece.duration > Ticks{0}) out.push_back(piece);
    return out;
}

}  // namespace vantage::live
