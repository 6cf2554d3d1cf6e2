// SPDX-License-Identifier: Apache-2.0
// What the HTTP handlers may ask, answered from the running parts. Safe from any thread.
#pragma once
#include "app/camera_set.hpp"
#include "app/clips.hpp"
#include "app/live_outputs.hpp"
#include "app/process_usage.hpp"
#include "app/stills_setup.hpp"
#include "footage/disk_footage.hpp"
#include "footage/retention.hpp"
#include "live/pictures/pictures.hpp"
#include "live/transcode/transcodes.hpp"
#include "serve/control.hpp"
#include "stills/frames.hpp"
#include "stills/thumbnails.hpp"
#include "store/settings.hpp"

#include <functional>

namespace vantage::app {

class ProgramControl final : public serve::Control {
  public:
    struct Parts {
        const Clock& clock;
        store::Settings& settings;
        store::Catalog& catalog;
        footage::Disk& disk;
        footage::Retention& retention;
        const footage::Footage& footage;
        const footage::OpenSegments& open_segments;
        ingest::Supervisor& supervisor;
        ingest::SourceFactory make_source;
        CameraSet& cameras;
        live::LiveWindows& live_windows;
        Clips& clips;
        LiveOutputs& live;
        live::Transcodes& transcodes;
        live::Pictures& pictures;
        stills::Frames& frames;
        Stills& stills;
        stills::Thumbnails& thumbnails;
        std::function<std::optional<serve::SeriesView>()> series;
        std::function<void()> cameras_changed;  // of the page, in settings: apply them
        std::function<std::optional<serve::RtspView>()> rtsp;
        StorageConfig storage;
        std::string time_zone;
        serve::PushControl& pushes;
    };
    explicit ProgramControl(Parts parts);

    [[nodiscard]] std::vector<serve::CameraView> cameras() const override;
    [[nodiscard]] std::optional<serve::CameraView> camera(const CameraId& id) const override;
    Status add_camera(const CameraId& id, const std::string& config_json) override;
    Status change_camera(const CameraId& id, const std::string& config_json) override;
    Status remove_camera(const CameraId& id) override;
    [[nodiscard]] Result<serve::ProbeReport> probe(const std::string& config_json, const std::optional<CameraId>& existing,
                                                   seconds timeout) override;
    [[nodiscard]] std::shared_ptr<stream::Stream> stream(const StreamKey& key) const override;
    [[nodiscard]] const footage::Footage& footage() const override { return parts_.footage; }
    [[nodiscard]] live::LiveWindows& live_windows() override { return parts_.live_windows; }
    [[nodiscard]] record::Exports& exports() override { return parts_.clips.exports(); }
    [[nodiscard]] record::Recordings& recordings() override { return parts_.clips.recordings(); }
    [[nodiscard]] record::Movies& movies() override { return parts_.clips.movies(); }
    [[nodiscard]] record::Days& days() override { return parts_.clips.days(); }
    [[nodiscard]] Result<std::shared_ptr<stream::Stream>> viewed_stream(const CameraId& camera,
                                                                        const live::StreamName& name) const override;
    [[nodiscard]] std::shared_ptr<const footage::Footage> viewed_footage(const live::StreamName& name) const override;
    [[nodiscard]] live::Pictures& pictures() const override { return parts_.pictures; }
    [[nodiscard]] stills::Frames& frames() override { return parts_.frames; }
    [[nodiscard]] stills::Moments& moments() override { return parts_.clips.moments(); }
    [[nodiscard]] stills::Thumbnails& thumbnails() override { return parts_.thumbnails; }
    [[nodiscard]] stills::TimelapseDays& timelapse_days() override { return parts_.clips.timelapses().days(); }
    [[nodiscard]] stills::TimelapseJobs& timelapse_jobs() override { return parts_.clips.timelapses().jobs(); }
    [[nodiscard]] live::Archive& archive() override { return parts_.live.archive(); }
    [[nodiscard]] live::Archive& archive(live::Profile profile) override { return parts_.live.archive(profile); }
    [[nodiscard]] serve::SystemView system() const override;
    void confirm_clock() override { parts_.retention.confirm_clock(); }
    [[nodiscard]] serve::PushControl& pushes() override { return parts_.pushes; }

  private:
    using Usage = std::map<StreamKey, store::UsageRow>;
    [[nodiscard]] Usage usage() const;
    [[nodiscard]] serve::CameraView view(const CameraId& id, const RunningCamera& camera, const Usage& usage) const;
    [[nodiscard]] serve::StreamView stream_view(const StreamKey& key, const RecordConfig& record, const Usage& usage) const;
    [[nodiscard]] serve::DiskView disk_view() const;
    [[nodiscard]] Status not_of_file(const CameraId& id) const;
    [[nodiscard]] Result<CameraConfig> complete(const CameraId& id, const std::string& config_json) const;

    const Parts parts_;
    const UtcTime started_;
    mutable ProcessUsage process_;
};

}  // namespace vantage::app
