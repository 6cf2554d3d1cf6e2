// SPDX-License-Identifier: Apache-2.0
#include "live/segments/live_segments.hpp"

#include <algorithm>

namespace vantage::live {
namespace {

constexpr std::size_t kFewest = 3;  // segments that stay, whatever their size
constexpr Ticks kAlone{5760};       // 64 ms: a longer frame is a part of its own, which can be grouped at will

// Frames that come a little late still fit. In steps of 20 ms, so that a frame rate gives the same target each time that it
// is measured.
Ticks with_slack(Ticks filled) {
    constexpr Ticks kStep{1800};
    return (filled * 26 / 25 + kStep - Ticks{1}) / kStep * kStep;
}

// The configured target, or one that a camera with few frames a second can fill to 85 % (RFC 8216bis 4.4.3.7).
Ticks target_for(Ticks configured, Ticks frame) {
    if (frame <= Ticks{0}) return configured;
    const auto filled = frame * (group_for(configured) / frame);
    if (filled * 20 >= configured * 17) return configured;
    const auto frames = frame > kAlone ? std::max<std::int64_t>(1, (configured + frame / 2) / frame) : filled / frame;
    return with_slack(frame * frames);
}

bool same_init(const InitPtr& a, const InitPtr& b) {
    return a == b || (a && b && a->data == b->data);
}

}  // namespace

Ticks LiveSnapshot::hold_back() const {
    return std::max(*std::ranges::max_element(part_targets), with_slack(part_target(Rendition::audio))) * 3;
}

InitPtr LiveSnapshot::init(Rendition r) const {
    if (open && open->lane(r).init) return open->lane(r).init;
    for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment)
        if ((*segment)->lane(r).init) return (*segment)->lane(r).init;
    return nullptr;
}

InitPtr LiveSnapshot::find_init(Rendition r, std::string_view name) const {
    if (open && open->lane(r).init && init_name(*open->lane(r).init) == name) return open->lane(r).init;
    InitPtr last;
    for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
        const auto& init = (*segment)->lane(r).init;
        if (init && init != last && init_name(*init) == name) return init;
        last = init;
    }
    return nullptr;
}

LiveSegments::LiveSegments(const LiveOptions& options, std::uint64_t first_number, std::uint64_t first_discontinuity)
    : options_(options), next_number_(first_number), discontinuities_(first_discontinuity) {
    next_serials_.fill(first_number * LiveOptions::kMostParts);
}

void LiveSegments::push(const PartPtr& part) {
    if (born_) {
        add(part);
        return;
    }
    const auto leading = leading_track(Rendition::muxed, part->init->tracks);
    if (unborn_.empty() && (part->track != leading || !part->starts_fragment)) return;
    unborn_.push_back(part);
    if (part->track == leading && part->end() - unborn_.front()->start >= LiveOptions::kLeast) be_born();
}

void LiveSegments::interrupt() {
    if (!born_ && !unborn_.empty()) be_born();
    finish_segment();
    broken_ = true;
}

// The targets are fixed here for as long as the window lives: players do not take a change.
void LiveSegments::be_born() {
    Ticks played{0};
    std::int64_t frames = 0;
    for (const auto& part : unborn_)
        if (part->track == TrackKind::video) {
            played += part->duration;
            frames += static_cast<std::int64_t>(part->samples.size());
        }
    target(Rendition::audio) = options_.part_target;
    target(Rendition::video) = target_for(options_.part_target, frames > 0 ? played / frames : Ticks{0});
    target(Rendition::muxed) = target(Rendition::video);
    born_ = true;
    for (const auto& part : std::exchange(unborn_, {})) add(part);
}

void LiveSegments::add(const PartPtr& part) {
    const bool leads = part->track == leading_track(Rendition::muxed, part->init->tracks);
    if (full_ && (part->discontinuity || !same_init(full_, part->init))) {
        finish_segment();
        broken_ = true;
    }
    if (broken_ && !(leads && part->starts_fragment)) return;
    if (open_ && leads && ends_before(*part)) finish_segment();
    if (!open_) {
        if (!leads) return;
        begin_segment(*part);
    }
    for (const auto rendition : kRenditions)
        if (carries(rendition, part->track)) append(rendition, part);
}

bool LiveSegments::ends_before(const Part& part) const {
    const auto& lane = open_->lane(Rendition::muxed);
    if (part.starts_fragment && (lane.duration >= LiveOptions::kLeast || !open_->independent)) return true;
    if (lane.duration + part.duration > options_.target_duration) return true;
    return lane.lists_parts && part.duration > targets_[0];
}

void LiveSegments::begin_segment(const Part& part) {
    full_ = part.init;
    if (broken_) building_ = {};
    auto& segment = open_.emplace();
    shared_open_.reset();
    segment.number = next_number_++;
    segment.discontinuity = std::exchange(broken_, false) && !held_.empty();
    segment.independent = part.independent && part.starts_fragment;
    for (const auto rendition : kRenditions) {
        auto& lane = segment.lane(rendition);
        lane.init = inits_.of(full_, rendition);
        lane.start = part.start;
        lane.shown = first_shown(part);
        // Sound that came after the last picture of the segment before.
        for (const auto& piece : building_[static_cast<std::size_t>(rendition)].pieces) lane.bytes += piece->data.size();
    }
}

