// SPDX-License-Identifier: Apache-2.0
// Numbers of the lists of footage (RFC 8216 6.2.2): what is still there keeps its number when retention takes what was in
// front of it, and over a restart of the program. One file of a list is its anchor, and the catalogue remembers the number
// of that; the rest is counted from the files. Safe from any thread; blocks on SQL, seldom.
#pragma once
#include "live/segments/archive_list.hpp"
#include "store/catalog.hpp"

#include <optional>

namespace vantage::live {

class ListNumbers {
  public:
    // `kept` remembers days and outlives this; null: only memory does, as it does for ranges.
    explicit ListNumbers(store::Catalog* kept) : kept_(kept) {}

    // The longest entry that the list was begun with, which must not change; nothing when nobody has asked for it yet.
    [[nodiscard]] std::optional<Ticks> target(const StreamKey& stream, const Period& period);
    // Gives a list, not empty, its numbers; and its front its break, where one stood there before.
    void settle(const StreamKey& stream, ArchiveList& list);

  private:
    struct Key {
        StreamKey stream;
        UtcTime from, to;
        auto operator<=>(const Key&) const = default;
    };
    struct Known {
        std::optional<store::PlaylistRow> row;
        std::uint64_t first_discontinuity{0};  // of the day's list, before there is a row
        std::map<MediaTime, bool> breaks;      // by start of file, as they were listed last
        std::uint64_t used{0};
    };
    static constexpr std::size_t kMost = 1024;  // of some KB

    Known& known(const Key& key, const Period& period);
    static void count(const store::PlaylistRow& row, ArchiveList& list);

    store::Catalog* const kept_;
    std::mutex mutex_;
    std::map<Key, Known> known_;  // guarded by mutex_
    std::uint64_t uses_{0};       // guarded by mutex_
};

}  // namespace vantage::live
