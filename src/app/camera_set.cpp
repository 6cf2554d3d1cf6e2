// SPDX-License-Identifier: Apache-2.0
#include "app/camera_set.hpp"

#include "base/log.hpp"

namespace vantage::app {
namespace {

// A GOP of 4 s at 8 Mbit/s four times over; what a slow disk or a late viewer may lag behind.
constexpr std::size_t kMainRing = 16U << 20;
constexpr std::size_t kSubRing = 4U << 20;

ingest::CameraOptions options_of(const CameraConfig& camera, const std::string& source) {
    ingest::CameraOptions options;
    options.source.url = source;
    options.source.transport = camera.transport;
    options.source.audio = camera.audio;
    options.on_demand = camera.on_demand;
    return options;
}

}  // namespace

footage::Timing timing_of(const std::optional<ingest::StreamStatus>& status) {
    return status ? status->pipeline.timing : footage::Timing{};
}

void CameraSet::run_stream(const StreamKey& key, const CameraConfig& camera, const std::string& source,
                           const RecordConfig& record) {
    const auto ring = key.kind == StreamKind::main ? kMainRing : kSubRing;
    auto options = options_of(camera, source);
    options.fragmenter.largest_fragment = ring;
    options.fragmenter.group = group_;
    const auto stream = supervisor_.set(key, options, ring);
    const record::RecorderConfig recording{record.enabled, record.flush};
    if (const auto known = recorders_.find(key); known != recorders_.end()) {
        known->second->configure(recording);
        return;
    }
    const auto timing = [this, key] { return timing_of(supervisor_.status(key)); };
    recorders_[key] = std::make_unique<record::Recorder>(disk_, key, stream, timing, recording);
}

void CameraSet::end_stream(const StreamKey& key) {
    const auto recorder = recorders_.find(key);
    if (recorder == recorders_.end()) return;
    supervisor_.remove(key);
    recorder->second->remove();
    recorders_.erase(recorder);
}

void CameraSet::apply(const Cameras& declared, const Cameras& of_page) {
    std::map<CameraId, RunningCamera> wanted;
    for (const auto& [id, camera] : declared) wanted.emplace(id, RunningCamera{camera, true});
    for (const auto& [id, camera] : of_page)
        if (!wanted.emplace(id, RunningCamera{camera, false}).second)
            log::warn("configuration", "camera '{}' of the page is hidden by the one of the file", id.str());

    const std::lock_guard lock(mutex_);
    for (const auto& [id, running] : cameras_) {
        const auto now = wanted.find(id);
        if (now == wanted.end()) {
            end_stream({id, StreamKind::main});
            log::info("configuration", "camera '{}' is gone; its footage stays until retention takes it", id.str());
        }
        if (now == wanted.end() || !now->second.config.sub) end_stream({id, StreamKind::sub});
    }
    for (const auto& [id, camera] : wanted) {
        const auto before = cameras_.find(id);
        if (before != cameras_.end() && before->second.config == camera.config) continue;
        const auto& config = camera.config;
        run_stream({id, StreamKind::main}, config, config.source, config.record);
        if (config.sub) run_stream({id, StreamKind::sub}, config, config.sub->source, config.sub->record);
    }
    cameras_ = std::move(wanted);
}

void CameraSet::stop_sources() {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, recorder] : recorders_) supervisor_.remove(key);
}

void CameraSet::clear() {
    const std::lock_guard lock(mutex_);
    recorders_.clear();
    cameras_.clear();
}

std::map<CameraId, RunningCamera> CameraSet::running() const {
    const std::lock_guard lock(mutex_);
    return cameras_;
}

std::shared_ptr<const footage::RecordingStatus> CameraSet::recording(const StreamKey& key) const {
    const std::lock_guard lock(mutex_);
    const auto recorder = recorders_.find(key);
    return recorder == recorders_.end() ? nullptr : recorder->second->status();
}

}  // namespace vantage::app
