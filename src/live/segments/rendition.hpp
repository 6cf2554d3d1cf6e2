// SPDX-License-Identifier: Apache-2.0
// The forms in which a stream is offered to players: all its tracks, its video, its audio. A rendition is a choice among the
// same parts; nothing is muxed for it but its init. Pure functions, except RenditionInits, which belongs to one thread at a
// time.
#pragma once
#include "media/part.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace vantage::live {

enum class Rendition : std::uint8_t { muxed, video, audio };
inline constexpr std::array kRenditions{Rendition::muxed, Rendition::video, Rendition::audio};

// "main", "main-video", "main-audio" in addresses.
struct RenditionName {
    std::string stream;
    Rendition rendition{Rendition::muxed};
};
Result<RenditionName> parse_rendition(std::string_view text);
std::string to_string(const RenditionName& name);

constexpr bool carries(Rendition rendition, TrackKind track) {
    return rendition == Rendition::muxed || (rendition == Rendition::video) == (track == TrackKind::video);
}
// The track whose times are the rendition's: its video where there is one.
TrackKind leading_track(Rendition rendition, const TrackSet& tracks);
// When the first of a part's pictures is shown: later than its decode time where there are B-frames.
MediaTime first_shown(const Part& part);
// "init-4f0c2d9e8a716b35.mp4": the name says the content, so that it can be kept for ever.
std::string init_name(const Init& init);

// The inits of each rendition, made once for each full init. Null for a rendition without a track.
class RenditionInits {
  public:
    const InitPtr& of(const InitPtr& full, Rendition rendition);

  private:
    struct Known {
        InitPtr full;
        std::array<InitPtr, kRenditions.size()> made;
    };
    std::vector<Known> known_;  // the newest last; few
};

}  // namespace vantage::live
