// SPDX-License-Identifier: Apache-2.0
// The exports of an installation: a queue, two that run, the files of those that are done, and their end. Each lies in a
// folder of its own, <data>/exports/<id>/ (docs/storage.md). Safe from any thread; calls touch the disk for small files
// only. Running exports hold the segments that they read open, so retention may go on; they yield to whatever records.
#pragma once
#include "footage/cutter.hpp"
#include "net/http_body.hpp"
#include "record/export_folders.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

namespace vantage::record {

struct ExportOptions {
    std::filesystem::path folder;                      // <data>/exports
    std::function<seconds()> keep;                     // an export that has ended goes after so long
    std::function<Result<std::uint64_t>()> room;       // bytes that exports may still take from their disk
    std::function<std::string(UtcTime)> local_time;    // "2026-11-20 20:04:05 +01:00"
    std::function<std::string(const CameraId&)> name;  // of a camera, for titles
    bool durable{true};                                // files are on the disk before an export is done
};

class ExportReport;
struct ExportTools;

class Exports {
  public:
    static constexpr std::size_t kRunning = 2;
    static constexpr std::size_t kMostJobs = 1000;
    static constexpr std::size_t kMostCameras = 64;

    // The references outlive it. `files` makes and removes; tests make it fail.
    Exports(ExportOptions options, const footage::Footage& footage, footage::FileSystem& files, const Clock& clock);
    ~Exports();  // stop()
    Exports(const Exports&) = delete;
    Exports& operator=(const Exports&) = delete;

    // Reads what is there; what was cut off begins again. Then the queue runs.
    Status start();
    // Running ones are given up and begin again at the next start. Idempotent.
    void stop();

    // Puts it into the queue. invalid_argument when it cannot be meant, overloaded when there are too many.
    Result<Export> create(ExportRequest request);
    [[nodiscard]] std::vector<Export> list() const;  // newest first
    [[nodiscard]] std::optional<Export> find(const std::string& id) const;
    Status cancel(const std::string& id);  // of one that has ended: does nothing. not_found
    Status remove(const std::string& id);  // cancels it first. not_found

    // A file to be sent, also while it is written. not_found
    [[nodiscard]] Result<net::FileBody> file(const std::string& id, const std::string& name) const;

    // Removes what has expired; the threads do it every minute.
    void expire();

  private:
    struct Job {
        Export shown;
        std::stop_source stop;
        bool remove{false};                                               // once it has stopped
        std::map<std::string, std::shared_ptr<net::FileGrowth>> growing;  // by name of file
    };
    using JobPtr = std::shared_ptr<Job>;
    class Run;

    void work(const std::stop_token& stop);
    void run(const JobPtr& job);
    Status archive(const ExportTools& tools, Job& job, ExportReport& report);
    void end(const JobPtr& job, Status status);
    void load();

    const ExportOptions options_;
    const footage::Footage& footage_;
    footage::FileSystem& files_;
    const ExportFolders folders_;
    const Clock& clock_;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, JobPtr> jobs_;  // guarded by mutex_, and so is what is in them
    std::deque<JobPtr> queue_;            // guarded by mutex_
    bool stopping_{false};                // guarded by mutex_
    std::vector<std::jthread> threads_;   // start() and stop() only; last: uses the above
};

}  // namespace vantage::record
