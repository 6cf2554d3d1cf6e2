// SPDX-License-Identifier: Apache-2.0
#include "live/transcode/transcodes.hpp"

#include <fmt/format.h>

namespace vantage::live {

Transcodes::Transcodes(TranscodesOptions options, Source source, const Clock& clock)
    : options_(options), source_(std::move(source)), clock_(clock), slots_(options.most, clock) {}

void Transcodes::sweep() {
    std::erase_if(running_, [&](const auto& entry) {
        if (!entry.second->ended()) return false;
        dropped_before_ += entry.second->dropped_parts();
        return true;
    });
}

Result<std::shared_ptr<stream::Stream>> Transcodes::stream(const CameraId& camera, Profile profile) {
    auto source = source_(camera);
    if (!source) return fail(errc::not_found, fmt::format("there is no camera '{}'", camera.str()));
    if (const auto init = source->init(); init && passes(profile, init->tracks)) return source;
    const std::lock_guard lock(mutex_);
    if (stopped_) return fail(errc::cancelled, "the program is stopping");
    sweep();
    const Key key{camera, profile};
    if (const auto known = running_.find(key); known != running_.end()) {
        if (known->second->source() == source) return known->second->stream();
        dropped_before_ += known->second->dropped_parts();  // of a camera that was removed and added again
        running_.erase(known);
    }
    auto place = std::make_unique<TranscodeSlots::Place>(slots_, false);
    if (auto taken = place->take(); !taken) return taken.error();
    Transcode::Options options{fmt::format("{}/{}", camera.str(), to_string(profile)), profile, options_.encoder,
                               options_.linger, options_.group};
    auto made = std::make_unique<Transcode>(std::move(options), std::move(source), std::move(place), clock_);
    auto out = made->stream();
    running_.emplace(key, std::move(made));
    return out;
}

std::shared_ptr<const TranscodedFootage> Transcodes::footage(const footage::Footage& of, Profile profile) {
    return std::make_shared<const TranscodedFootage>(of, profile, slots_);
}

TranscodesStatus Transcodes::status() const {
    const std::lock_guard lock(mutex_);
    TranscodesStatus out{slots_.taken(), slots_.most(), vantage::to_string(options_.encoder), dropped_before_};
    for (const auto& [key, transcode] : running_) out.dropped_parts += transcode->dropped_parts();
    return out;
}

void Transcodes::stop() {
    std::map<Key, std::unique_ptr<Transcode>> ending;
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        ending.swap(running_);
    }
    ending.clear();
}

}  // namespace vantage::live
