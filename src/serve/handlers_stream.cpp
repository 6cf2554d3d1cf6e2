// SPDX-License-Identifier: Apache-2.0
// HLS: which answer an address under /{camera}/stream/ has.
#include "serve/handlers.hpp"
#include "serve/stream_dash.hpp"
#include "serve/stream_live.hpp"

#include <fmt/format.h>

namespace vantage::serve::handlers {
namespace {

constexpr const char* kLive = "live";

}  // namespace

Answer get_stream_index(const Call& call) {
    if (call.parameter("period") == kLive) return live_index(call);
    return fail(errc::not_found, fmt::format("there is no period '{}'", call.parameter("period")));
}

Answer get_stream_playlist(const Call& call) {
    if (call.parameter("period") == kLive) return live_playlist(call, {"main", live::Rendition::muxed}, "main/");
    return fail(errc::not_found, fmt::format("there is no period '{}'", call.parameter("period")));
}

Answer get_rendition_playlist(const Call& call) {
    const auto name = live::parse_rendition(call.parameter("rendition"));
    if (!name) return name.error();
    if (call.parameter("period") == kLive) return live_playlist(call, *name, "");
    return fail(errc::not_found, fmt::format("there is no period '{}'", call.parameter("period")));
}

Answer get_rendition_media(const Call& call) {
    const auto name = live::parse_rendition(call.parameter("rendition"));
    if (!name) return name.error();
    if (call.parameter("period") == kLive) return live_media(call, *name);
    return fail(errc::not_found, fmt::format("there is no period '{}'", call.parameter("period")));
}

Answer get_stream_manifest(const Call& call) {
    if (call.parameter("period") == kLive) return live_manifest(call);
    return fail(errc::not_found, fmt::format("there is no period '{}'", call.parameter("period")));
}

Answer get_stream_time(const Call& call) {
    return dash_time(call.app.clock);
}

}  // namespace vantage::serve::handlers
