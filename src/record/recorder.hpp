// SPDX-License-Identifier: Apache-2.0
// Records one camera stream on one disk: a reader of the stream with the largest bound, which counts as no viewer, handed to
// the disk's writer. What the stream interrupts or the reader misses becomes a gap with its reason. Safe from any thread;
// nothing here waits for a disk. Days and bytes to keep are retention's.
#pragma once
#include "footage/disk.hpp"
#include "record/ring_feed.hpp"

#include <memory>
#include <mutex>

namespace vantage::record {

struct RecorderConfig {
    bool enabled{true};
    seconds flush{1};  // between syncs of the disk; the shortest of a disk's streams holds for all of them
    bool operator==(const RecorderConfig&) const = default;
};

class Recorder {
  public:
    // The disk outlives the recorder.
    Recorder(footage::Disk& disk, StreamKey key, std::shared_ptr<stream::Stream> stream, TimingNow timing,
             RecorderConfig config);
    // Ends the recording without beginning a gap: the program stops, or another recorder takes over.
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    // Switching off begins the gap "not recorded"; footage stays.
    void configure(const RecorderConfig& config);
    // The camera is gone from the configuration: like switching off, for good.
    void remove();

    // Null while nothing is recorded.
    [[nodiscard]] std::shared_ptr<const footage::RecordingStatus> status() const;

  private:
    void start();

    footage::Disk& disk_;
    const StreamKey key_;
    const std::shared_ptr<stream::Stream> stream_;
    const TimingNow timing_;
    std::mutex mutex_;
    RecorderConfig config_;  // guarded by mutex_
};

}  // namespace vantage::record
