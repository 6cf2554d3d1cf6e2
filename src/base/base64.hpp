// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648). Pure functions.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vantage {

// The standard alphabet, padded.
std::string to_base64(ByteView bytes);
// What to_base64 writes; malformed for any other text.
Result<Bytes> from_base64(std::string_view text);
// What foreign devices write: either alphabet, with or without padding; white space is skipped. Nothing for any other
// character.
std::optional<Bytes> read_base64(std::string_view text);

}  // namespace vantage
