// SPDX-License-Identifier: Apache-2.0
#include "serve/stream_answers.hpp"

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

}  // namespace vantage::serve
