// SPDX-License-Identifier: Apache-2.0
// For tests: real recordings on demand in a temporary folder, and days of whatever footage is given. Tests only.
#pragma once
#include "record/days.hpp"
#include "record/recordings.hpp"

#include <filesystem>
#include <functional>

namespace vantage::serve {

struct TestRecordings {
    using StreamOf = std::function<std::shared_ptr<stream::Stream>(const StreamKey&)>;
    TestRecordings(const std::filesystem::path& folder, StreamOf stream, const footage::Footage& footage,
                   footage::FileSystem& files, const Clock& clock)
        : on_demand({folder, [] { return record::RecordingLimits{}; }, [] { return Result<std::uint64_t>(1U << 30); },
                     [](UtcTime t) { return to_rfc3339(t); }, [](const CameraId& id) { return id.str(); },
                     [stream = std::move(stream)](const CameraId& id) { return stream({id, StreamKind::main}); }},
                    files, clock),
          movies([](UtcTime t) { return to_rfc3339(t); }, clock),
          days(footage, files, movies, [](const CameraId& id) { return id.str(); }) {}

    record::Recordings on_demand;
    record::Movies movies;
    record::Days days;
    record::Days* shown_days{&days};
};

}  // namespace vantage::serve
