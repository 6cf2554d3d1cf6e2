// SPDX-License-Identifier: Apache-2.0
// Recordings on demand: begun and ended by a person or a program, on any camera. Each reads the camera's ring as the
// recorder does, writes files into a folder of its own (docs/storage.md), and has nothing to do with continuous footage. One
// thread writes all that run. Safe from any thread; calls touch the disk for small files only.
#pragma once
#include "base/bell.hpp"
#include "footage/material.hpp"
#include "net/http_body.hpp"
#include "record/recording_folders.hpp"
#include "record/recording_writer.hpp"
#include "record/ring_feed.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace vantage::record {

struct RecordingOptions {
    std::filesystem::path folder;                      // <data>/recordings
    std::function<RecordingLimits()> limits;           // as configured now
    std::function<Result<std::uint64_t>()> room;       // bytes that recordings may still take from their disk
    std::function<std::string(UtcTime)> local_time;    // "2026-11-20 20:04:05 +01:00"
    std::function<std::string(const CameraId&)> name;  // of a camera, for names
    // Main stream of a camera; null when there is no such camera.
    std::function<std::shared_ptr<stream::Stream>(const CameraId&)> stream;
};

struct RecordingChange {
    std::optional<bool> kept;
    std::optional<std::string> name;
};

class Recordings {
  public:
    static constexpr std::size_t kMost = 10'000;

    // The references outlive it.
    Recordings(RecordingOptions options, footage::FileSystem& files, const Clock& clock);
    ~Recordings();  // stop()
    Recordings(const Recordings&) = delete;
    Recordings& operator=(const Recordings&) = delete;

    // Reads what is there. What ran when the program ended is recovered by the first step.
    Status load();
    // Steps a few times a second on a thread of its own, until stop().
    void run();
    // Those that run end as if they had been stopped. Idempotent.
    void stop();
    // Writes what has come, once. For tests; run() calls it.
    void step();

    // Begins with the newest key frame that the ring has. not_found: no such camera; already_exists: one of it runs;
    // overloaded: as many run as may; disk_full, io.
    Result<Recording> begin(const CameraId& camera, std::string name, std::string user);
    // Ends it and waits until its files are whole (a few seconds at most). Of one that has ended: nothing. not_found
    Result<Recording> end(const std::string& id);
    Result<Recording> change(const std::string& id, const RecordingChange& change);  // not_found, io
    Status remove(const std::string& id);                                            // ends it first. not_found

    [[nodiscard]] std::vector<Recording> list() const;  // newest first
    [[nodiscard]] std::optional<Recording> find(const std::string& id) const;
    // A file to be sent. One that grows is sent as far as it is now; who asks for the rest of what it had when it asked
    // first gets that (`if_range`: the ETag it was told). not_found
    [[nodiscard]] Result<net::FileBody> file(const std::string& id, const std::string& name,
                                             std::string_view if_range) const;
    // What one file of all that is there now is made of (movies.hpp); reads headers of its files. not_found, io
    [[nodiscard]] Result<footage::Material> material(const std::string& id) const;
    // As configured now: one that begins takes the place of the camera's last one that is not kept.
    [[nodiscard]] bool replaces() const { return options_.limits().replace; }
    [[nodiscard]] RecordingStats stats() const;
    [[nodiscard]] const RecordingFolders& folders() const { return folders_; }

  private:
    struct Job {
        explicit Job(Recording recording) : shown(std::move(recording)) {}
        Recording shown;
        bool stop{false}, remove{false};
        bool recover{false};
        std::mutex saving;                        // taken before mutex_
        std::unique_ptr<RecordingWriter> writer;  // set once; then the writing thread's, as what follows
        SteadyTime began{}, synced{};
        bool safe{false};     // its first bytes are on the disk
        bool unsaved{false};  // it has ended, but the disk did not take its record
        std::uint64_t counted{0};
    };
    using JobPtr = std::shared_ptr<Job>;

    [[nodiscard]] Result<JobPtr> add(const CameraId& camera, std::string name, std::string user);
    [[nodiscard]] JobPtr job(const std::string& id) const;
    void step(const JobPtr& job);
    Status write(Job& job);
    [[nodiscard]] Status room_left() const;
    void show(Job& job);
    void became_safe(const JobPtr& job);
    void finish(const JobPtr& job, Status status);
    void recover(const JobPtr& job);
    Status save(Job& job);
    void replace(const Job& by);
    void save_again(Job& job);
    void forget(const JobPtr& job);

    const RecordingOptions options_;
    footage::FileSystem& files_;
    const RecordingFolders folders_;
    const Clock& clock_;

    mutable std::mutex mutex_;
    std::condition_variable ended_;
    std::map<std::string, JobPtr> jobs_;  // guarded by mutex_, and so is what is in them
    std::uint64_t written_{0}, failed_{0};
    bool runs_{false};
    Bell bell_;
    std::jthread thread_;  // last: uses the above
};

}  // namespace vantage::record
