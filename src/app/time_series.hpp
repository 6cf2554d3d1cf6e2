// SPDX-License-Identifier: Apache-2.0
// What the running program tells a time-series database: a point a thumbnail, and the figures of each camera stream. Built
// before anything is told, ended when nothing is told any more. Safe from any thread.
#pragma once
#include "app/camera_set.hpp"
#include "footage/thumb_file.hpp"
#include "series/sink.hpp"
#include "serve/control.hpp"

namespace vantage::app {

class TimeSeries {
  public:
    // `address`: in front of addresses of pictures. `cameras` may block. The references outlive it.
    TimeSeries(const InfluxConfig& config, const std::filesystem::path& data, std::string address,
               footage::FileSystem& files, const Clock& clock, std::function<std::vector<serve::CameraView>()> cameras);

    // Where they stand, from now on.
    void apply(const std::map<CameraId, RunningCamera>& cameras);
    // Thumbnails that are beside their footage now.
    void written(const StreamKey& stream, std::span<const footage::ThumbEntry> thumbs);
    [[nodiscard]] serve::SeriesView view() const;

  private:
    [[nodiscard]] std::vector<series::Point> sample(UtcTime now) const;

    const InfluxConfig config_;
    const std::string address_;
    const std::function<std::vector<serve::CameraView>()> cameras_;
    net::HttpClient client_;  // the sending thread's
    mutable std::mutex mutex_;
    std::map<CameraId, Location> locations_;  // guarded by mutex_
    series::Sink sink_;
    series::SinkThreads threads_;  // last: they use the above
};

// "http://hostname:6478/base": how others may reach this program.
std::string address_for_others(const ServerConfig& server);

}  // namespace vantage::app
