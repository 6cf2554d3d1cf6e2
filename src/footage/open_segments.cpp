// SPDX-License-Identifier: Apache-2.0
#include "footage/open_segments.hpp"

namespace vantage::footage {

void OpenSegment::grow(std::span<const FragmentEntry> entries, UtcTime end, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (!entries_.empty()) entries_.pop_back();
    const auto fresh = entries.subspan(entries_.size());
    entries_.insert(entries_.end(), fresh.begin(), fresh.end());
    info_.end = end;
    info_.bytes = bytes;
}

void OpenSegment::set_id(std::int64_t id) {
    const std::lock_guard lock(mutex_);
    info_.id = id;
}

SegmentPtr OpenSegment::info() const {
    const std::lock_guard lock(mutex_);
    return std::make_shared<const SegmentInfo>(info_);
}

std::vector<FragmentEntry> OpenSegment::entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
}

void OpenSegments::add(const OpenSegmentPtr& segment, const StreamKey& stream) {
    const std::lock_guard lock(mutex_);
    segments_[stream].push_back(segment);
}

void OpenSegments::remove(const OpenSegmentPtr& segment, const StreamKey& stream) {
    const std::lock_guard lock(mutex_);
    const auto found = segments_.find(stream);
    if (found == segments_.end()) return;
    std::erase(found->second, segment);
    if (found->second.empty()) segments_.erase(found);
}

std::vector<OpenSegmentPtr> OpenSegments::of(const StreamKey& stream) const {
    const std::lock_guard lock(mutex_);
    const auto found = segments_.find(stream);
    return found == segments_.end() ? std::vector<OpenSegmentPtr>{} : found->second;
}

}  // namespace vantage::footage
