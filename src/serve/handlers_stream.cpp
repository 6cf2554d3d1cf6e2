// SPDX-License-Identifier: Apache-2.0
// HLS: which answer an address under /{camera}/stream/ has.
#include "serve/handlers.hpp"
#include "serve/stream_archive.hpp"
#include "serve/stream_dash.hpp"
#include "serve/stream_live.hpp"

namespace vantage::serve::handlers {
namespace {

bool is_live(const Call& call) {
    return call.parameter("period") == "live";
}

}  // namespace

Answer get_stream_index(const Call& call) {
    return is_live(call) ? live_index(call) : archive_index(call);
}

Answer get_stream_playlist(const Call& call) {
    const live::RenditionName main{"main", live::Rendition::muxed};
    return is_live(call) ? live_playlist(call, main, "main/") : archive_playlist(call, main, true);
}

Answer get_rendition_playlist(const Call& call) {
    const auto name = live::parse_rendition(call.parameter("rendition"));
    if (!name) return name.error();
    return is_live(call) ? live_playlist(call, *name, "") : archive_playlist(call, *name, false);
}

Answer get_rendition_media(const Call& call) {
    const auto name = live::parse_rendition(call.parameter("rendition"));
    if (!name) return name.error();
    return is_live(call) ? live_media(call, *name) : archive_media(call, *name);
}

std::optional<Answer> quick_stream_playlist(const Call& call) {
    if (!is_live(call)) return std::nullopt;
    return quick_live_playlist(call, {"main", live::Rendition::muxed}, "main/");
}

std::optional<Answer> quick_rendition_playlist(const Call& call) {
    const auto name = live::parse_rendition(call.parameter("rendition"));
    return name && is_live(call) ? quick_live_playlist(call, *name, "") : std::nullopt;
}

std::optional<Answer> quick_rendition_media(const Call& call) {
    const auto name = live::parse_rendition(call.parameter("rendition"));
    return name && is_live(call) ? quick_live_media(call, *name) : std::nullopt;
}

Answer get_stream_manifest(const Call& call) {
    return is_live(call) ? live_manifest(call) : archive_manifest(call);
}

Answer get_stream_time(const Call& call) {
    return dash_time(call.app.clock);
}

}  // namespace vantage::serve::handlers
