// SPDX-License-Identifier: Apache-2.0
// One recording on demand on its way to disk: takes parts from its feed, decides where a file ends, and notes gaps. The
// files are written as segments of footage are (footage/segment_writer), and are no footage. Lives on the thread of
// recordings, which calls step() a few times a second; every call may block on the disk.
#pragma once
#include "footage/feed.hpp"
#include "footage/segment_writer.hpp"
#include "record/recording.hpp"

#include <memory>

namespace vantage::record {

class RecordingWriter {
  public:
    // A file ends at the first key frame behind this, so that what a crash leaves is read quickly.
    static constexpr Ticks kLongestFile{std::chrono::hours(1)};

    // Writes into `folder`, which is there. `files` outlives it.
    RecordingWriter(footage::FileSystem& files, std::filesystem::path folder, CameraId camera,
                    std::unique_ptr<footage::Feed> feed);

    // Takes what has come and writes it. After an error only abandon() may be called.
    Status step();
    // What was written is durable after it.
    Status sync();
    // Takes the rest and ends the files, durably.
    Status finish();
    // Gives up: what is whole in the files stays, and plays.
    void abandon();

    [[nodiscard]] bool ended() const { return ended_; }  // the stream has; what it gave is taken
    [[nodiscard]] const std::vector<RecordingFile>& files() const { return shown_; }
    [[nodiscard]] const std::vector<RecordingGap>& gaps() const { return gaps_; }
    [[nodiscard]] bool has_unsynced() const { return unsynced_; }
    // Whether a file or a gap has begun or ended since this was asked last.
    bool take_changed() { return std::exchange(changed_, false); }

  private:
    struct Open {
        std::unique_ptr<footage::SegmentWriter> writer;
        std::size_t index{0};  // in shown_
    };
    [[nodiscard]] std::vector<footage::FeedItem> take();
    Status handle(const footage::FeedItem& item);
    Status handle(const PartPtr& part);
    Status open(const PartPtr& part);
    Status flush();
    // The running file ends here; with `late_sound` it waits for sound that belongs to it.
    Status end_current(bool late_sound);
    Status close(Open& open);
    void note(const Open& open);
    void begin_gap(std::string reason);
    void end_gap(UtcTime at);
    void rescue(Open& open);

    footage::FileSystem& files_;
    const std::filesystem::path folder_;
    const CameraId camera_;
    const std::unique_ptr<footage::Feed> feed_;
    Open current_, before_;  // writing; ended but for its last sound
    std::vector<RecordingFile> shown_;
    std::vector<RecordingGap> gaps_;
    bool ended_{false};
    bool unsynced_{false};
    bool changed_{false};
};

}  // namespace vantage::record
