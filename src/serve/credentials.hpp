// SPDX-License-Identifier: Apache-2.0
// Reads from a request who it comes from. Blocks on SQL.
#pragma once
#include "net/http_message.hpp"
#include "serve/identity.hpp"
#include "serve/sessions.hpp"

namespace vantage::serve {

inline constexpr std::string_view kSessionCookie = "vantage_session";

// A browser sends a host's cookies to all of its ports (RFC 6265, 8.5), so the name ends with the port that the client
// wrote, where it wrote one: two recorders on one host leave each other's sessions alone.
std::string session_cookie_name(const net::Request& request);

// In this order: Authorization (Basic only where `media`), cookie. What is given and wrong is not passed over for the next.
// unauthenticated when nothing is given.
Result<Identity> identify(const net::Request& request, bool media, Sessions& sessions, Lookup lookup);

// "Set-Cookie" values. Secure when the request came over TLS.
std::string session_cookie(std::string_view value, const net::Request& request, std::string_view base_path);
std::string expired_cookie(const net::Request& request, std::string_view base_path);

}  // namespace vantage::serve
