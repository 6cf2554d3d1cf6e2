// SPDX-License-Identifier: Apache-2.0
#include "stills/thumbnailer.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace vantage::stills {
namespace {

constexpr seconds kLost{5};  // without a picture, while the other stream sends

}  // namespace

Thumbnailer::Camera::Camera(const ThumbnailSource& from, milliseconds interval)
    : source(from),
      lane(std::make_shared<DecodePool::Lane>(to_string(from.source))),
      frames_(to_string(from.source), *from.stream, interval) {
    if (from.other) other_.emplace(to_string(from.source) + ", other stream", *from.other, interval);
}

// `now`: of the other stream.
bool Thumbnailer::Camera::is_lost(UtcTime now) {
    if (!heard_other_) heard_other_ = now;
    return now - frames_.heard().value_or(*heard_other_) > kLost;
}

std::vector<KeyFrame> Thumbnailer::Camera::take() {
    auto out = frames_.take();
    if (other_)
        for (auto& frame : other_->take())
            if (is_lost(frame.time)) out.push_back(std::move(frame));
    // One stream may be some frames behind the other: times of a recording's thumbnails grow.
    std::erase_if(out, [this](const KeyFrame& frame) {
        if (last_ && frame.time <= *last_ && *last_ - frame.time <= kLost) return true;
        last_ = frame.time;
        return false;
    });
    return out;
}

Thumbnailer::Thumbnailer(const ThumbnailerOptions& options, footage::ThumbWriter& writer)
    : options_(options), writer_(writer), pool_(options.threads, options.jpeg) {
    looking_ = std::jthread([this](const std::stop_token& stop) { look_loop(stop); });
    writing_ = std::jthread([this](const std::stop_token& stop) { write_loop(stop); });
}

void Thumbnailer::set_cameras(const std::vector<ThumbnailSource>& cameras) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    std::vector<std::unique_ptr<Camera>> now;
    for (const auto& source : cameras) {
        const auto known =
            std::ranges::find_if(cameras_, [&](const auto& camera) { return camera && camera->source == source; });
        if (known != cameras_.end()) {
            now.push_back(std::move(*known));
            continue;
        }
        now.push_back(std::make_unique<Camera>(source, options_.interval));
    }
    cameras_ = std::move(now);
}

void Thumbnailer::look() {
    const std::lock_guard lock(mutex_);
    for (const auto& camera : cameras_)
        for (auto& frame : camera->take()) {
            const auto done = [this, key = camera->source.recorded](UtcTime time, Bytes jpeg) {
                writer_.add(key, time, std::move(jpeg));
            };
            if (!pool_.submit(camera->lane, std::move(frame), done)) ++skipped_;
        }
}

void Thumbnailer::look_loop(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        try {
            look();
        } catch (const std::exception& error) {
            log::error("thumbnails", "{}", error.what());
        }
        std::unique_lock lock(waiting_);
        never_.wait_for(lock, stop, options_.look, [] { return false; });
    }
}

void Thumbnailer::write_loop(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(waiting_);
            never_.wait_for(lock, stop, options_.write, [] { return false; });
        }
        try {
            note(writer_.step());
        } catch (const std::exception& error) {
            log::error("thumbnails", "{}", error.what());
        }
    }
}

void Thumbnailer::note(const Status& done) {
    const auto message = done ? std::string{} : done.error().message;
    if (!message.empty() && message != told_) log::warn("thumbnails", "{}; trying again every second", message);
    told_ = message;
}

void Thumbnailer::stop_taking() {
    looking_.request_stop();
    if (looking_.joinable()) looking_.join();
    pool_.stop();
    const std::lock_guard lock(mutex_);
    cameras_.clear();
    stopped_ = true;
}

void Thumbnailer::stop() {
    stop_taking();
    if (!writing_.joinable()) return;
    writing_.request_stop();
    writing_.join();
    note(writer_.finish());
}

ThumbnailStats Thumbnailer::stats() const {
    return {writer_.written(), writer_.bytes(), skipped_, pool_.failed(), writer_.dropped()};
}

}  // namespace vantage::stills
