// SPDX-License-Identifier: Apache-2.0
#include "media/encode_again.hpp"

#include "media/parameter_ids.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

TEST(ParameterIds, RenumbersWithoutMovingTheBitsOfASlice) {
    // H.265 IDR_W_RADL: header, first_slice 1, no_output 0, PPS id '1', then the rest of the byte and the data.
    const Bytes slice{0x26, 0x01, 0xa5, 0x12, 0x34, 0x80};
    const auto out = h26x::renumber_h265(slice, {1, 1, 15}).value();
    // first_slice 1, no_output 0, id 15 as 000010000, then the untouched five bits of the byte.
    EXPECT_EQ(out, (Bytes{0x26, 0x01, 0x82, 0x05, 0x12, 0x34, 0x80}));
}

TEST(ParameterIds, EscapesWhatItMakes) {
    const Bytes slice{0x26, 0x01, 0xa0, 0x00, 0x00, 0x03, 0x01, 0x80};
    const auto out = h26x::renumber_h265(slice, {1, 1, 15}).value();
    EXPECT_EQ(out, (Bytes{0x26, 0x01, 0x82, 0x00, 0x00, 0x03, 0x00, 0x01, 0x80}));
}

TEST(ParameterIds, FindsOnesThatAreFree) {
    h26x::ParameterSets sets;
    sets.sps = {{0x67, 66, 0, 30, 0x80}};     // id 0
    sets.pps = {{0x68, 0x80}, {0x68, 0x40}};  // ids 0 and 1
    EXPECT_EQ(h26x::free_h264_id(sets).value(), 2U);
}

}  // namespace
}  // namespace vantage
