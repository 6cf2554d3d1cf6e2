// SPDX-License-Identifier: Apache-2.0
// Footage of a day or a range as players rewind through it: a list of runs, made from the tables of fragments without
// reading video, and the media behind each. What is known of a closed segment file is kept, also as packed text, so that a
// whole day costs next to nothing the second time. Safe from any thread; the calls block on SQL and disk.
#pragma once
#include "live/segments/archive_runs.hpp"
#include "live/segments/outline.hpp"
#include "net/gzip_pieces.hpp"

#include <array>
#include <deque>
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
    std::vector<bool> breaks;           // by file: it does not continue the one before
    bool ended{false};                  // nothing will be added
    Ticks target{0};
    std::uint64_t first_number{0};

    [[nodiscard]] std::size_t runs() const;
    [[nodiscard]] bool has(Rendition r) const;
};

class Archive {
  public:
    // The references outlive this.
    Archive(const footage::Footage& footage, const Clock& clock, const TimeZone& zone)
        : footage_(footage), clock_(clock), zone_(zone) {}

    [[nodiscard]] Result<Period> period(std::string_view text) const { return parse_period(text, zone_, clock_.now()); }
    // not_found when there is no footage in it, or none of this rendition.
    [[nodiscard]] Result<ArchiveList> list(const StreamKey& stream, const Period& period, Rendition rendition);
    // The parts of one run, which begins at `start` in this rendition and lies in `period`; not_found.
    [[nodiscard]] Result<std::vector<PartPtr>> read(const StreamKey& stream, const Period& period, Rendition rendition,
                                                    MediaTime start);
    // The one that init_name() calls so; not_found.
    [[nodiscard]] Result<InitPtr> find_init(const StreamKey& stream, const Period& period, Rendition rendition,
                                            std::string_view name);
    // Frames a second where the list begins; 0 when it cannot be read.
    [[nodiscard]] double frame_rate(const ArchiveList& list) const;

  private:
    [[nodiscard]] Result<ArchiveFilePtr> file(const footage::SegmentPtr& segment, const Period& period, Ticks target);
    [[nodiscard]] Result<ArchiveFilePtr> make(const footage::SegmentPtr& segment, const Period& period, Ticks target);
    [[nodiscard]] Result<Ticks> target_of(const std::vector<footage::SegmentPtr>& segments, const Period& period);
    [[nodiscard]] Ticks shown_after(const footage::Fragment& first) const;
    void remember(const std::string& key, const ArchiveFilePtr& file);

    const footage::Footage& footage_;
    const Clock& clock_;
    const TimeZone zone_;
    mutable std::mutex mutex_;
    std::map<std::string, ArchiveFilePtr> known_;  // guarded by mutex_; whole files by path and target
    std::deque<std::string> order_;                // guarded by mutex_; oldest first
    RenditionInits inits_;                         // guarded by mutex_
};

// The list in terms that every format shares.
Outline archive_outline(const ArchiveList& list, Rendition rendition);
// What a rendition has of a run; of sound without its bytes, which the tables do not tell.
OutlineEntry archive_entry(const ArchiveFile& file, const Run& run, Rendition rendition);

}  // namespace vantage::live
