// SPDX-License-Identifier: Apache-2.0
#include "net/http_encoding.hpp"

#include <array>
#include <zlib.h>

namespace vantage::net {
namespace {

constexpr std::size_t kWorthwhile = 1024;

bool weight_is_zero(std::string_view parameters) {
    const auto q = parameters.find("q=");
    if (q == std::string_view::npos) return false;
    return parameters.substr(q + 2).find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
    while (!accept_encoding.empty()) {
        const auto comma = accept_encoding.find(',');
        auto entry = accept_encoding.substr(0, comma);
        accept_encoding = comma == std::string_view::npos ? std::string_view{} : accept_encoding.substr(comma + 1);
        const auto semicolon = entry.find(';');
        const auto parameters = semicolon == std::string_view::npos ? std::string_view{} : entry.substr(semicolon);
        if ((list_contains(entry.substr(0, semicolon), "gzip") || list_contains(entry.substr(0, semicolon), "*")))
            return !weight_is_zero(parameters);
    }
    return false;
}

bool is_compressible(std::string_view content_type) {
    static constexpr std::array kTypes{
        "text/",         "application/json",     "application/problem+json",      "application/javascript",
        "image/svg+xml", "application/dash+xml", "application/vnd.apple.mpegurl", "application/manifest+json"};
    return std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view type) { return content_type.starts_with(type); });
}

std::optional<std::string> gzip(std::string_view data) {
    z_stream stream{};
    constexpr int kGzipWindow = 15 + 16;
    if (deflateInit2(&stream, 5, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return std::nullopt;
    std::string out(deflateBound(&stream, data.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return done ? std::optional(std::move(out)) : std::nullopt;
}

void compress(const Request& request, Response& response) {
    auto* body = std::get_if<std::string>(&response.body);
    if (body == nullptr || body->size() < kWorthwhile || response.headers.has("Content-Encoding") || response.status == 206)
        return;
    if (!is_compressible(response.headers.get("Content-Type"))) return;
    response.headers.add("Vary", "Accept-Encoding");
    if (!accepts_gzip(request.headers.get("Accept-Encoding"))) return;
    if (auto packed = gzip(*body)) {
        *body = std::move(*packed);
        response.headers.add("Content-Encoding", "gzip");
    }
}

}  // namespace vantage::net
