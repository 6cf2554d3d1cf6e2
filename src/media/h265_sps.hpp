// SPDX-License-Identifier: Apache-2.0
// What we read of an H.265 sequence parameter set (7.3.2.2, 7.3.3, E.2.1). Pure; safe on hostile bytes.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <array>

namespace vantage::h26x {

struct H265Sps {
    // general_profile_space .. general_level_idc as they stand in the SPS: the same 12 bytes as in hvcC.
    std::array<std::uint8_t, 12> profile_tier_level{};
    int temporal_layers{1};
    bool temporal_id_nested{false};
    std::uint32_t id{0};
    std::uint32_t chroma_format{1};
    std::uint32_t luma_depth{8}, chroma_depth{8};  // bits
    int width{0}, height{0};                       // after the conformance window
    int sar_num{1}, sar_den{1};
    int reorder_depth{0};  // sps_max_num_reorder_pics of the highest layer
};

// `nal` with its two header bytes. What cannot be read behind the sizes (VUI) is left at its default.
Result<H265Sps> parse_h265_sps(ByteView nal);

}  // namespace vantage::h26x
