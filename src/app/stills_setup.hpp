// SPDX-License-Identifier: Apache-2.0
// The thumbnails of the running program: which cameras have them, the writer beside their footage, how they are found. Built
// after the disk, ended around it: stop_taking() before, stop() after it. Safe from any thread.
#pragma once
#include "app/camera_set.hpp"
#include "stills/thumbnailer.hpp"

namespace vantage::app {

// Of which stream of a camera there is footage. not_found: there is no such camera; unsupported: it is not recorded.
Result<StreamKey> recorded_stream(const std::map<CameraId, RunningCamera>& cameras, const CameraId& camera);

class Stills {
  public:
    // The references outlive it. `supervisor` gives the streams.
    Stills(const StillsConfig& config, footage::ThumbWriter::Places places, ingest::Supervisor& supervisor);

    // Thumbnails of these cameras from now on: beside the main stream's recording, or the sub stream's where only that is
    // recorded, and made from the sub stream where there is one.
    void apply(const std::map<CameraId, RunningCamera>& cameras);
    void stop_taking();
    void stop();

    [[nodiscard]] const footage::Thumbs& thumbs() const { return thumbs_; }
    [[nodiscard]] stills::ThumbnailStats stats() const;

  private:
    ingest::Supervisor& supervisor_;
    footage::OpenThumbs& open_;
    const footage::Thumbs thumbs_;
    footage::ThumbWriter writer_;
    std::unique_ptr<stills::Thumbnailer> thumbnailer_;  // null when switched off
};

}  // namespace vantage::app
