// SPDX-License-Identifier: Apache-2.0
// Ids of parameter sets (H.264 7.3.2, H.265 7.3.2 and 7.3.6): which a stream uses, and giving those of an encoder others so
// that two streams fit into one track. Pure functions.
#pragma once
#include "media/h26x.hpp"

namespace vantage::h26x {

// An id that neither an SPS nor a PPS of `sets` has. H.264: 1 to 31, for both. errc::unsupported when all are taken.
Result<std::uint32_t> free_h264_id(const ParameterSets& sets);

struct H265Ids {
    std::uint32_t vps{0}, sps{0}, pps{0};
};
// PPS ids from 15 to 30 only: their codeword is 9 bits long, so that it makes the header of a slice whose id was 0 longer by
// exactly a byte and nothing behind it moves within its byte.
Result<H265Ids> free_h265_ids(const ParameterSets& sets);
// A VPS, SPS, PPS or slice whose own ids are all 0, with these ids instead; other NAL units as they are. errc::unsupported
// for an SPS with temporal sub-layers.
Result<Bytes> renumber_h265(ByteView nal, const H265Ids& ids);

}  // namespace vantage::h26x
