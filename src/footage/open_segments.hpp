// SPDX-License-Identifier: Apache-2.0
// The segments that are being written, as readers see them: what is in the file already, no more. Written by the disks'
// threads, read from any thread. Does not touch the disk.
#pragma once
#include "footage/footage.hpp"
#include "footage/fragment_table.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace vantage::footage {

class OpenSegment {
  public:
    // `info` with what is known at creation; `base` is the segment's start in ticks.
    OpenSegment(SegmentInfo info, MediaTime base) : info_(std::move(info)), base_(base) {}

    // All entries so far, after their bytes were written (S5): only the last known one and what follows it are taken over.
    void grow(std::span<const FragmentEntry> entries, UtcTime end, std::uint64_t bytes);
    void set_id(std::int64_t id);

    [[nodiscard]] SegmentPtr info() const;
    [[nodiscard]] MediaTime base() const { return base_; }
    [[nodiscard]] std::vector<FragmentEntry> entries() const;

  private:
    mutable std::mutex mutex_;
    SegmentInfo info_;                    // guarded by mutex_
    std::vector<FragmentEntry> entries_;  // guarded by mutex_
    const MediaTime base_;
};
using OpenSegmentPtr = std::shared_ptr<OpenSegment>;

class OpenSegments {
  public:
    void add(const OpenSegmentPtr& segment, const StreamKey& stream);
    // Once its row in the catalogue tells the same.
    void remove(const OpenSegmentPtr& segment, const StreamKey& stream);
    // Oldest first.
    [[nodiscard]] std::vector<OpenSegmentPtr> of(const StreamKey& stream) const;

  private:
    mutable std::mutex mutex_;
    std::map<StreamKey, std::vector<OpenSegmentPtr>> segments_;  // guarded by mutex_
};

}  // namespace vantage::footage
