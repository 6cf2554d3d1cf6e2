// SPDX-License-Identifier: Apache-2.0
// Builds a segment's table of fragments part by part: the same for the writer, which sees the parts before they are on disk,
// and for recovery, which finds them there. Belongs to one thread.
#pragma once
#include "footage/fragment_table.hpp"
#include "media/part.hpp"

#include <vector>

namespace vantage::footage {

// What the table needs to know of a part.
struct PartFacts {
    TrackKind track{TrackKind::video};
    Ticks start{0};  // from the segment's start
    Ticks duration{0};
    bool starts_fragment{false};
    bool independent{false};
    std::uint64_t bytes{0};      // with the prft before it, if it has one
    std::uint32_t key_bytes{0};  // of them, to the end of the first sample
};

class TableBuilder {
  public:
    // `offset` is where the first part will lie; `has_video` tells whose fragments these are.
    TableBuilder(std::uint64_t offset, bool has_video) : end_(offset), has_video_(has_video) {}

    // True when this part must begin a fragment, and so have a prft before it: when it says so, when it is the first, and
    // about every two seconds in a stream without video.
    [[nodiscard]] bool begins(TrackKind track, bool starts_fragment) const;
    void add(const PartFacts& part);

    [[nodiscard]] const std::vector<FragmentEntry>& entries() const { return entries_; }
    [[nodiscard]] std::uint64_t bytes() const { return end_; }  // of the file
    // The end of the leading track, from the segment's start.
    [[nodiscard]] Ticks end() const;
    // Of the last fragment; of the one before while the last has only begun.
    [[nodiscard]] Ticks last_fragment() const;

  private:
    [[nodiscard]] bool leads(TrackKind track) const { return track == TrackKind::video || !has_video_; }
    std::vector<FragmentEntry> entries_;
    std::uint64_t end_;
    bool has_video_;
};

}  // namespace vantage::footage
