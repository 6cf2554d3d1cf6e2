// SPDX-License-Identifier: Apache-2.0
// gzip for bodies that shrink. Pure functions; compressing 1 MB takes some 10 ms, so call it on a worker.
#pragma once
#include "net/http_message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vantage::net {

// RFC 9110 section 12.5.3: gzip or * with a weight over 0.
bool accepts_gzip(std::string_view accept_encoding);
// Text, JSON, scripts, SVG, playlists; never what is compressed already.
bool is_compressible(std::string_view content_type);
std::optional<std::string> gzip(std::string_view data);
// Replaces a large compressible string body by its gzip form when the request allows it, and says Vary.
void compress(const Request& request, Response& response);

}  // namespace vantage::net
