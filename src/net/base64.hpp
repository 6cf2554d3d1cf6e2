// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648). Pure functions.
#pragma once
#include "base/bytes.hpp"

#include <optional>
#include <string>

namespace vantage::net {

std::string base64_encode(ByteView bytes);
// Both alphabets, with or without padding; white space is skipped. Nothing for any other character.
std::optional<Bytes> base64_decode(std::string_view text);

}  // namespace vantage::net
