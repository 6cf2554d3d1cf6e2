// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtsp_offer.hpp"

#include "ingest/depacketizer.hpp"
#include "net/rtsp_url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::ingest {
namespace {

// Whether the format is of the media's kind: a video codec in an audio media is a camera's mistake.
bool fits(const net::SdpFormat& format, TrackKind kind) {
    const bool video = format.encoding == "H264" || format.encoding == "H265" || format.encoding == "JPEG";
    return is_supported(format) && video == (kind == TrackKind::video);
}

// ONVIF marks the media that the camera would receive (its loudspeaker) sendonly.
bool usable_direction(const net::SdpMedia& media, TrackKind kind) {
    return media.direction != net::SdpDirection::inactive &&
           (kind == TrackKind::video || media.direction != net::SdpDirection::sendonly);
}

std::optional<OfferedTrack> choose(const net::Sdp& sdp, const std::string& base, TrackKind kind) {
    for (const auto& media : sdp.medias) {
        if (media.kind != (kind == TrackKind::video ? "video" : "audio") || !usable_direction(media, kind)) continue;
        const auto format =
            std::find_if(media.formats.begin(), media.formats.end(), [&](const auto& f) { return fits(f, kind); });
        if (format != media.formats.end())
            return OfferedTrack{kind, media, *format, net::resolve_control(base, media.control)};
    }
    return std::nullopt;
}

std::string describe(const net::Sdp& sdp) {
    std::string out;
    for (const auto& media : sdp.medias) {
        const auto* encoding = media.formats.empty() || media.formats[0].encoding.empty()
                                   ? "an unknown format"
                                   : media.formats[0].encoding.c_str();
        out += fmt::format("{}{} as {}", out.empty() ? "" : ", ", media.kind, encoding);
    }
    return out.substr(0, 300);
}

}  // namespace

Result<Offer> choose_tracks(const net::Sdp& sdp, const std::string& base, bool audio) {
    Offer offer;
    offer.url = net::resolve_control(base, sdp.control);
    auto video = choose(sdp, base, TrackKind::video);
    if (!video)
        return fail(errc::unsupported,
                    fmt::format("the camera offers {}; H.264, H.265 or MJPEG video is needed: change its encoder's settings",
                                describe(sdp)));
    offer.tracks.push_back(std::move(*video));
    if (!audio) return offer;
    if (auto sound = choose(sdp, base, TrackKind::audio)) offer.tracks.push_back(std::move(*sound));
    return offer;
}

}  // namespace vantage::ingest
