// SPDX-License-Identifier: Apache-2.0
// Reads from a request who it comes from. Blocks on SQL.
#pragma once
#include "net/http_message.hpp"
#include "serve/identity.hpp"
#include "serve/sessions.hpp"

namespace vantage::serve {

inline constexpr std::string_view kSessionCookie = "vantage_session";

// In this order: Authorization (Basic only where `media`), cookie. What is given and wrong is not passed over for the next.
// unauthenticated when nothing is given.
Result<Identity> identify(const net::Request& request, bool media, Sessions& sessions);

// "Set-Cookie" values. Secure when the request came over TLS.
std::string session_cookie(std::string_view value, const net::Request& request, std::string_view base_path);
std::string expired_cookie(const net::Request& request, std::string_view base_path);

}  // namespace vantage::serve
