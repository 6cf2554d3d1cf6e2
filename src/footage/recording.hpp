// SPDX-License-Identifier: Apache-2.0
// One stream on its way to disk: takes parts from its feed, decides where a segment ends, writes gaps down, and keeps what a
// failing disk did not take until it does. Lives on its disk's thread, which calls step() a few times a second; status() may
// be read from any thread. No thread, no sync.
#pragma once
#include "footage/feed.hpp"
#include "footage/gap_log.hpp"
#include "footage/growing_segment.hpp"
#include "footage/rotation.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace vantage::footage {

// Readable from any thread.
struct RecordingStatus {
    std::atomic<SteadyTime> caught_up{SteadyTime{}};  // when all that was published was last in the file
    std::atomic<std::uint64_t> bytes{0};              // written since start
    std::atomic<std::int64_t> gap_us{0};              // gaps since start, the open one up to the last step
    std::atomic<bool> failing{false};
};

class Recording {
  public:
    Recording(const Storage& storage, StreamKey stream, std::unique_ptr<Feed> feed, seconds flush);

    // Takes what the feed has and writes it. Returns what the disk said last.
    Status step();
    // Ends the running segment; what follows goes into a new one.
    void break_off();
    // Ends for good: `reason` becomes the gap from here on ("not recorded"); nothing when the program stops.
    void stop(const std::optional<std::string>& reason);

    // Segments that were complete when a sync began: mark before it, close their rows after it (S4).
    void sync_begins();
    bool synced();  // false: the catalogue failed for some, to be tried after the next sync
    // All rows closed or given up; after stop() and a sync this may be destroyed.
    [[nodiscard]] bool settled() const { return ending_.empty() && finished_.empty() && in_sync_.empty(); }
    [[nodiscard]] bool has_finished() const { return !finished_.empty(); }
    [[nodiscard]] bool ended() const { return ended_; }  // the feed has
    // After stop(): tries again what a failing disk has not taken.
    void finish_up() { (void)flush_all(); }

    [[nodiscard]] const StreamKey& stream() const { return stream_; }
    [[nodiscard]] seconds flush_every() const { return flush_; }
    void set_flush(seconds flush) { flush_ = flush; }
    [[nodiscard]] const std::shared_ptr<RecordingStatus>& status() const { return status_; }

  private:
    struct Ending {
        std::unique_ptr<GrowingSegment> segment;
        bool awaits_sound{false};
        int failures{0};
    };

    void begin();
    Status drain();
    Status handle(const PartPtr& part);
    Status open_segment(const PartPtr& part, bool continues);
    void end_current();
    Status flush_all();
    Status write(GrowingSegment& segment, Status (GrowingSegment::*how)());
    void note_failure(const Error& error);
    void note_success();
    void watch_connect();
    [[nodiscard]] UtcTime footage_end() const;

    const Storage& storage_;
    const StreamKey stream_;
    const std::unique_ptr<Feed> feed_;
    const Ticks turn_offset_;
    const std::shared_ptr<RecordingStatus> status_;
    seconds flush_;
    const UtcTime started_;
    GapLog gaps_;
    bool connected_{false};  // footage or an interruption has come
    bool ended_{false};
    std::optional<MediaTime> accepted_end_;  // of the last part that was taken for a segment
    PartPtr held_;                           // needs a new segment that the disk would not give yet
    std::unique_ptr<GrowingSegment> current_;
    std::vector<Ending> ending_;                             // waiting for their last audio, or for a failing disk
    std::vector<std::unique_ptr<GrowingSegment>> finished_;  // complete, not yet covered by a sync
    std::vector<std::unique_ptr<GrowingSegment>> in_sync_;   // complete before the sync that runs now

    struct Failure {
        std::string reason;
        SteadyTime since, retry_at;
        int count{0};
    };
    std::optional<Failure> failure_;
};

// "disk full", "disk missing", "disk error".
std::string gap_reason(const Error& error);

}  // namespace vantage::footage
