// SPDX-License-Identifier: Apache-2.0
// The cameras that run: for each stream of the configuration a supervised camera and, where it is recorded, a recorder.
// apply() touches only what changed. Safe from any thread; apply() may wait a moment for a source to stop.
#pragma once
#include "app/config.hpp"
#include "ingest/supervisor.hpp"
#include "record/recorder.hpp"

#include <map>
#include <memory>
#include <mutex>

namespace vantage::app {

struct RunningCamera {
    CameraConfig config;
    bool declared{false};  // by the file, not the page
};

class CameraSet {
  public:
    // The references outlive the set. `group`: of parts, see stream::FragmenterOptions.
    CameraSet(ingest::Supervisor& supervisor, footage::Disk& disk, Ticks group)
        : supervisor_(supervisor), disk_(disk), group_(group) {}

    // From now on these run. A camera of the file hides one of the page with the same id.
    void apply(const Cameras& declared, const Cameras& of_page);
    // The program ends: sources stop and publish what they hold. No gap begins; the recorders stay until clear().
    void stop_sources();
    // After the disk has stopped.
    void clear();

    [[nodiscard]] std::map<CameraId, RunningCamera> running() const;
    [[nodiscard]] std::shared_ptr<const footage::RecordingStatus> recording(const StreamKey& key) const;

  private:
    void run_stream(const StreamKey& key, const CameraConfig& camera, const std::string& source, const RecordConfig& record);
    void end_stream(const StreamKey& key);

    ingest::Supervisor& supervisor_;
    footage::Disk& disk_;
    const Ticks group_;
    mutable std::mutex mutex_;
    std::map<CameraId, RunningCamera> cameras_;                         // guarded by mutex_
    std::map<StreamKey, std::unique_ptr<record::Recorder>> recorders_;  // guarded by mutex_
};

// How a stream's times are found now; nothing known yet: empty.
footage::Timing timing_of(const std::optional<ingest::StreamStatus>& status);

}  // namespace vantage::app
