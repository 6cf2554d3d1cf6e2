// SPDX-License-Identifier: Apache-2.0
// Addresses of RTSP cameras as people paste them and as cameras write them into replies: stricter parsers refuse the
// passwords and queries that are out there. Pure functions.
#pragma once
#include "base/result.hpp"
#include "net/digest.hpp"

#include <string>

namespace vantage::net {

struct RtspUrl {
    bool tls{false};          // rtsps
    Credentials credentials;  // percent-decoded; empty if there are none
    std::string host;         // without the brackets of IPv6
    std::uint16_t port{554};  // 322 for rtsps
    std::string path;         // "/path?query", may be empty; as written

    // For the request line: no credentials, the port only if it was written or is not the scheme's own.
    [[nodiscard]] std::string request_url() const;
    bool port_written{false};
};

// errc::invalid_argument unless it is rtsp://host or rtsps://host. The user name ends at the first ':', the credentials at
// the last '@' before the path: passwords hold '@', ':', '#' and, if an '@' follows and no path did before, '/' and '?'.
Result<RtspUrl> parse_rtsp_url(std::string_view text);

// The base that control addresses are relative to: Content-Base, Content-Location or the request's own, in this order;
// values without a scheme are passed over (LIVE555 forks send "192.168.1.10:554/stream0/").
std::string base_url(std::string_view content_base, std::string_view content_location, std::string_view request);

// Where to SETUP or PLAY. Relative ones are appended after a '/', also behind a query, as LIVE555, FFmpeg and the cameras
// that are tested against them do; RFC 3986 would have the last part of the path replaced.
std::string resolve_control(std::string_view base, std::string_view control);

}  // namespace vantage::net
