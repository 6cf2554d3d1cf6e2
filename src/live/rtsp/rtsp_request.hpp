// SPDX-License-Identifier: Apache-2.0
// What a request's address and Transport header mean to our server. Pure functions.
#pragma once
#include "media/track.hpp"
#include "net/rtsp_message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vantage::live {

struct RequestTarget {
    std::string path;                // "door": without scheme, host, query, slashes at the ends and track
    std::optional<TrackKind> track;  // of ".../trackID=1"
};
// Players write the address in many ways: with a slash at the end, with the track behind the query, relative, or as "*".
RequestTarget parse_target(std::string_view url);

// The first alternative that we can serve; nothing: 461.
std::optional<net::RtspTransport> choose_transport(std::string_view header, bool udp);

}  // namespace vantage::live
