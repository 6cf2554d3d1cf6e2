// SPDX-License-Identifier: Apache-2.0
// RFC 9110 section 14: one range of bytes. Pure functions.
#pragma once
#include <cstdint>
#include <string_view>

namespace vantage::net {

struct ByteRange {
    enum class Kind : std::uint8_t { whole, part, unsatisfiable } kind{Kind::whole};
    std::uint64_t first{0};
    std::uint64_t size{0};  // bytes to send; never 0 for a part
};

// Several ranges, another unit or a malformed header mean the whole body, as section 14.2 allows; a range that begins behind
// the end is unsatisfiable.
ByteRange parse_range(std::string_view header, std::uint64_t body_size);

}  // namespace vantage::net
