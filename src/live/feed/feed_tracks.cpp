// SPDX-License-Identifier: Apache-2.0
#include "live/feed/feed_tracks.hpp"

#include "media/mp4.hpp"

#include <fmt/format.h>

namespace vantage::live {

bool FeedTracks::plays(const Track& track) const {
    if (codecs_.empty()) return true;
    const auto family = [](std::string_view codec) { return codec.substr(0, codec.find('.')); };
    const auto name = codec_string(track);
    return std::any_of(codecs_.begin(), codecs_.end(),
                       [&](const std::string& codec) { return family(codec) == family(name); });
}

Result<InitPtr> FeedTracks::choose(const InitPtr& full) {
    if (full == full_ && chosen_) return chosen_;
    TrackSet tracks = full->tracks;
    if (tracks.audio && (!wants_audio_ || !plays(*tracks.audio))) tracks.audio.reset();
    if (tracks.video && !plays(*tracks.video))
        return fail(errc::unsupported, fmt::format("this browser cannot play {} ({})", to_string(tracks.video->codec),
                                                   codec_string(*tracks.video)));
    if (!tracks.video && !tracks.audio) return fail(errc::unsupported, "the camera sends no video");
    full_ = full;
    chosen_ = full;
    if (tracks == full->tracks) return chosen_;
    auto made = mp4::make_init(tracks);
    if (!made) return made.error();
    return chosen_ = std::move(*made);
}

bool FeedTracks::takes(const Part& part) const {
    return chosen_ &&
           (part.track == TrackKind::video ? chosen_->tracks.video.has_value() : chosen_->tracks.audio.has_value());
}

}  // namespace vantage::live
