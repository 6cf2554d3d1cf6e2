// SPDX-License-Identifier: Apache-2.0
// The exports of an installation: a queue, two that run, the files of those that are done, and their end. Each lies in a
// folder of its own, <data>/exports/<id>/ (docs/storage.md). Safe from any thread; calls touch the disk for small files
// only. Running exports hold the segments that they read open, so retention may go on; they yield to whatever records.
#pragma once
#include "base/job_queue.hpp"
#include "footage/cutter.hpp"
#include "net/http_body.hpp"
#include "record/export_folders.hpp"

#include <filesystem>

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
using ExportQueue = JobQueue<Export>;

class Exports final : ExportQueue::Kind {
  public:
    static constexpr std::size_t kRunning = 2;
    static constexpr std::size_t kMostJobs = 1000;
    static constexpr std::size_t kMostCameras = 64;

    // The references outlive it. `files` makes and removes; tests make it fail.
    Exports(ExportOptions options, const footage::Footage& footage, footage::FileSystem& files, const Clock& clock);
    ~Exports() override;  // stop()
    Exports(const Exports&) = delete;
    Exports& operator=(const Exports&) = delete;

    // Reads what is there; what was cut off begins again. Then the queue runs.
    Status start();
    // Running ones are given up and begin again at the next start. Idempotent.
    void stop();

    // Puts it into the queue. invalid_argument when it cannot be meant, overloaded when there are too many.
    Result<Export> create(ExportRequest request);
    [[nodiscard]] std::vector<Export> list() const { return queue_.list(); }  // newest first
    [[nodiscard]] std::optional<Export> find(const std::string& id) const { return queue_.find(id); }
    Status cancel(const std::string& id) { return queue_.cancel(id); }  // of one that has ended: does nothing. not_found
    Status remove(const std::string& id) { return queue_.remove(id); }  // cancels it first. not_found

    // A file to be sent, also while it is written. not_found
    [[nodiscard]] Result<net::FileBody> file(const std::string& id, const std::string& name) const;

    // Removes what has expired; the threads do it every minute.
    void expire() { queue_.expire(); }

  private:
    class Report;

    Status store(const Export& job) override { return folders_.add(job); }
    Status store_again(const Export& job) override { return folders_.save(job); }
    void clear(const std::string& id) override { folders_.empty(id); }
    void erase(const std::string& id) override { folders_.remove(id); }
    Result<Export> run(ExportQueue::Running& running) override;
    void settle(Export& job) override;
    [[nodiscard]] bool has_expired(const Export& job) const override;
    Status archive(const ExportTools& tools, ExportQueue::Running& running, ExportReport& report);

    const ExportOptions options_;
    const footage::Footage& footage_;
    footage::FileSystem& files_;
    const ExportFolders folders_;
    const Clock& clock_;
    ExportQueue queue_;  // last: uses the above
};

}  // namespace vantage::record