void LiveSegments::append(Rendition rendition, const PartPtr& part) {
    auto& lane = open_->lane(rendition);
    if (!lane.init) return;
    auto& building = building_[static_cast<std::size_t>(rendition)];
    const auto most = target(rendition);
    const bool leads = part->track == leading_track(rendition, full_->tracks);
    if (leads && building.duration > Ticks{0} && building.duration + part->duration > most) publish(rendition);
    shared_open_.reset();
    building.pieces.push_back(part);
    building.bytes += part->data.size();
    lane.bytes += part->data.size();
    if (!leads) return;
    if (building.duration == Ticks{0}) building.start = part->start;
    building.duration += part->duration;
    building.independent |= part->independent;
    if (lane.duration == Ticks{0}) {
        lane.start = part->start;
        lane.shown = first_shown(*part);
    }
    lane.duration += part->duration;
    if (part->duration > most) lane.lists_parts = false;
    // Full, when another frame would pass the group.
    const auto next = part->samples.empty() ? part->duration : part->samples.back().duration;
    if (building.duration + next > group_for(most)) publish(rendition);
}

void LiveSegments::publish(Rendition rendition) {
    auto& building = building_[static_cast<std::size_t>(rendition)];
    if (building.duration == Ticks{0}) return;
    auto& lane = open_->lane(rendition);
    if (lane.lists_parts) building.serial = next_serials_[static_cast<std::size_t>(rendition)]++;
    lane.parts.push_back(std::make_shared<const LivePart>(std::move(building)));
    building = {};
    ++version_;
}

void LiveSegments::finish_segment() {
    if (!open_) return;
    shared_open_.reset();
    for (const auto rendition : kRenditions) publish(rendition);
    for (const auto rendition : kRenditions) {
        auto& lane = open_->lane(rendition);
        // What is left has no picture: it goes with the next segment.
        lane.bytes -= building_[static_cast<std::size_t>(rendition)].bytes;
        if (lane.duration == Ticks{0}) lane.lists_parts = false;
    }
    elapsed_ += open_->lane(Rendition::muxed).duration;
    open_->elapsed = elapsed_;
    open_->complete = true;
    bytes_ += open_->lane(Rendition::muxed).bytes;
    held_.push_back(std::make_shared<const LiveSegment>(std::move(*open_)));
    open_.reset();
    ++version_;
    trim();
}

void LiveSegments::trim() {
    const auto past = [&](const LiveSegmentPtr& segment) { return elapsed_ - segment->elapsed; };
    while (held_.size() - first_listed_ > kFewest &&
           (past(held_[first_listed_]) >= options_.window || bytes_ > options_.most_bytes)) {
        if (held_[first_listed_]->discontinuity) ++discontinuities_;
        ++first_listed_;
        if (bytes_ > options_.most_bytes && first_listed_ > 1) {
            bytes_ -= held_.front()->lane(Rendition::muxed).bytes;
            held_.pop_front();
            --first_listed_;
        }
    }
    const auto keep = options_.window * 2 + options_.target_duration;
    while (first_listed_ > 0 && (past(held_.front()) > keep || bytes_ > options_.most_bytes)) {
        bytes_ -= held_.front()->lane(Rendition::muxed).bytes;
        held_.pop_front();
        --first_listed_;
    }
}

std::uint64_t LiveSegments::listed_discontinuities() const {
    return static_cast<std::uint64_t>(std::count_if(held_.begin() + static_cast<std::ptrdiff_t>(first_listed_), held_.end(),
                                                    [](const LiveSegmentPtr& segment) { return segment->discontinuity; }));
}

LiveSnapshotPtr LiveSegments::snapshot() const {
    if (held_.empty()) return nullptr;
    auto out = std::make_shared<LiveSnapshot>();
    out->version = version_;
    out->discontinuities = discontinuities_;
    out->segments.assign(held_.begin() + static_cast<std::ptrdiff_t>(first_listed_), held_.end());
    out->open = share_open();
    out->next_number = next_number_;
    out->target_duration = options_.target_duration;
    out->part_targets = targets_;
    out->next_serials = next_serials_;
    return out;
}

// One copy for all who ask before it grows.
LiveSegmentPtr LiveSegments::share_open() const {
    if (open_ && !shared_open_) shared_open_ = std::make_shared<const LiveSegment>(*open_);
    return open_ ? shared_open_ : nullptr;
}

LiveSegmentPtr LiveSegments::find(std::uint64_t number) const {
    if (open_ && open_->number == number) return share_open();
    if (held_.empty() || number < held_.front()->number || number > held_.back()->number) return nullptr;
    return held_[static_cast<std::size_t>(number - held_.front()->number)];
}

const LiveSegment* LiveSegments::peek(std::uint64_t number) const {
    if (open_ && open_->number == number) return &*open_;
    if (held_.empty() || number < held_.front()->number || number > held_.back()->number) return nullptr;
    return held_[static_cast<std::size_t>(number - held_.front()->number)].get();
}

LiveSegmentPtr LiveSegments::find(Rendition rendition, MediaTime start) const {
    const auto found = std::find_if(held_.rbegin(), held_.rend(), [&](const LiveSegmentPtr& segment) {
        return segment->lane(rendition).start == start && segment->lane(rendition).duration > Ticks{0};
    });
    return found == held_.rend() ? nullptr : *found;
}

LivePartPtr LiveSegments::find_part(Rendition rendition, std::uint64_t serial) const {
    const auto in = [&](const LiveSegment& segment) -> LivePartPtr {
        const auto& parts = segment.lane(rendition).parts;
        const auto found = std::ranges::find(parts, serial, [](const LivePartPtr& part) { return part->serial; });
        return found == parts.end() ? nullptr : *found;
    };
    if (open_)
        if (auto part = in(*open_)) return part;
    for (auto segment = held_.rbegin(); segment != held_.rend(); ++segment)
        if (auto part = in(**segment)) return part;
    return nullptr;
}

}  // namespace vantage::live
