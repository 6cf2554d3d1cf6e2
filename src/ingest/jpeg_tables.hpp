// SPDX-License-Identifier: Apache-2.0
// The tables that JPEG over RTP leaves out because both ends know them (RFC 2435 4.2 and appendix A). Pure functions.
#pragma once
#include "base/bytes.hpp"

#include <array>

namespace vantage::ingest {

// Luma, then chroma, in zigzag order, for a quality of 1 to 99; others are taken as the nearest.
std::array<std::uint8_t, 128> jpeg_quantisation(int quality);
// The four DHT segments of ISO 10918-1 annex K.
void put_standard_huffman_tables(Bytes& out);

}  // namespace vantage::ingest
