// SPDX-License-Identifier: Apache-2.0
// What a viewer asks for by name in addresses and messages: one of a camera's streams as it is, or its main stream
// transcoded. Pure functions.
#pragma once
#include "base/ids.hpp"

#include <array>
#include <variant>

namespace vantage::live {

// H.264 of the main stream: of its size, or with at most so many lines.
enum class Profile { h264, p720, p480, p360 };
inline constexpr std::array kProfiles{Profile::h264, Profile::p720, Profile::p480, Profile::p360};
const char* to_string(Profile profile);  // "h264", "720p", "480p", "360p"
int max_height(Profile profile);         // lines; 0: no bound

using StreamName = std::variant<StreamKind, Profile>;
const char* to_string(const StreamName& name);
// errc::invalid_argument lists the names there are.
Result<StreamName> parse_stream_name(std::string_view text);
// The stream of the camera that is behind it.
StreamKind kind_behind(const StreamName& name);

}  // namespace vantage::live
