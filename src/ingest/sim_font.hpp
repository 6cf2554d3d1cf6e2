// SPDX-License-Identifier: Apache-2.0
// A bitmap font of our own, five by seven: capitals, digits and a little punctuation.
#pragma once
#include <array>
#include <cstdint>

namespace vantage::ingest {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 7;
// A row a byte, top first; bit 4 is the leftmost pixel.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

// Small letters as capitals; a hollow box for what the font lacks.
const Glyph& glyph_of(char c);

}  // namespace vantage::ingest
