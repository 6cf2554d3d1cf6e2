// SPDX-License-Identifier: Apache-2.0
// What a stream keeps and who reads it: the entries in order, and a slot for each reader. Behind Stream and Reader only.
// Safe from any thread.
#pragma once
#include "stream/stream.hpp"

#include <deque>
#include <map>

namespace vantage::stream {

class Ring {
  public:
    explicit Ring(std::size_t bound) : bound_(bound) {}

    void append(PartPtr part);
    void append(Interruption interruption);
    void close();

    std::uint64_t add(const ReaderOptions& options);
    // Returns when no on_ready of this reader is running any more, unless it is called from there.
    void remove(std::uint64_t id);

    Event next(std::uint64_t id);
    std::size_t skip_to_newest(std::uint64_t id);
    [[nodiscard]] std::size_t bytes_behind(std::uint64_t id) const;

    [[nodiscard]] InitPtr init() const;
    [[nodiscard]] StreamStats stats() const;
    [[nodiscard]] std::size_t viewers() const;
    void on_viewers_changed(std::function<void(std::size_t)> changed);

  private:
    struct Entry {
        std::variant<PartPtr, Interruption> what;
        std::uint64_t begin{0};  // bytes that were published before it

        [[nodiscard]] const Part* part() const {
            const auto* held = std::get_if<PartPtr>(&what);
            return held != nullptr ? held->get() : nullptr;
        }
    };
    // How to wake a reader. Its mutex is held during the call, so that the reader can be destroyed safely.
    struct Wake {
        std::recursive_mutex calling;
        std::shared_ptr<const std::function<void()>> on_ready;  // guarded by calling
    };
    struct Slot {
        std::uint64_t cursor{0};  // number of the next entry
        bool needs_start{false};  // passes over parts until one starts a fragment
        bool waiting{false};      // was told Nothing
        std::size_t lost{0};      // parts gone that it was not told of
        MediaTime lost_from;      // start of the first of them
        std::size_t most_bytes_behind{0};
        bool is_viewer{false};
        std::shared_ptr<Wake> wake;
    };
    using Wakes = std::vector<std::shared_ptr<Wake>>;

    [[nodiscard]] std::uint64_t end() const { return first_ + entries_.size(); }
    [[nodiscard]] std::size_t behind(const Slot& slot) const;
    Entry& entry(std::uint64_t number) { return entries_[static_cast<std::size_t>(number - first_)]; }
    void evict();
    void evict_front();
    void lose(Slot& slot, const Part& part);
    bool pass_to_newest(Slot& slot);
    static Dropped tell_lost(Slot& slot, MediaTime to);
    Wakes take_waiting();
    static void call(const Wakes& wakes);
    void tell_viewers();

    const std::size_t bound_;

    mutable std::mutex mutex_;
    std::deque<Entry> entries_;  // guarded by mutex_, as all below it
    std::uint64_t first_{0};     // number of entries_.front()
    std::uint64_t published_bytes_{0};
    std::optional<std::uint64_t> newest_start_;  // number of the newest part that starts a fragment
    std::optional<std::uint64_t> start_before_;  // and of the one before it
    InitPtr init_;
    MediaTime end_time_;  // of the newest part
    bool closed_{false};
    std::map<std::uint64_t, Slot> slots_;
    std::uint64_t next_id_{1};
    std::uint64_t parts_{0};
    std::uint64_t dropped_parts_{0};

    std::recursive_mutex telling_;                      // taken before mutex_
    std::function<void(std::size_t)> viewers_changed_;  // guarded by telling_
};

}  // namespace vantage::stream
