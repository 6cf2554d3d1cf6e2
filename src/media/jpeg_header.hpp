// SPDX-License-Identifier: Apache-2.0
// What must be known of a JPEG without decoding it: its size, tables and where the scan begins. Pure; safe on hostile bytes.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <array>
#include <cstdint>

namespace vantage {

struct JpegHeader {
    int width{0};
    int height{0};
    int components{0};
    std::array<std::uint8_t, 3> sampling{};  // of Y, Cb, Cr: horizontal << 4 | vertical
    std::array<std::uint8_t, 3> table_of{};  // the quantisation table each component uses
    std::array<ByteView, 4> quantisation;    // 64 or 128 bytes in zigzag order; empty: not in this image
    bool baseline{false};                    // SOF0: sequential, 8 bits, Huffman
    bool standard_huffman{true};             // the tables of ITU T.81 K.3-K.6, or none given (then these are meant)
    std::uint16_t restart_interval{0};       // MCUs; 0: none
    std::size_t scan{0};                     // offset of the entropy-coded data behind SOS
    std::size_t scan_end{0};                 // offset of EOI, or the end of the data where that is missing
};

// The views point into `data`. errc::malformed when there is no complete header.
Result<JpegHeader> parse_jpeg(ByteView data);

}  // namespace vantage
