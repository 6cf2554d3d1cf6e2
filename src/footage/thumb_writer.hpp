// SPDX-License-Identifier: Apache-2.0
// Writes thumbnails beside the segments of one storage: each waits until the segment that shows its instant is on disk, and
// goes into that one's pack; a pack is complete a little after its segment. A disk that fails or hangs holds up nobody but
// this: what waits is bounded and counted. step() belongs to one thread; add() and dropped() are for any.
#pragma once
#include "footage/open_segments.hpp"
#include "footage/thumbs.hpp"

#include <atomic>
#include <deque>
#include <filesystem>
#include <functional>

namespace vantage::footage {

class ThumbWriter {
  public:
    struct Places {
        std::filesystem::path root;  // of the storage
        FileSystem& files;
        store::Catalog& catalog;
        const OpenSegments& open_segments;
        OpenThumbs& open_thumbs;
        const Clock& clock;
        // Called by step() and finish() with what is now in its file, as readers see it; must not block. May be empty.
        std::function<void(const StreamKey&, std::span<const ThumbEntry>)> written{};
    };
    explicit ThumbWriter(Places places) : places_(std::move(places)) {}

    static constexpr std::size_t kMostWaiting = 120;  // pictures of a stream
    static constexpr std::size_t kMostPacks = 6;      // of a stream; one that cannot be completed is left to recovery
    static constexpr seconds kPatience{15};           // for a segment that shows the instant
    static constexpr seconds kLate{5};                // pictures may come so long after their segment was closed
    static constexpr seconds kSeam{1};                // an instant between two segments belongs to a neighbour so near

    // A picture of what `stream` records. Times of a stream grow.
    void add(const StreamKey& stream, UtcTime time, Bytes jpeg);
    // Writes what can be placed, completes packs. The worst error of a disk or the catalogue; it is tried again next time.
    Status step();
    // Places what it can, and completes all packs.
    Status finish();
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  // no segment came for them, or too many waited
    [[nodiscard]] std::uint64_t written() const { return written_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  private:
    struct Waiting {
        UtcTime time;
        Bytes jpeg;
        SteadyTime since;
    };
    struct Pack {
        SegmentPtr segment;  // as it was seen last
        SteadyTime seen;     // being written
        std::string path;    // of the pack, relative
        std::string volume;
        std::unique_ptr<File> file;  // null until something is written to it
        std::uint64_t size{0};
        OpenPackPtr shown;
        std::vector<Waiting> queue;  // placed, not written
    };
    struct Stream {
        std::deque<Waiting> waiting;
        std::vector<Pack> packs;  // oldest segment first
    };

    void take_in();
    void look(const StreamKey& key, Stream& stream) const;
    void place(Stream& stream, bool last);
    static Pack* pack_for(Stream& stream, UtcTime time, bool last);
    Status write(const StreamKey& key, Pack& pack);
    Status open(const StreamKey& key, Pack& pack);
    Status complete(const StreamKey& key, Pack& pack);
    void give_up(const StreamKey& key, Stream& stream);
    Status run(bool last);

    const Places places_;
    std::atomic<std::uint64_t> dropped_{0}, written_{0}, bytes_{0};
    std::map<StreamKey, Stream> streams_;  // step()'s thread alone

    std::mutex mutex_;
    std::map<StreamKey, std::deque<Waiting>> inbox_;  // guarded by mutex_
};

}  // namespace vantage::footage
