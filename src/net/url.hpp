// SPDX-License-Identifier: Apache-2.0
// The target of an HTTP request, taken apart and decoded once. Pure functions; safe on hostile bytes.
#pragma once
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vantage::net {

using Query = std::vector<std::pair<std::string, std::string>>;

struct Target {
    std::string path;  // decoded, begins with '/'; no "." or ".." segment, no control character, no encoded '/'
    Query query;       // decoded, in order
};

// RFC 9112 section 3.2.1, origin form. errc::malformed for a bad escape, a control character, "." and ".." segments, "%2F".
Result<Target> parse_target(std::string_view target);

// errc::malformed for a cut or wrong escape. `plus_is_space` as in application/x-www-form-urlencoded.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space);
// Everything but the unreserved characters of RFC 3986 is escaped; '/' stays when `keep_slash`.
std::string percent_encode(std::string_view text, bool keep_slash);

}  // namespace vantage::net
