// SPDX-License-Identifier: Apache-2.0
// One storage directory with its two threads: the writer, which takes parts from the feeds and writes them a few times a
// second, and the syncer, so that a slow sync delays no write. A disk that fails, fills up, hangs or is missing never ends
// the program and never holds up another disk. Public functions are safe from any thread and never wait for the disk, except
// stop().
#pragma once
#include "footage/disk_writer.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace vantage::footage {

struct DiskStatus {
    std::string path;
    std::string state;                // "good", "full", "failing", "slow", "missing"
    std::string detail;               // for a person: the last error
    std::uint64_t total{0}, free{0};  // bytes of the file system
    std::uint64_t bytes_written{0};   // of footage, since start
    std::uint64_t syncs{0};
    microseconds last_sync{0};  // how long it took
};

class Disk {
  public:
    // Returns at once; opening the volume, recovery and, for a catalogue that does not know the volume's footage, reindex
    // happen on the disk's own threads. The references outlive the disk.
    Disk(std::filesystem::path root, FileSystem& files, store::Catalog& catalog, OpenSegments& open_segments,
         const Clock& clock);
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    // Records the stream from now on; a recording of it that runs is replaced. The status lives as long as anyone holds it.
    void record(const StreamKey& stream, std::unique_ptr<Feed> feed, seconds flush);
    // Ends its recording: `reason` becomes the gap from here on, e.g. "not recorded"; without one no gap begins.
    void release(const StreamKey& stream, std::optional<std::string> reason);
    void set_flush(const StreamKey& stream, seconds flush);

    // Finishes all segments, syncs, closes their rows; gives up on what the disk does not take within 5 s. Idempotent.
    void stop();

    // Null when the stream is not recorded here (yet).
    [[nodiscard]] std::shared_ptr<RecordingStatus> recording(const StreamKey& stream) const;
    [[nodiscard]] DiskStatus status() const;
    [[nodiscard]] const std::filesystem::path& root() const { return root_; }

  private:
    using Order = std::function<void(DiskWriter&)>;
    void order(Order order);
    void write_loop(const std::stop_token& stop);
    void sync_loop(const std::stop_token& stop);
    bool open();
    void index_if_new();
    void obey();
    void hand_over_sync();
    void take_synced();
    void note(const Status& result);
    void wind_up();

    const std::filesystem::path root_;
    FileSystem& files_;
    const Clock& clock_;
    Storage storage_;                 // the writer's thread only, once it runs
    DiskWriter writer_;               // likewise
    bool opened_{false};              // likewise: volume found, recovered
    std::optional<VolumeLock> lock_;  // likewise

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::vector<Order> orders_;  // guarded by mutex_, as is all below
    std::map<StreamKey, std::shared_ptr<RecordingStatus>> recordings_;
    bool sync_wanted_{false};
    std::optional<Status> sync_result_;
    DiskStatus status_;
    SteadyTime stepped_, sync_began_{};
    bool stopped_{false};

    std::jthread indexing_;           // started by the writer's thread, joined by stop()
    std::jthread syncing_, writing_;  // last: they use all of the above
};

}  // namespace vantage::footage
