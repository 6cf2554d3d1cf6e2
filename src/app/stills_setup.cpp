// SPDX-License-Identifier: Apache-2.0
#include "app/stills_setup.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::app {
namespace {

// Key frames of a second at 1080p take some 10 ms each: one thread does for dozens of cameras.
unsigned pool_threads() {
    return std::clamp(std::thread::hardware_concurrency() / 2, 1U, 4U);
}

stills::ThumbnailerOptions options_of(const StillsConfig& config) {
    return {.interval = config.interval,
            .jpeg = {.max_width = config.width, .quality = config.quality},
            .threads = pool_threads()};
}

std::optional<StreamKey> recorded_stream(const CameraConfig& camera) {
    if (camera.record.enabled) return StreamKey{camera.id, StreamKind::main};
    if (camera.sub && camera.sub->record.enabled) return StreamKey{camera.id, StreamKind::sub};
    return {};
}

}  // namespace

Result<StreamKey> recorded_stream(const std::map<CameraId, RunningCamera>& cameras, const CameraId& camera) {
    const auto found = cameras.find(camera);
    if (found == cameras.end()) return fail(errc::not_found, fmt::format("there is no camera '{}'", camera.str()));
    if (const auto stream = recorded_stream(found->second.config)) return *stream;
    return fail(errc::unsupported,
                fmt::format("camera '{}' is not recorded, so there is nothing to make a moment of; switch 'record' on",
                            camera.str()));
}

Stills::Stills(const StillsConfig& config, footage::ThumbWriter::Places places, ingest::Supervisor& supervisor)
    : supervisor_(supervisor),
      open_(places.open_thumbs),
      thumbs_(places.files, places.catalog, open_),
      writer_(std::move(places)) {
    if (config.thumbnails) thumbnailer_ = std::make_unique<stills::Thumbnailer>(options_of(config), writer_);
}

void Stills::apply(const std::map<CameraId, RunningCamera>& cameras) {
    if (!thumbnailer_) return;
    std::vector<stills::ThumbnailSource> sources;
    for (const auto& [id, camera] : cameras) {
        const auto recorded = recorded_stream(camera.config);
        if (!recorded) continue;
        const StreamKey main{id, StreamKind::main}, sub{id, StreamKind::sub};
        auto of_main = supervisor_.stream(main);
        auto of_sub = camera.config.sub ? supervisor_.stream(sub) : nullptr;
        if (of_sub)
            sources.push_back({*recorded, sub, std::move(of_sub), std::move(of_main)});
        else if (of_main)
            sources.push_back({*recorded, main, std::move(of_main)});
    }
    thumbnailer_->set_cameras(sources);
}

void Stills::stop_taking() {
    if (thumbnailer_) thumbnailer_->stop_taking();
}

void Stills::stop() {
    if (thumbnailer_) thumbnailer_->stop();
}

stills::ThumbnailStats Stills::stats() const {
    return thumbnailer_ ? thumbnailer_->stats() : stills::ThumbnailStats{};
}

}  // namespace vantage::app
