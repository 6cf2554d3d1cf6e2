// SPDX-License-Identifier: Apache-2.0
// The decoder configuration records of ISO 14496-15: avcC (5.3.3.1) and hvcC (8.3.3.1). Pure functions; NAL lengths have 4
// bytes.
#pragma once
#include "media/h264_sps.hpp"
#include "media/h265_sps.hpp"
#include "media/h26x.hpp"

namespace vantage::h26x {

// The sets must be complete; `sps` is their first SPS, parsed.
Bytes build_avcc(const ParameterSets& sets, const H264Sps& sps);
Bytes build_hvcc(const ParameterSets& sets, const H265Sps& sps);

}  // namespace vantage::h26x
