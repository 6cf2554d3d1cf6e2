// SPDX-License-Identifier: Apache-2.0
#include "app/time_series.hpp"

#include "serve/camera_choice.hpp"
#include "serve/metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <unistd.h>

namespace vantage::app {
namespace {

constexpr const char* kStreams = "vantage_streams";

series::SinkOptions options_of(const InfluxConfig& config, const std::filesystem::path& data) {
    return {.folder = data / "influxdb", .most_bytes = config.buffer, .sample_every = config.interval};
}

}  // namespace

TimeSeries::TimeSeries(const InfluxConfig& config, const std::filesystem::path& data, std::string address,
                       footage::FileSystem& files, const Clock& clock,
                       std::function<std::vector<serve::CameraView>()> cameras)
    : config_(config),
      address_(std::move(address)),
      cameras_(std::move(cameras)),
      sink_(
          options_of(config, data), files, clock,
          [this](const std::string& lines, std::optional<seconds>& retry_after,
                 const std::stop_token& stop) -> Result<series::Judgement> {
              const auto reply = client_.post(series::write_call(config_.server, lines), stop);
              if (!reply) return reply.error();
              retry_after = reply->retry_after;
              return series::judge(config_.server, *reply);
          },
          [this](UtcTime now) { return sample(now); }),
      threads_(sink_) {}

void TimeSeries::apply(const std::map<CameraId, RunningCamera>& cameras) {
    std::map<CameraId, Location> locations;
    for (const auto& [id, camera] : cameras)
        if (camera.config.location) locations.emplace(id, *camera.config.location);
    const std::lock_guard lock(mutex_);
    locations_ = std::move(locations);
}

void TimeSeries::written(const StreamKey& stream, std::span<const footage::ThumbEntry> thumbs) {
    Location location;
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = locations_.find(stream.camera); known != locations_.end()) location = known->second;
    }
    for (const auto& thumb : thumbs) {
        series::Point point{
            config_.measurement,
            {{"camera", stream.camera.str()}, {"place", location.place}},
            {{"url", fmt::format("{}/{}/thumbnail?ts={}", address_, stream.camera.str(), serve::unix_text(thumb.time))}},
            thumb.time};
        if (location.latitude) point.fields.emplace_back("latitude", *location.latitude);
        if (location.longitude) point.fields.emplace_back("longitude", *location.longitude);
        sink_.add(point);
    }
}

std::vector<series::Point> TimeSeries::sample(UtcTime now) const {
    std::vector<series::Point> out;
    if (!config_.metrics) return out;
    for (const auto& camera : cameras_())
        for (const auto& stream : camera.streams) {
            series::Point point{
                kStreams, {{"camera", camera.id.str()}, {"stream", to_string(stream.kind)}}, {{"state", stream.state}}, now};
            for (const auto& [name, value] : serve::stream_values(stream)) point.fields.emplace_back(name, value);
            out.push_back(std::move(point));
        }
    return out;
}

serve::SeriesView TimeSeries::view() const {
    const auto stats = sink_.stats();
    return {stats.sending, stats.fault, stats.sent, stats.dropped, stats.waiting, stats.waiting_bytes};
}

std::string address_for_others(const ServerConfig& server) {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) name[0] = '\0';
    return fmt::format("{}://{}:{}{}", server.tls.enabled ? "https" : "http", name[0] == '\0' ? "localhost" : name.data(),
                       server.port, server.base_path);
}

}  // namespace vantage::app
