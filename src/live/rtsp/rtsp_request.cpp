// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_request.hpp"

namespace vantage::live {

RequestTarget parse_target(std::string_view url) {
    RequestTarget out;
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        const auto path = url.find('/', scheme + 3);
        url = path == std::string_view::npos ? std::string_view{} : url.substr(path);
    }
    if (const auto track = url.rfind("/trackID="); track != std::string_view::npos) {
        const auto number = url.substr(track + 9);
        if (number == "0") out.track = TrackKind::video;
        if (number == "1") out.track = TrackKind::audio;
        if (out.track) url = url.substr(0, track);
    }
    url = url.substr(0, url.find('?'));
    while (url.starts_with('/')) url.remove_prefix(1);
    while (url.ends_with('/')) url.remove_suffix(1);
    out.path = url;
    return out;
}

std::optional<net::RtspTransport> choose_transport(std::string_view header, bool udp) {
    for (auto& transport : net::parse_transport(header)) {
        if (transport.multicast || (!transport.mode.empty() && transport.mode != "play")) continue;
        if (transport.tcp) {
            const auto& channels = transport.interleaved;
            if (channels && (channels->first < 0 || channels->first > 254 || channels->second < 0 || channels->second > 255))
                continue;
            return transport;
        }
        const auto& ports = transport.client_port;
        if (udp && ports && ports->first > 0 && ports->first < 65536 && ports->second >= 0 && ports->second < 65536)
            return transport;
    }
    return {};
}

}  // namespace vantage::live
