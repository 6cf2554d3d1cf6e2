// SPDX-License-Identifier: Apache-2.0
#include "serve/page_assets.hpp"

#include "net/http_encoding.hpp"
#include "serve/secrets.hpp"

#include <fmt/format.h>

namespace vantage::serve {
namespace {

// blob: is what MediaSource plays from and what digital zoom saves to; styles are set by the components that position
// themselves.
constexpr std::string_view kPolicy =
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self'; worker-src 'self' blob:; font-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

std::string etag_of(ByteView data) {
    return "\"" + token_hash(as_text(data)).substr(0, 20) + "\"";
}

}  // namespace

Page::Page(std::span<const PageFile> files, const std::string& base_path) {
    for (const auto& file : files) {
        if (file.path != "/index.html") {
            assets_[std::string(file.path)] = {file, etag_of(file.plain)};
            continue;
        }
        index_text_ = as_text(file.plain);
        constexpr std::string_view kBase = R"(<base href="/")";
        const auto at = index_text_.find(kBase);
        if (at != std::string::npos) index_text_.replace(at, kBase.size(), fmt::format(R"(<base href="{}/")", base_path));
        index_.file = {file.path, file.content_type, as_bytes(index_text_), {}};
        index_.etag = etag_of(index_.file.plain);
    }
}

net::Response Page::respond(const net::Request& request, const Asset& asset, bool immutable) {
    net::Response response;
    response.headers.add("Content-Type", std::string(asset.file.content_type));
    response.headers.add("Content-Security-Policy", std::string(kPolicy));
    response.headers.add("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
    response.headers.add("ETag", asset.etag);
    if (!asset.file.gzip.empty()) response.headers.add("Vary", "Accept-Encoding");
    if (request.headers.get("If-None-Match") == asset.etag) {
        response.status = 304;
        return response;
    }
    const bool packed = !asset.file.gzip.empty() && net::accepts_gzip(request.headers.get("Accept-Encoding"));
    if (packed) response.headers.add("Content-Encoding", "gzip");
    response.body = net::SharedBody{nullptr, packed ? asset.file.gzip : asset.file.plain};
    return response;
}

Result<net::Response> Page::serve(const net::Request& request) const {
    const auto nothing = fail(errc::not_found, "there is nothing at this address");
    if (request.method != net::Method::get && request.method != net::Method::head) return nothing;
    if (const auto found = assets_.find(request.path); found != assets_.end())
        return respond(request, found->second, request.path.starts_with("/assets/"));
    const bool for_programs = request.path.starts_with("/api/") || request.path.starts_with("/assets/");
    const bool shown = request.path == "/" || request.headers.get("Accept").find("text/html") != std::string_view::npos;
    if (for_programs || !shown || index_text_.empty()) return nothing;
    return respond(request, index_, false);
}

}  // namespace vantage::serve
