// SPDX-License-Identifier: Apache-2.0
#include "app/timelapse_setup.hpp"

#include "app/export_setup.hpp"

namespace vantage::app {

Timelapses::Timelapses(Parts parts)
    : tools_{parts.footage, parts.thumbs,           parts.files,           parts.clock, parts.data / "timelapses",
             parts.zone,    std::move(parts.ready), std::move(parts.room), local_time,  std::move(parts.name),
             turn_} {}

Status Timelapses::start() {
    if (auto started = days_.start(); !started) return started;
    return jobs_.start();
}

void Timelapses::apply(const TimelapseConfig& config, const std::map<CameraId, RunningCamera>& cameras) {
    std::map<CameraId, stills::TimelapseSettings> settings;
    for (const auto& [id, camera] : cameras) {
        const auto& of = camera.config;
        const bool recorded = of.record.enabled || (of.sub && of.sub->record.enabled);
        const auto wanted = changed(config.settings, of.timelapse);
        if (recorded && wanted.enabled) settings.emplace(id, wanted);
    }
    days_.set_cameras(std::move(settings));
    std::optional<microseconds> keep;
    if (config.keep_days) keep = std::chrono::duration_cast<microseconds>(Days{*config.keep_days});
    days_.set_keep(keep);
    jobs_.set_keep(keep);
}

void Timelapses::stop() {
    days_.stop();
    jobs_.stop();
}

}  // namespace vantage::app
