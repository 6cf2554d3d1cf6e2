// SPDX-License-Identifier: Apache-2.0
// The media playlist of live with low latency (RFC 8216bis): segments, partial segments of the newest, a hint at the next
// one. CAN-SKIP-UNTIL stays off: the list is short, and players stumble over delta updates. Pure functions.
#pragma once
#include "live/segments/live_segments.hpp"

#include <span>
#include <string>

namespace vantage::live {

// Where another playlist of the same multivariant playlist has got to (EXT-X-RENDITION-REPORT).
struct HlsReport {
    std::string uri;  // relative to the playlist it stands in
    std::uint64_t last_number{0};
    std::optional<std::size_t> last_part;
};
HlsReport hls_report(const LiveSnapshot& snapshot, Rendition rendition, std::string uri);

// `prefix` goes before every address of media: "" in the rendition's own folder, "main/" one above.
std::string hls_live_playlist(const LiveSnapshot& snapshot, Rendition rendition, std::string_view prefix,
                              std::span<const HlsReport> reports);

// "s1763665445.m4s" and "p112874588483.m4s" (LivePart::serial) in the playlist, "t158729890050000.m4s" for formats that
// count in time. One of them.
struct LiveMediaName {
    std::optional<std::uint64_t> number;
    std::optional<std::uint64_t> serial;
    std::optional<MediaTime> start;
};
std::optional<LiveMediaName> parse_media_name(std::string_view file);
std::string media_name(std::uint64_t number);
std::string part_name(std::uint64_t serial);
std::string media_name(MediaTime start);

}  // namespace vantage::live
