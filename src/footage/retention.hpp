// SPDX-License-Identifier: Apache-2.0
// Deletes the footage of one storage that must go (retention_plan.hpp), a few segments at a time, so that there is room
// before it is needed. Order, so that neither a row without a file nor a file without a row is left by a crash
// (docs/storage.md): the rows are marked, the files removed, their directories synced, the rows removed; what is marked is
// finished first. Without volume.json it touches nothing. Nothing is ever deleted that is open or protected.
#pragma once
#include "footage/clock_watch.hpp"
#include "footage/file_system.hpp"
#include "footage/retention_plan.hpp"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

namespace vantage::footage {

struct RetentionStatus {
    std::optional<std::string> clock_hold{};  // why nothing goes by days; a person confirms the clock
    std::uint64_t segments_removed{0};        // since start
    std::uint64_t bytes_removed{0};
    std::uint64_t short_of{0};  // bytes that should be free and are not, with nothing left that may go
    std::string error;          // of the last run; empty when it went well
};

// The logic without the thread: run() on one thread; set_policy, confirm_clock and status on any.
class Retention {
  public:
    using SpaceOf = std::function<Result<DiskSpace>(const std::filesystem::path&)>;
    // `root`: the storage. The references outlive it.
    Retention(std::filesystem::path root, FileSystem& files, store::Catalog& catalog, store::Settings& settings,
              const Clock& clock, SpaceOf space_of);

    void set_policy(RetentionPolicy policy);
    void confirm_clock() { clock_watch_.confirm(); }
    [[nodiscard]] RetentionStatus status() const;

    // Deletes what must go now; at most kMost segments, true when there may be more.
    bool run();
    static constexpr std::size_t kMost = 256;

  private:
    Result<bool> try_run();
    Result<std::vector<Held>> read_held(const std::string& volume, const RetentionPolicy& policy, const DiskSpace& space,
                                        bool by_age) const;
    Result<bool> note_protections(std::span<const Held> held, std::span<const store::ProtectionRow> lasting);
    Status release_unprotected(const std::string& volume, std::span<const store::ProtectionRow> lasting);
    Status finish_removals(const std::string& volume);
    Status delete_files(std::span<const store::SegmentRow> rows);
    void tidy_directories(std::span<const store::SegmentRow> rows) const;
    void forget_gaps(const std::string& volume);
    Result<bool> free_by_thumbs(const std::string& volume, const RetentionPolicy& policy, const DiskSpace& space);
    void expire_old_thumbs(const std::string& volume, const RetentionPolicy& policy);

    const std::filesystem::path root_;
    FileSystem& files_;
    store::Catalog& catalog_;
    store::Settings& settings_;
    const Clock& clock_;
    const SpaceOf space_of_;
    ClockWatch clock_watch_;
    std::optional<SteadyTime> gaps_forgotten_, thumbs_expired_;           // run()'s thread
    std::optional<std::vector<store::ProtectionRow>> noted_protections_;  // run()'s thread: rows have no other ones

    mutable std::mutex mutex_;
    RetentionPolicy policy_;  // guarded by mutex_, as is all below
    RetentionStatus status_;
};

// What statvfs says.
Result<DiskSpace> space_of_disk(const std::filesystem::path& path);

// Runs it at once, then every so often.
class RetentionThread {
  public:
    explicit RetentionThread(Retention& retention, milliseconds every = seconds{5});

  private:
    void loop(const std::stop_token& stop);
    Retention& retention_;
    const milliseconds every_;
    std::mutex mutex_;
    std::condition_variable_any never_;  // waited on for the time and the stop alone
    std::jthread thread_;                // last: uses all of the above
};

}  // namespace vantage::footage
