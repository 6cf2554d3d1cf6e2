// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_sdp.hpp"

#include "live/rtsp/rtp_packetiser.hpp"

#include <fmt/format.h>

namespace vantage::live {
namespace {

std::string describe_track(const Track& track) {
    const auto format = rtp_format(track);
    const int type = format.payload_type;
    const bool video = track.kind() == TrackKind::video;
    auto out = fmt::format("m={} 0 RTP/AVP {}\r\na=rtpmap:{} {}\r\n", video ? "video" : "audio", type, type, format.rtpmap);
    if (!format.fmtp.empty()) out += fmt::format("a=fmtp:{} {}\r\n", type, format.fmtp);
    if (video && track.width > 0) out += fmt::format("a=x-dimensions:{},{}\r\n", track.width, track.height);
    return out + fmt::format("a=control:trackID={}\r\n", video ? 0 : 1);
}

}  // namespace

std::string describe(const TrackSet& tracks, const std::string& name) {
    auto out = fmt::format(
        "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns={}\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\na=range:npt=now-\r\n", name);
    if (tracks.video) out += describe_track(*tracks.video);
    if (tracks.audio) out += describe_track(*tracks.audio);
    return out;
}

}  // namespace vantage::live
