// SPDX-License-Identifier: Apache-2.0
#include "base/ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vantage {
namespace {

bool is_slug_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

bool CameraId::is_reserved(std::string_view text) {
    static constexpr std::array<std::string_view, 42> words{
        "api",       "assets",     "audit",   "cameras",    "capture",   "captures",       "clips",
        "dash",      "day",        "events",  "exports",    "fonts",     "groups",         "healthz",
        "hls",       "hub",        "index",   "live",       "link",      "login",          "logout",
        "metrics",   "moment",     "moments", "recordings", "rules",     "rtsp",           "settings",
        "setup",     "sites",      "static",  "system",     "thumbnail", "thumbnailGroup", "time",
        "timelapse", "timelapses", "tokens",  "users",      "watch",     "access",         "ws"};
    return std::ranges::find(words, text) != words.end();
}

Result<CameraId> CameraId::parse(std::string_view text) {
    if (text.empty() || text.size() > 64 || text.front() == '-' || !std::ranges::all_of(text, is_slug_char))
        return fail(
            errc::invalid_argument,
            fmt::format("'{}' cannot be a camera's id: use 1 to 64 letters, digits, '_' or '-', not '-' first", text));
    if (is_reserved(text))
        return fail(errc::invalid_argument, fmt::format("'{}' cannot be a camera's id: addresses use that word", text));
    return CameraId{std::string{text}};
}

Result<StreamKind> parse_stream_kind(std::string_view text) {
    if (text == "main") return StreamKind::main;
    if (text == "sub") return StreamKind::sub;
    return fail(errc::invalid_argument, fmt::format("'{}' is not a stream; there are 'main' and 'sub'", text));
}

std::string to_string(const StreamKey& key) {
    return key.camera.str() + "/" + to_string(key.kind);
}

}  // namespace vantage
