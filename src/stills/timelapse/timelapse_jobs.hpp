// SPDX-License-Identifier: Apache-2.0
// Timelapses of any range on request: a queue, one that runs, the films of those that are done. Each lies in a folder of its
// own (docs/storage.md); what ran when the program ended goes on where it was. One thread at low priority. Calls are safe
// from any thread and touch the disk for small files only.
#pragma once
#include "base/bell.hpp"
#include "stills/timelapse/film_build.hpp"

#include <deque>
#include <map>
#include <thread>

namespace vantage::stills {

enum class Every { fit, day };  // evenly over the range, or one picture a day
enum class JobState { queued, running, done, failed, cancelled };
const char* to_string(Every every);
const char* to_string(JobState state);

struct TimelapseRequest {
    CameraId camera;
    std::string user;
    UtcTime start, end;
    TimelapseSettings settings;
    Every every{Every::fit};
};

struct TimelapseJob {
    std::string id;
    TimelapseRequest request;
    JobState state{JobState::queued};
    double progress{0};
    UtcTime created;
    std::string error{};               // why it failed
    std::optional<FilmRecord> film{};  // of what is done; without times
    std::size_t frames{0};
};

std::string to_json(const TimelapseJob& job);
Result<TimelapseJob> parse_timelapse_job(std::string_view text);

class TimelapseJobs {
  public:
    static constexpr std::size_t kMostJobs = 200;
    static constexpr int kMostSeconds = 3600, kMostFps = 60, kMostFrames = 36'000;
    static constexpr std::chrono::days kLongest{366}, kLongestByDay{3660};

    // `tools` outlives it.
    explicit TimelapseJobs(const TimelapseTools& tools) : tools_(tools) {}
    ~TimelapseJobs() { stop(); }
    TimelapseJobs(const TimelapseJobs&) = delete;
    TimelapseJobs& operator=(const TimelapseJobs&) = delete;

    void set_keep(std::optional<microseconds> keep);  // after its end; nothing: for ever
    // Reads what is there.
    Status open();
    // Likewise, and begins.
    Status start();
    void stop();  // idempotent

    // Puts it into the queue. invalid_argument says what may be; overloaded when there are too many.
    Result<TimelapseJob> create(TimelapseRequest request);
    [[nodiscard]] std::vector<TimelapseJob> list() const;  // newest first
    [[nodiscard]] std::optional<TimelapseJob> find(const std::string& id) const;
    Status cancel(const std::string& id);  // of one that has ended: does nothing. not_found
    Status remove(const std::string& id);  // cancels it first. not_found
    // not_found when it is not done.
    [[nodiscard]] Result<std::filesystem::path> file(const std::string& id) const;
    [[nodiscard]] Result<FilmRecord> record(const std::string& id) const;

    // Runs the next of the queue; false when there is none. The thread calls it; tests do.
    bool work(const std::stop_token& stop = {});

  private:
    struct Job {
        explicit Job(TimelapseJob job) : shown(std::move(job)) {}
        TimelapseJob shown;
        std::stop_source stop;
        bool remove{false};  // once it has stopped
    };
    using JobPtr = std::shared_ptr<Job>;

    [[nodiscard]] std::filesystem::path folder() const { return tools_.folder / ".jobs"; }
    [[nodiscard]] std::filesystem::path folder(const std::string& id) const { return folder() / id; }
    void load();
    void load(const std::filesystem::path& folder);
    Status save(const TimelapseJob& job) const;
    void clear(const std::string& id, bool all) const;
    Result<FilmRecord> run(const JobPtr& job, const std::stop_token& stop);
    void end(const JobPtr& job, Result<FilmRecord> made);
    void expire();
    void loop(const std::stop_token& stop);

    const TimelapseTools& tools_;
    mutable std::mutex mutex_;
    std::map<std::string, JobPtr> jobs_;  // guarded by mutex_, and so is what is in them
    std::deque<JobPtr> queue_;            // guarded by mutex_
    std::optional<microseconds> keep_;    // guarded by mutex_
    bool stopping_{false};                // guarded by mutex_
    Bell bell_;
    std::jthread thread_;  // last: uses the above
};

}  // namespace vantage::stills
