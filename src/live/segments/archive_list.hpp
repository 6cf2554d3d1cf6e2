// SPDX-License-Identifier: Apache-2.0
// A day or a range as a list of segment files and the runs in them. Values; a file's texts lock themselves.
#pragma once
#include "live/segments/archive_runs.hpp"
#include "live/segments/outline.hpp"
#include "net/gzip_pieces.hpp"

#include <array>
#include <map>
#include <mutex>

namespace vantage::live {

// A segment file's share of a list.
struct ArchiveFile {
    footage::SegmentPtr segment;
    std::vector<Run> runs;                          // oldest first, at least one
    std::array<InitPtr, kRenditions.size()> inits;  // null: no such track
    Ticks shown_after{0};                           // a run's start, where there are B-frames
    bool whole{false};                              // closed, and none of it was left out
    mutable std::mutex mutex;
    mutable std::map<std::string, net::DeflatedPiece> texts;  // guarded by mutex; by rendition and prefix

    [[nodiscard]] const InitPtr& init(Rendition r) const { return inits[static_cast<std::size_t>(r)]; }
};
using ArchiveFilePtr = std::shared_ptr<const ArchiveFile>;

struct ArchiveList {
    Period period;
    std::vector<ArchiveFilePtr> files;  // oldest first
    std::vector<bool> breaks;           // by file: it does not continue the one before, listed or not
    bool ended{false};                  // nothing will be added
    Ticks target{0};
    std::uint64_t first_number{0};         // media sequence number of the first entry
    std::uint64_t first_discontinuity{0};  // discontinuities in front of the list
    bool lost_front{false};                // retention took what it began with

    [[nodiscard]] std::size_t runs() const;
    [[nodiscard]] bool has(Rendition r) const;
};

}  // namespace vantage::live
