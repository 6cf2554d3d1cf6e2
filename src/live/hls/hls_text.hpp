// SPDX-License-Identifier: Apache-2.0
// Playlists of HLS as text (RFC 8216bis): pieces that live and archive share, and the multivariant playlist. Pure functions.
#pragma once
#include "base/time.hpp"
#include "media/track.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vantage::live {

inline constexpr const char* kPlaylistType = "application/vnd.apple.mpegurl";

// The span [start, end) in seconds with six decimals. Spans that touch add up to the whole: nothing is rounded twice.
std::string hls_seconds(MediaTime start, MediaTime end);
// A constant, rounded up to milliseconds: "0.4".
std::string hls_seconds(Ticks constant);
// #EXT-X-TARGETDURATION's whole seconds, rounded up.
std::int64_t hls_target(Ticks duration);
// Appends "#EXT-X-PROGRAM-DATE-TIME:2026-11-20T19:04:05.123Z\n".
void append_date(std::string& text, MediaTime at);

// A variant of the multivariant playlist.
struct HlsVariant {
    std::string uri;
    Track video;
    double frame_rate{0};                   // 0: not known
    std::uint64_t peak_bits_per_second{0};  // measured, with the audio
    std::uint64_t average_bits_per_second{0};
};
struct HlsAudio {
    std::string uri;
    Track track;
};
std::string hls_multivariant(const std::vector<HlsVariant>& variants, const std::optional<HlsAudio>& audio);

}  // namespace vantage::live
