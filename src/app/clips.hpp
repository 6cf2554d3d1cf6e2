// SPDX-License-Identifier: Apache-2.0
// Everything that the running program makes of footage, or records beside it, because somebody asks: exports, recordings on
// demand, files of days, moments; and the timelapses. Built after footage and cameras, ended before them; the server asks
// until it has stopped. Safe from any thread.
#pragma once
#include "app/camera_set.hpp"
#include "app/timelapse_setup.hpp"
#include "base/guarded.hpp"
#include "record/days.hpp"
#include "record/exports.hpp"
#include "record/recordings.hpp"
#include "stills/moments/moments.hpp"

namespace vantage::app {

class Clips {
  public:
    // The references outlive it.
    struct Parts {
        const footage::Footage& footage;
        const footage::Thumbs& thumbs;
        footage::FileSystem& files;
        store::Settings& settings;
        const Clock& clock;
        const CameraSet& cameras;
        ingest::Supervisor& supervisor;
        TimeZone zone;
        std::function<bool()> indexed;  // whether what is missing in the index is a hole
    };
    Clips(const Parts& parts, const Config& config);

    // Reads what there is, and goes on with what has not ended. After the cameras, before anybody asks.
    Status start();
    // Limits, and which cameras have timelapses, from now on.
    void apply(const Config& config, const std::map<CameraId, RunningCamera>& cameras);
    void stop();

    [[nodiscard]] record::Exports& exports() { return exports_; }
    [[nodiscard]] record::Recordings& recordings() { return recordings_; }
    [[nodiscard]] record::Movies& movies() { return movies_; }
    [[nodiscard]] record::Days& days() { return days_; }
    [[nodiscard]] stills::Moments& moments() { return moments_; }
    [[nodiscard]] Timelapses& timelapses() { return timelapses_; }

  private:
    struct Limits {
        StorageConfig storage;
        ExportConfig exports;
        record::RecordingLimits recordings;
        std::optional<Days> keep_moments;
    };
    [[nodiscard]] static Limits limits_of(const Config& config);
    // Bytes that may still be written below `folder`.
    [[nodiscard]] std::function<Result<std::uint64_t>()> room(std::filesystem::path folder);
    [[nodiscard]] std::string name_of(const CameraId& id) const;
    [[nodiscard]] record::ExportOptions export_options(const std::filesystem::path& data);
    [[nodiscard]] record::RecordingOptions recording_options(const std::filesystem::path& data);
    [[nodiscard]] stills::MomentsOptions moments_options(const std::filesystem::path& data);
    [[nodiscard]] Timelapses::Parts timelapse_parts(const std::filesystem::path& data);

    const Parts parts_;
    Guarded<Limits> limits_;
    record::Exports exports_;
    record::Recordings recordings_;
    record::Movies movies_;
    record::Days days_;
    stills::Moments moments_;
    Timelapses timelapses_;
};

}  // namespace vantage::app
