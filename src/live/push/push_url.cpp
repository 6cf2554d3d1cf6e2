// SPDX-License-Identifier: Apache-2.0
#include "live/push/push_url.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace vantage::live {
namespace {

constexpr std::string_view kHidden = "***";
constexpr std::size_t kLongest = 1000;  // libavformat cuts a path at 1024

Error wrong(const char* what) {
    return fail(errc::invalid_argument,
                fmt::format("the push address {}; write rtmp://server/application/stream-key, or rtmps://...", what));
}

}  // namespace

Result<PushUrl> parse_push_url(const std::string& url) {
    const bool tls = url.starts_with("rtmps://");
    if (!tls && !url.starts_with("rtmp://")) return wrong("is neither rtmp:// nor rtmps://");
    if (url.size() > kLongest) return wrong("is too long");
    if (std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
        return wrong("holds a space or control character");
    const auto host = url.find("://") + 3;
    const auto path = url.find_first_of("/?#", host);
    if (path == host || path == std::string::npos || url[path] != '/') return wrong("has no server, or nothing behind it");
    // A query belongs to the key, and may hold slashes itself.
    const auto query = std::min(url.find_first_of("?#", path), url.size());
    const auto last = url.rfind('/', query - 1);
    if (last <= path + 1) return wrong("has no application before the stream key");
    PushUrl out{url, {}, url.substr(last + 1)};
    if (last + 1 >= query) return wrong("has no stream key at its end");
    out.shown = log::redact_url(url.substr(0, last)) + "/" + std::string(kHidden);
    return out;
}

Result<std::string> with_stored_key(const std::string& changed, const std::string& stored) {
    if (changed.find(kHidden) == std::string::npos) return changed;
    const auto known = parse_push_url(stored);
    if (known && changed == known->shown) return stored;
    return fail(errc::invalid_argument, "the stream key is hidden (***): write it again when the push address changes");
}

}  // namespace vantage::live
