// SPDX-License-Identifier: Apache-2.0
// Timelapses of any range on request: a queue, one that runs, the films of those that are done. Each lies in a folder of its
// own (docs/storage.md); what ran when the program ended goes on where it was. One thread at low priority. Calls are safe
// from any thread and touch the disk for small files only.
#pragma once
#include "base/guarded.hpp"
#include "base/job_queue.hpp"
#include "stills/timelapse/film_build.hpp"

namespace vantage::stills {

enum class Every { fit, day };  // evenly over the range, or one picture a day
const char* to_string(Every every);

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

using TimelapseQueue = JobQueue<TimelapseJob>;

class TimelapseJobs final : TimelapseQueue::Kind {
  public:
    static constexpr std::size_t kMostJobs = 200;
    static constexpr int kMostSeconds = 3600, kMostFps = 60, kMostFrames = 36'000;
    static constexpr std::chrono::days kLongest{366}, kLongestByDay{3660};

    // `tools` outlives it.
    explicit TimelapseJobs(const TimelapseTools& tools) : tools_(tools) {}
    ~TimelapseJobs() override;  // stop()
    TimelapseJobs(const TimelapseJobs&) = delete;
    TimelapseJobs& operator=(const TimelapseJobs&) = delete;

    void set_keep(std::optional<microseconds> keep);  // after it was asked for; nothing: for ever
    // Reads what is there.
    Status open();
    // Likewise, and begins.
    Status start();
    void stop();  // idempotent

    // Puts it into the queue. invalid_argument says what may be; overloaded when there are too many.
    Result<TimelapseJob> create(TimelapseRequest request);
    [[nodiscard]] std::vector<TimelapseJob> list() const { return queue_.list(); }  // newest first
    [[nodiscard]] std::optional<TimelapseJob> find(const std::string& id) const { return queue_.find(id); }
    Status cancel(const std::string& id) { return queue_.cancel(id); }  // of one that has ended: does nothing. not_found
    Status remove(const std::string& id) { return queue_.remove(id); }  // cancels it first. not_found
    // not_found when it is not done.
    [[nodiscard]] Result<std::filesystem::path> file(const std::string& id) const;
    [[nodiscard]] Result<FilmRecord> record(const std::string& id) const;

    // Runs the next of the queue; false when there is none. The thread calls it; tests do.
    bool work() { return queue_.work(); }

  private:
    [[nodiscard]] std::filesystem::path folder() const { return tools_.folder / ".jobs"; }
    [[nodiscard]] std::filesystem::path folder(const std::string& id) const { return folder() / id; }
    void load(const std::filesystem::path& folder);
    void remove_files(const std::string& id, bool all) const;

    Status store(const TimelapseJob& job) override;
    Status store_again(const TimelapseJob& job) override;
    void clear(const std::string& id) override { remove_files(id, false); }
    void erase(const std::string& id) override { remove_files(id, true); }
    Result<TimelapseJob> run(TimelapseQueue::Running& running) override;
    void settle(TimelapseJob& job) override;
    [[nodiscard]] bool has_expired(const TimelapseJob& job) const override;
    [[nodiscard]] bool is_ready() const override { return tools_.ready(); }
    void enter_thread() override;

    const TimelapseTools& tools_;
    mutable Guarded<std::optional<microseconds>> keep_;
    TimelapseQueue queue_{*this, {"timelapse", "timelapses on request", kMostJobs}};  // last: uses the above
};

}  // namespace vantage::stills
