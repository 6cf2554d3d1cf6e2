// SPDX-License-Identifier: Apache-2.0
// All recordings of one storage, a step at a time: what the disk's thread does, without the thread. Belongs to one thread.
#pragma once
#include "footage/recording.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vantage::footage {

// A step a wake. With a sync every fourth wake, at most 1 s lies between the beginnings of two syncs (flush 1 s), and kill
// -9 loses what came since the last wake.
inline constexpr milliseconds kWake{225};

class DiskWriter {
  public:
    explicit DiskWriter(const Storage& storage) : storage_(storage) {}

    void add(std::unique_ptr<Recording> recording);
    // `reason` becomes the gap from here on. Nothing happens for a stream that is not recorded.
    void remove(const StreamKey& stream, const std::optional<std::string>& reason);
    void set_flush(const StreamKey& stream, seconds flush);
    void remove_all();

    // Takes and writes what has come. The worst that a disk said, if anything.
    Status step();
    // True when bytes wait for a sync, the shortest flush of the recordings is nearly over, and no sync is running.
    [[nodiscard]] bool sync_due() const;
    void sync_begins();
    // After an error the segments are ended, so that the damage stays in one file each; their rows wait for the next sync.
    void synced(const Status& result);

    // Nothing is being written and no row waits to be closed.
    [[nodiscard]] bool settled() const { return recordings_.empty() && leaving_.empty(); }
    [[nodiscard]] bool failing() const;
    [[nodiscard]] std::uint64_t bytes_written() const { return bytes_; }

  private:
    const Storage& storage_;
    std::vector<std::unique_ptr<Recording>> recordings_;
    std::vector<std::unique_ptr<Recording>> leaving_;  // stopped; their rows wait for a sync
    std::uint64_t bytes_{0};
    bool dirty_{false};
    bool syncing_{false};
    SteadyTime last_sync_{};
};

}  // namespace vantage::footage
