// SPDX-License-Identifier: Apache-2.0
// Answers that live and footage give alike under /{camera}/stream/. Pure functions.
#pragma once
#include "live/hls/hls_text.hpp"
#include "live/segments/live_window.hpp"
#include "net/http_message.hpp"
#include "serve/control.hpp"

namespace vantage::serve {

// A text that is packed already, as the client takes it.
net::Response packed_response(const live::PackedTextPtr& text, bool gzip, const char* type);
// Whole parts, one after the other, nothing copied.
net::Response parts_response(const std::vector<PartPtr>& parts, live::Rendition rendition, seconds keep);
net::Response init_response(const InitPtr& init);
// Main as H.264, "h264-video/playlist.m3u8", where it is not and may be transcoded. `main`: its init; `sound_bits`: of the
// sound that is beside it. Its bit rate is bounded by the picture's size.
std::optional<live::HlsVariant> converted_variant(Control& control, const InitPtr& main, double frame_rate,
                                                  std::uint64_t sound_bits);
// Why there is no stream: what is only not to be had now - as many are transcoded as may be - is 503 with Retry-After, so
// that players try again and caches keep nothing; the rest as it is.
Result<net::Response> no_stream(const Error& error);

}  // namespace vantage::serve
