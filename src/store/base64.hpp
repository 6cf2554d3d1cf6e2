// SPDX-License-Identifier: Apache-2.0
// Opaque bytes as text of a column: standard base64 with padding, because SOCI's PostgreSQL blobs are large objects.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace vantage::store {

std::string to_base64(ByteView bytes);
Result<Bytes> from_base64(std::string_view text);  // malformed

}  // namespace vantage::store
