// SPDX-License-Identifier: Apache-2.0
// Footage of a day or a range as players rewind through it: a list of runs, made from the tables of fragments without
// reading video, and the media behind each. What is known of a closed segment file is kept, also as packed text, so that a
// whole day costs next to nothing the second time. Safe from any thread; the calls block on SQL and disk.
#pragma once
#include "live/segments/archive_view.hpp"
#include "live/segments/list_numbers.hpp"

#include <deque>

namespace vantage::live {

class Archive {
  public:
    // The references outlive this. `numbers` may be those of other archives of this footage. `view`, which outlives this,
    // says how it is shown; null: as it lies on disk.
    Archive(const footage::Footage& footage, const Clock& clock, const TimeZone& zone, std::shared_ptr<ListNumbers> numbers,
            ArchiveView* view = nullptr)
        : footage_(footage), clock_(clock), zone_(zone), numbers_(std::move(numbers)), view_(view) {}

    [[nodiscard]] bool offered() const { return view_ == nullptr || view_->offered(); }
    // True when reading takes a while.
    [[nodiscard]] bool transcodes(Rendition rendition) const { return view_ != nullptr && rendition != Rendition::audio; }
    // The init that players get for one on disk.
    [[nodiscard]] Result<InitPtr> shown(const InitPtr& on_disk) const;

    [[nodiscard]] Result<Period> period(std::string_view text) const { return parse_period(text, zone_, clock_.now()); }
    // What the address named until a moment ago: for kGrace behind midnight, what a player has listed of the day before is
    // still answered. Nothing at any other time.
    [[nodiscard]] std::optional<Period> period_before(std::string_view text) const;
    static constexpr seconds kGrace{600};
    // not_found when there is no footage in it, or none of this rendition.
    [[nodiscard]] Result<ArchiveList> list(const StreamKey& stream, const Period& period, Rendition rendition);
    // A run and where it lies.
    struct Found {
        footage::SegmentPtr segment;
        Run run;
    };
    // The run that begins at `start` in this rendition and lies in `period`; not_found.
    [[nodiscard]] Result<Found> find(const StreamKey& stream, const Period& period, Rendition rendition, MediaTime start);
    // Its parts. `done` is called once, at once or, where they are transcoded, from another thread; overloaded when that
    // cannot be done now.
    void read(const Found& found, Rendition rendition, const ArchiveView::Done& done) const;
    // The one that init_name() calls so; not_found.
    [[nodiscard]] Result<InitPtr> find_init(const StreamKey& stream, const Period& period, Rendition rendition,
                                            std::string_view name);
    // What the tables do not tell, read where the list begins and where its newest file does. 0: cannot be read.
    struct Rates {
        double frames{0};             // pictures a second
        std::uint64_t sound_bits{0};  // a second, with a quarter on top: sound varies little
    };
    [[nodiscard]] Rates rates(const ArchiveList& list) const;

  private:
    [[nodiscard]] Result<ArchiveFilePtr> file(const footage::SegmentPtr& segment, const Period& period, Ticks target);
    [[nodiscard]] Result<ArchiveFilePtr> make(const footage::SegmentPtr& segment, const Period& period, Ticks target);
    [[nodiscard]] Ticks target_of(const StreamKey& stream, const std::vector<footage::SegmentPtr>& segments,
                                  const Period& period);
    [[nodiscard]] Ticks shown_after(const footage::Fragment& first) const;
    void remember(const std::string& key, const ArchiveFilePtr& file);

    const footage::Footage& footage_;
    const Clock& clock_;
    const TimeZone zone_;
    const std::shared_ptr<ListNumbers> numbers_;  // self-locking
    ArchiveView* const view_;
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
