// SPDX-License-Identifier: Apache-2.0
#include "app/clips.hpp"

#include "app/export_setup.hpp"
#include "app/stills_setup.hpp"

namespace vantage::app {

Clips::Limits Clips::limits_of(const Config& config) {
    return {config.storage, config.exports, config.recordings, config.stills.keep_moments};
}

Clips::Clips(const Parts& parts, const Config& config)
    : parts_(parts),
      limits_(std::in_place, limits_of(config)),
      exports_(export_options(config.data), parts_.footage, parts_.files, parts_.clock),
      recordings_(recording_options(config.data), parts_.files, parts_.clock),
      movies_(local_time, parts_.clock),
      days_(parts_.footage, parts_.files, movies_, [this](const CameraId& id) { return name_of(id); }),
      moments_(moments_options(config.data), parts_.footage, parts_.files, parts_.settings, parts_.clock),
      timelapses_(timelapse_parts(config.data)) {}

Status Clips::start() {
    if (auto loaded = recordings_.load(); !loaded) return loaded;
    recordings_.run();
    if (auto started = exports_.start(); !started) return started;
    if (auto started = moments_.start(); !started) return started;
    return timelapses_.start();
}

void Clips::apply(const Config& config, const std::map<CameraId, RunningCamera>& cameras) {
    *limits_.lock() = limits_of(config);
    timelapses_.apply(config.timelapse, cameras);
}

void Clips::stop() {
    exports_.stop();
    recordings_.stop();
    movies_.stop();
    moments_.stop();
    timelapses_.stop();
}

std::function<Result<std::uint64_t>()> Clips::room(std::filesystem::path folder) {
    return [this, folder = std::move(folder)] { return room_for_exports(folder, limits_.lock()->storage); };
}

std::string Clips::name_of(const CameraId& id) const {
    const auto cameras = parts_.cameras.running();
    const auto found = cameras.find(id);
    return found == cameras.end() ? id.str() : found->second.config.name;
}

record::ExportOptions Clips::export_options(const std::filesystem::path& data) {
    record::ExportOptions out;
    out.folder = data / "exports";
    out.keep = [this] { return std::chrono::duration_cast<seconds>(limits_.lock()->exports.keep); };
    out.room = room(out.folder);
    out.local_time = local_time;
    out.name = [this](const CameraId& id) { return name_of(id); };
    return out;
}

record::RecordingOptions Clips::recording_options(const std::filesystem::path& data) {
    record::RecordingOptions out;
    out.folder = data / "recordings";
    out.limits = [this] { return limits_.lock()->recordings; };
    out.room = room(out.folder);
    out.local_time = local_time;
    out.name = [this](const CameraId& id) { return name_of(id); };
    out.stream = [this](const CameraId& id) { return parts_.supervisor.stream({id, StreamKind::main}); };
    return out;
}

stills::MomentsOptions Clips::moments_options(const std::filesystem::path& data) {
    const auto keep = [this] {
        const auto days = limits_.lock()->keep_moments;
        return days ? std::optional(std::chrono::duration_cast<seconds>(*days)) : std::nullopt;
    };
    return {.folder = data / "moments",
            .zone = parts_.zone,
            .recorded = [this](const CameraId& id) { return recorded_stream(parts_.cameras.running(), id); },
            .room = room(data / "moments"),
            .name = [this](const CameraId& id) { return name_of(id); },
            .keep = keep};
}

Timelapses::Parts Clips::timelapse_parts(const std::filesystem::path& data) {
    return {parts_.footage, parts_.thumbs, parts_.files,
            parts_.clock,   data,          parts_.zone,
            parts_.indexed, room(data),    [this](const CameraId& id) { return name_of(id); }};
}

}  // namespace vantage::app
