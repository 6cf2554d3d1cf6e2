// SPDX-License-Identifier: Apache-2.0
#include "live/segments/rendition.hpp"

#include "media/mp4.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::live {
namespace {

constexpr std::size_t kMostKnown = 32;

std::string_view suffix_of(Rendition rendition) {
    return rendition == Rendition::video ? "-video" : rendition == Rendition::audio ? "-audio" : "";
}

// FNV-1a, 64 bits: tells the few inits of a camera apart.
std::uint64_t hash_of(ByteView bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const auto byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
    return hash;
}

InitPtr make(const InitPtr& full, Rendition rendition) {
    auto tracks = full->tracks;
    if (!carries(rendition, TrackKind::video)) tracks.video.reset();
    if (!carries(rendition, TrackKind::audio)) tracks.audio.reset();
    if (tracks == full->tracks) return full;
    if (!tracks.video && !tracks.audio) return nullptr;
    auto made = mp4::make_init(tracks);
    return made ? *made : nullptr;
}

}  // namespace

Result<RenditionName> parse_rendition(std::string_view text) {
    for (const auto rendition : {Rendition::video, Rendition::audio})
        if (const auto suffix = suffix_of(rendition); text.size() > suffix.size() && text.ends_with(suffix))
            return RenditionName{std::string(text.substr(0, text.size() - suffix.size())), rendition};
    if (text.empty()) return fail(errc::not_found, "there is no rendition without a name");
    return RenditionName{std::string(text), Rendition::muxed};
}

std::string to_string(const RenditionName& name) {
    return name.stream + std::string(suffix_of(name.rendition));
}

TrackKind leading_track(Rendition rendition, const TrackSet& tracks) {
    return rendition == Rendition::audio || !tracks.video ? TrackKind::audio : TrackKind::video;
}

MediaTime first_shown(const Part& part) {
    auto at = part.start;
    auto shown = MediaTime::max();
    for (const auto& sample : part.samples) {
        shown = std::min(shown, at + sample.composition);
        at += sample.duration;
    }
    return part.samples.empty() ? part.start : shown;
}

std::string init_name(const Init& init) {
    return fmt::format("init-{:016x}.mp4", hash_of(init.data));
}

const InitPtr& RenditionInits::of(const InitPtr& full, Rendition rendition) {
    auto known = std::ranges::find(known_, full, &Known::full);
    if (known == known_.end()) {
        if (known_.size() >= kMostKnown) known_.erase(known_.begin());
        Known fresh{full, {}};
        for (const auto each : kRenditions) fresh.made[static_cast<std::size_t>(each)] = make(full, each);
        known_.push_back(std::move(fresh));
        known = std::prev(known_.end());
    }
    return known->made[static_cast<std::size_t>(rendition)];
}

}  // namespace vantage::live
