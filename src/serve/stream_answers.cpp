// SPDX-License-Identifier: Apache-2.0
#include "serve/stream_answers.hpp"

#include "live/segments/archive.hpp"
#include "media/video_transcoder.hpp"

#include <fmt/format.h>

namespace vantage::serve {
namespace {

constexpr seconds kYear{31'536'000};

void add_media_headers(net::Response& response, const char* type, seconds keep) {
    response.headers.add("Content-Type", type);
    response.headers.add("Cache-Control", fmt::format("private, max-age={}, immutable", keep.count()));
}

}  // namespace

net::Response packed_response(const live::PackedTextPtr& text, bool gzip, const char* type) {
    net::Response response;
    const bool packed = gzip && !text->gzip.empty();
    response.headers.add("Content-Type", type);
    response.headers.add("Vary", "Accept-Encoding");
    if (packed) response.headers.add("Content-Encoding", "gzip");
    response.body = net::SharedBody{text, as_bytes(packed ? text->gzip : text->plain)};
    return response;
}

net::Response parts_response(const std::vector<PartPtr>& parts, live::Rendition rendition, seconds keep) {
    net::Response response;
    add_media_headers(response, rendition == live::Rendition::audio ? "audio/mp4" : "video/mp4", keep);
    net::GatherBody body;
    body.pieces.reserve(parts.size());
    for (const auto& part : parts) body.pieces.push_back({part, part->data});
    response.body = std::move(body);
    return response;
}

net::Response init_response(const InitPtr& init) {
    net::Response response;
    add_media_headers(response, init->tracks.video ? "video/mp4" : "audio/mp4", kYear);
    response.body = net::SharedBody{init, init->data};
    return response;
}

std::optional<live::HlsVariant> converted_variant(Control& control, const InitPtr& main, double frame_rate,
                                                  std::uint64_t sound_bits) {
    auto& archive = control.archive(live::Profile::h264);
    if (!main || !main->tracks.video || main->tracks.video->codec == Codec::h264 || !archive.offered()) return {};
    const auto init = archive.shown(main);
    if (!init) return {};
    const auto& video = *(*init)->tracks.video;
    const auto bits = static_cast<std::uint64_t>(cap_of(video.width, video.height)) + sound_bits;
    return live::HlsVariant{"h264-video/playlist.m3u8", video, frame_rate, bits, bits};
}

Result<net::Response> no_stream(const Error& error) {
    if (error.code != errc::overloaded) return error;
    auto response = net::problem_response(503, to_string(error.code), error.message);
    response.headers.set("Retry-After", "10");
    return response;
}

}  // namespace vantage::serve
