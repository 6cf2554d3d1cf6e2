// SPDX-License-Identifier: Apache-2.0
// What we read of an H.264 sequence parameter set (7.3.2.1.1, E.1.1). Pure; safe on hostile bytes.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vantage::h26x {

struct H264Sps {
    std::uint8_t profile{0}, constraints{0}, level{0};
    std::uint32_t id{0};
    std::uint32_t chroma_format{1};
    std::uint32_t luma_depth{8}, chroma_depth{8};  // bits
    std::uint32_t poc_type{0};
    std::uint32_t reference_frames{0};
    int width{0}, height{0};  // after cropping
    int sar_num{1}, sar_den{1};
    int reorder_depth{0};
};

// `nal` with its header byte. A VUI that runs out of bytes is ignored from there on, as decoders do: cameras send such.
Result<H264Sps> parse_h264_sps(ByteView nal);

// True for profiles whose SPS and avcC carry chroma format and bit depths (7.3.2.1.1; ISO 14496-15 5.3.3.1).
bool has_chroma_info(std::uint8_t profile);

// Sample aspect ratio of table E-1, the same in H.264 and H.265; 1:1 for unspecified and unknown.
void table_sar(std::uint32_t aspect_ratio_idc, int& num, int& den);

}  // namespace vantage::h26x
