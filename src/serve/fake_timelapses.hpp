// SPDX-License-Identifier: Apache-2.0
// For tests: timelapses of footage in memory, in a temporary folder. Nothing runs by itself: call work() of either.
#pragma once
#include "stills/timelapse/timelapse_days.hpp"
#include "stills/timelapse/timelapse_jobs.hpp"
#include "store/test_folder.hpp"

namespace vantage::serve {

struct FakeTimelapses {
    FakeTimelapses(const footage::Footage& footage, const footage::Thumbs& thumbs)
        : tools{footage,
                thumbs,
                files,
                clock,
                folder.path() / "timelapses",
                TimeZone::load("Europe/Berlin").value(),
                [] { return true; },
                [] { return Result<std::uint64_t>(1U << 30); },
                [](UtcTime t) { return to_rfc3339(t); },
                [](const CameraId& id) { return id.str(); },
                turn} {}

    SimulatedClock clock{UtcTime(seconds(1'763'665'445))};  // 2025-11-20T19:04:05Z
    store::TestFolder folder;
    footage::SystemFiles files;
    std::mutex turn;
    const stills::TimelapseTools tools;
    stills::TimelapseDays days{tools};
    stills::TimelapseJobs jobs{tools};
};

}  // namespace vantage::serve
