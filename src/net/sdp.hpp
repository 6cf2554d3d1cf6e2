// SPDX-License-Identifier: Apache-2.0
// Session descriptions (RFC 4566) as cameras send them: what can be read is taken, line by line, the rest is passed over.
// Pure functions; safe on hostile text.
#pragma once
#include "base/result.hpp"

#include <map>
#include <string>
#include <vector>

namespace vantage::net {

enum class SdpDirection { unsaid, sendrecv, sendonly, recvonly, inactive };

struct SdpFormat {
    int payload_type{0};
    std::string encoding;  // upper case: "H264", "MPEG4-GENERIC"; of rtpmap, else of RFC 3551's table; else empty
    int clock_rate{0};     // Hz
    int channels{0};       // 0 if not said
    std::map<std::string, std::string> parameters;  // of fmtp; names in lower case, values as written
    // The value of a parameter, empty if there is none.
    [[nodiscard]] std::string_view parameter(const std::string& name) const;
};

struct SdpMedia {
    std::string kind;      // "video", "audio", "application", ...
    std::string protocol;  // "RTP/AVP", ...
    std::vector<SdpFormat> formats;
    std::string control;                           // as written; empty if not said
    SdpDirection direction{SdpDirection::unsaid};  // the session's if the media has none
    std::pair<int, int> dimensions{0, 0};  // of a=x-dimensions, pixels: JPEG of over 2040 pixels cannot say it in RTP
    [[nodiscard]] const SdpFormat* format(int payload_type) const;
};

struct Sdp {
    std::string name;     // s=
    std::string control;  // of the session, as written
    std::vector<SdpMedia> medias;
};

// errc::malformed if there is no media at all; overloaded for more than 32 medias.
Result<Sdp> parse_sdp(std::string_view text);

}  // namespace vantage::net
