// SPDX-License-Identifier: Apache-2.0
#include "footage/table_builder.hpp"

namespace vantage::footage {

namespace {
constexpr Ticks kAudioFragment{seconds{2}};
}

bool TableBuilder::begins(TrackKind track, bool starts_fragment) const {
    if (entries_.empty()) return true;
    if (has_video_) return starts_fragment && track == TrackKind::video;
    return starts_fragment || entries_.back().duration >= kAudioFragment;
}

void TableBuilder::add(const PartFacts& part) {
    if (entries_.empty() || part.starts_fragment) {
        FragmentEntry entry;
        entry.start = part.start;
        entry.offset = end_;
        entry.key_bytes = part.key_bytes;
        entry.independent = part.independent;
        entries_.push_back(entry);
    }
    auto& entry = entries_.back();
    entry.bytes += part.bytes;
    end_ += part.bytes;
    if (leads(part.track)) entry.duration = part.start + part.duration - entry.start;
    if (part.track == TrackKind::audio) {
        if (entry.audio_duration == Ticks{0}) entry.audio_start = part.start;
        entry.audio_duration += part.duration;
    }
}

Ticks TableBuilder::end() const {
    return entries_.empty() ? Ticks{0} : entries_.back().start + entries_.back().duration;
}

Ticks TableBuilder::last_fragment() const {
    if (entries_.empty()) return Ticks{0};
    if (entries_.size() == 1) return entries_.back().duration;
    return std::max(entries_.back().duration, entries_[entries_.size() - 2].duration);
}

}  // namespace vantage::footage
