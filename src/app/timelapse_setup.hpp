// SPDX-License-Identifier: Apache-2.0
// The timelapses of the running program: which cameras have them, and what they need to know of the installation. Built
// after footage and thumbnails, ended before them. Safe from any thread.
#pragma once
#include "app/camera_set.hpp"
#include "app/config_timelapse.hpp"
#include "stills/timelapse/timelapse_days.hpp"
#include "stills/timelapse/timelapse_jobs.hpp"

namespace vantage::app {

class Timelapses {
  public:
    struct Parts {
        const footage::Footage& footage;
        const footage::Thumbs& thumbs;
        footage::FileSystem& files;
        const Clock& clock;
        std::filesystem::path data;
        TimeZone zone;
        std::function<bool()> ready;
        std::function<Result<std::uint64_t>()> room;
        std::function<std::string(const CameraId&)> name;
    };
    explicit Timelapses(Parts parts);

    Status start();
    // From now on, of what is recorded of these cameras.
    void apply(const TimelapseConfig& config, const std::map<CameraId, RunningCamera>& cameras);
    void stop();

    [[nodiscard]] stills::TimelapseDays& days() { return days_; }
    [[nodiscard]] stills::TimelapseJobs& jobs() { return jobs_; }

  private:
    std::mutex turn_;
    const stills::TimelapseTools tools_;
    stills::TimelapseDays days_{tools_};
    stills::TimelapseJobs jobs_{tools_};
};

}  // namespace vantage::app
