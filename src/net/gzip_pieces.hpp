// SPDX-License-Identifier: Apache-2.0
// gzip out of pieces that were packed before: a long text whose parts seldom change costs a copy, not a compression. Each
// piece is whole deflate blocks that refer to nothing before them (a full flush); joined they are one gzip member, which
// every client takes. Pure functions.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vantage::net {

struct DeflatedPiece {
    std::string blocks;
    std::uint32_t crc{0};
    std::uint64_t size{0};  // of the text
};

// Compressed.
DeflatedPiece deflate_piece(std::string_view text);
// As it is, in stored blocks: for the few words between pieces.
DeflatedPiece store_piece(std::string_view text);
std::string join_gzip(std::span<const DeflatedPiece* const> pieces);

}  // namespace vantage::net
