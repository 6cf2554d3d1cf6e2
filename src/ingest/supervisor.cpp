// SPDX-License-Identifier: Apache-2.0
#include "ingest/supervisor.hpp"

namespace vantage::ingest {
namespace {
constexpr milliseconds kTick{250};
}

Supervisor::Supervisor(SourceFactory factory, const Clock& clock)
    : factory_(std::move(factory)), clock_(clock), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Supervisor::~Supervisor() {
    thread_.request_stop();
    thread_.join();
    for (auto& [key, driven] : cameras_) driven->camera.stop();
}

void Supervisor::wake() {
    {
        const std::lock_guard lock(mutex_);
        due_ = true;
    }
    changed_.notify_one();
}

void Supervisor::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::vector<std::shared_ptr<Driven>> due;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, stop, kTick, [&] { return due_; });
            due_ = false;
            for (const auto& [key, driven] : cameras_) due.push_back(driven);
        }
        for (const auto& driven : due) {
            if (stop.stop_requested()) return;
            const std::lock_guard driving(driven->driving);
            driven->camera.tick();
        }
    }
}

std::shared_ptr<stream::Stream> Supervisor::set(const StreamKey& key, CameraOptions options, std::size_t ring_bytes) {
    std::shared_ptr<Driven> driven = find(key);
    if (driven) {
        const std::lock_guard driving(driven->driving);
        driven->camera.configure(std::move(options));
    } else {
        driven = std::make_shared<Driven>(key, std::move(options), std::make_shared<stream::Stream>(ring_bytes), factory_,
                                          clock_, [this] { wake(); });
        const std::lock_guard lock(mutex_);
        cameras_.emplace(key, driven);
    }
    wake();
    return driven->camera.stream();
}

void Supervisor::remove(const StreamKey& key) {
    const auto driven = find(key);
    if (!driven) return;
    {
        const std::lock_guard lock(mutex_);
        cameras_.erase(key);
    }
    const std::lock_guard driving(driven->driving);
    driven->camera.stop();
}

std::shared_ptr<Supervisor::Driven> Supervisor::find(const StreamKey& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = cameras_.find(key);
    return found == cameras_.end() ? nullptr : found->second;
}

std::shared_ptr<stream::Stream> Supervisor::stream(const StreamKey& key) const {
    const auto driven = find(key);
    return driven ? driven->camera.stream() : nullptr;
}

std::optional<StreamStatus> Supervisor::status(const StreamKey& key) const {
    const auto driven = find(key);
    if (!driven) return {};
    return driven->camera.status();
}

}  // namespace vantage::ingest
