// SPDX-License-Identifier: Apache-2.0
// What of a camera's session description is set up: one video, perhaps one audio. Pure functions.
#pragma once
#include "media/track.hpp"
#include "net/sdp.hpp"

namespace vantage::ingest {

struct OfferedTrack {
    TrackKind kind{TrackKind::video};
    net::SdpMedia media;
    net::SdpFormat format;
    std::string url;  // to SETUP
};

struct Offer {
    std::vector<OfferedTrack> tracks;  // video first
    std::string url;                   // to PLAY
};

// The first video and, if wanted, the first audio that can be used; metadata, back channels and what is inactive are left
// out. errc::unsupported, naming what the camera sends, when no video can be used. `base` as net::base_url.
Result<Offer> choose_tracks(const net::Sdp& sdp, const std::string& base, bool audio);

}  // namespace vantage::ingest
