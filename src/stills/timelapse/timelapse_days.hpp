// SPDX-License-Identifier: Apache-2.0
// Each day of each recorded camera as a short MP4: made piece by piece while the day goes, published when it is over, and
// completed after a time in which the program was down. One thread at low priority, one piece at a time; it reads footage
// and holds up nobody. Calls are safe from any thread and touch the disk for small files only.
#pragma once
#include "base/bell.hpp"
#include "stills/timelapse/film_build.hpp"

#include <map>
#include <set>
#include <thread>

namespace vantage::stills {

struct DayFilm {
    CameraId camera;
    std::chrono::year_month_day day;
    bool done{false};
    FilmRecord record;  // without times
    double progress{0};
    std::string error{};  // why it does not go on now
};

class TimelapseDays {
  public:
    static constexpr int kLookBack = 7;  // days that are made after the fact; older ones only when they were begun
    static constexpr seconds kLook{10}, kRetry{60}, kLookAgain{3600};

    // `tools` outlives it.
    explicit TimelapseDays(const TimelapseTools& tools) : tools_(tools) {}
    ~TimelapseDays() { stop(); }
    TimelapseDays(const TimelapseDays&) = delete;
    TimelapseDays& operator=(const TimelapseDays&) = delete;

    // These are made from now on; what was begun of others stays. A day keeps the settings it began with.
    void set_cameras(std::map<CameraId, TimelapseSettings> cameras);
    // Nothing: for ever.
    void set_keep(std::optional<microseconds> keep);
    Status start();
    void stop();  // idempotent; goes on at the next start

    // With the one of today, newest first.
    [[nodiscard]] std::vector<DayFilm> list(const CameraId& camera) const;
    // The MP4, and when each of its frames was. not_found.
    [[nodiscard]] Result<std::filesystem::path> file(const CameraId& camera, std::chrono::year_month_day day) const;
    [[nodiscard]] Result<FilmRecord> record(const CameraId& camera, std::chrono::year_month_day day) const;
    // One that is listed; one that is being made is given up. The day is not made again, also after a restart. not_found, io
    Status remove(const CameraId& camera, std::chrono::year_month_day day);

    // One piece, or one that is published; false when nothing is due. The thread calls it; tests do with a clock of theirs.
    bool work(const std::stop_token& stop = {});

  private:
    using Day = std::chrono::year_month_day;
    using Key = std::pair<CameraId, std::chrono::sys_days>;
    struct Making {
        std::unique_ptr<FilmBuild> build;
        UtcTime again{};  // not before
    };
    struct Camera {  // what is on the disk
        std::map<std::chrono::sys_days, FilmRecord> done;
        std::set<std::chrono::sys_days> begun;
        std::set<std::chrono::sys_days> removed;  // by a person: not made again
    };

    [[nodiscard]] std::filesystem::path path(const CameraId& camera, Day day) const;
    Camera& camera(const CameraId& id) const;  // under mutex_
    [[nodiscard]] Camera load(const CameraId& id) const;
    [[nodiscard]] std::vector<Day> open_days(const CameraId& id, UtcTime now) const;
    [[nodiscard]] bool has_material(const CameraId& id, const Plan& plan) const;
    Making* making(const CameraId& id, Day day, const TimelapseSettings& settings, UtcTime now);
    bool advance(const CameraId& id, Day day, Making& making, const std::stop_token& stop);
    bool publish(const CameraId& id, Day day, Making& making);
    void give_up_removed();
    void remove_files(const CameraId& id, Day day) const;
    void note(const Key& key, Making& making, const Status& status);
    void expire(UtcTime now);
    void loop(const std::stop_token& stop);

    const TimelapseTools& tools_;
    std::map<Key, Making> making_;    // work() alone
    std::map<Key, UtcTime> nothing_;  // work() alone: days without material, until when
    UtcTime expired_{};               // work() alone

    mutable std::mutex mutex_;
    std::map<CameraId, TimelapseSettings> settings_;  // guarded by mutex_, as is all below
    std::optional<microseconds> keep_;
    mutable std::map<CameraId, Camera> cameras_;  // as far as they were asked for
    std::map<Key, DayFilm> shown_;                // that are being made

    Bell bell_;
    std::jthread thread_;  // last: uses the above
};

}  // namespace vantage::stills
