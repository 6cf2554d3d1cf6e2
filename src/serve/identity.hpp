// SPDX-License-Identifier: Apache-2.0
// Who asks, how that was proven, and what follows from it. Values.
#pragma once
#include "base/ids.hpp"
#include "base/result.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vantage::serve {

enum class Role { viewer, operator_, admin };  // each may what those before it may
const char* to_string(Role role);              // "viewer", "operator", "admin"
Result<Role> parse_role(std::string_view text);

enum class Proof {
    none,    // nobody: open routes only
    cookie,  // a session: CSRF and Origin are checked
    bearer,  // Authorization: Bearer <token>
    basic,   // HTTP Basic with a token as password: media addresses only
    link,    // a signed link: exactly the address it names
};

struct Identity {
    Proof proof{Proof::none};
    std::string user;
    Role role{Role::viewer};
    std::optional<std::vector<std::string>> cameras;  // of a viewer; nothing: all
    std::string key_hash;                             // of the session's cookie or of the token; for asking again later
    std::string csrf;                                 // cookie only

    [[nodiscard]] bool sees(const CameraId& camera) const {
        return role != Role::viewer || !cameras ||
               std::find(cameras->begin(), cameras->end(), camera.str()) != cameras->end();
    }
};

}  // namespace vantage::serve
