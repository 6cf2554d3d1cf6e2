// SPDX-License-Identifier: Apache-2.0
#include "media/h264_sps.hpp"

#include "media/bit_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace vantage::h26x {
namespace {

constexpr std::uint8_t kBaseline = 66;
constexpr int kLargestSide = 16384;
// What a stream without bitstream_restriction may need at most; deeper pyramids exist in files, not in cameras.
constexpr int kMostGuessedReorder = 4;

void skip_scaling_list(BitReader& in, int size) {
    int last = 8, next = 8;
    for (int i = 0; i < size && in.ok(); ++i) {
        if (next != 0) next = (last + in.se()) & 0xff;
        last = next == 0 ? last : next;
    }
}

void read_chroma_info(BitReader& in, H264Sps& sps) {
    sps.chroma_format = in.ue_at_most(3);
    if (sps.chroma_format == 3) in.skip(1);  // separate_colour_plane_flag
    sps.luma_depth = 8 + in.ue_at_most(6);
    sps.chroma_depth = 8 + in.ue_at_most(6);
    in.skip(1);  // qpprime_y_zero_transform_bypass_flag
    if (!in.flag()) return;
    const int lists = sps.chroma_format == 3 ? 12 : 8;
    for (int i = 0; i < lists && in.ok(); ++i)
        if (in.flag()) skip_scaling_list(in, i < 6 ? 16 : 64);
}

void read_order_count(BitReader& in, H264Sps& sps) {
    in.ue_at_most(12);  // log2_max_frame_num_minus4
    sps.poc_type = in.ue_at_most(2);
    if (sps.poc_type == 0) {
        in.ue_at_most(12);  // log2_max_pic_order_cnt_lsb_minus4
    } else if (sps.poc_type == 1) {
        in.skip(1);
        in.se();
        in.se();
        for (auto cycle = in.ue_at_most(255); cycle > 0 && in.ok(); --cycle) in.se();
    }
}

// Sizes are in macroblocks; a field-coded frame counts map units of two rows.
Status read_size(BitReader& in, H264Sps& sps) {
    const auto width = 16 * static_cast<int>(in.ue_at_most(kLargestSide / 16 - 1) + 1);
    const auto map_units = static_cast<int>(in.ue_at_most(kLargestSide / 16 - 1) + 1);
    const bool frames_only = in.flag();
    if (!frames_only) in.skip(1);  // mb_adaptive_frame_field_flag
    in.skip(1);                    // direct_8x8_inference_flag
    const auto fields = frames_only ? 1 : 2;
    const auto height = 16 * map_units * fields;
    int left = 0, right = 0, top = 0, bottom = 0;
    if (in.flag()) {
        const auto unit_x = sps.chroma_format == 1 || sps.chroma_format == 2 ? 2 : 1;
        const auto unit_y = (sps.chroma_format == 1 ? 2 : 1) * fields;
        left = unit_x * static_cast<int>(in.ue_at_most(kLargestSide));
        right = unit_x * static_cast<int>(in.ue_at_most(kLargestSide));
        top = unit_y * static_cast<int>(in.ue_at_most(kLargestSide));
        bottom = unit_y * static_cast<int>(in.ue_at_most(kLargestSide));
    }
    sps.width = width - left - right;
    sps.height = height - top - bottom;
    if (!in.ok() || sps.width <= 0 || sps.height <= 0)
        return fail(errc::malformed, "the H.264 SPS has no readable picture size");
    return {};
}

void skip_hrd(BitReader& in) {
    const auto count = in.ue_at_most(31) + 1;
    in.skip(8);
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        in.ue();
        in.ue();
        in.skip(1);
    }
    in.skip(20);
}

// Everything of the VUI before bitstream_restriction; takes the aspect ratio along.
void read_vui_head(BitReader& in, H264Sps& sps) {
    if (in.flag()) {
        const auto idc = in.bits(8);
        int num = 1, den = 1;
        if (idc == 255) {
            num = static_cast<int>(in.bits(16));
            den = static_cast<int>(in.bits(16));
        } else {
            table_sar(idc, num, den);
        }
        if (in.ok() && num > 0 && den > 0) {
            sps.sar_num = num;
            sps.sar_den = den;
        }
    }
    if (in.flag()) in.skip(1);  // overscan
    if (in.flag()) {            // video_signal_type
        in.skip(4);
        if (in.flag()) in.skip(24);
    }
    if (in.flag()) {  // chroma_loc_info
        in.ue();
        in.ue();
    }
    if (in.flag()) in.skip(65);  // timing_info
}

// max_num_reorder_frames, if the VUI gives it.
std::optional<std::uint32_t> read_vui(BitReader& in, H264Sps& sps) {
    read_vui_head(in, sps);
    const bool nal_hrd = in.flag();
    if (nal_hrd) skip_hrd(in);
    const bool vcl_hrd = in.flag();
    if (vcl_hrd) skip_hrd(in);
    if (nal_hrd || vcl_hrd) in.skip(1);  // low_delay_hrd_flag
    in.skip(1);                          // pic_struct_present_flag
    if (!in.flag()) return {};
    in.skip(1);
    for (int i = 0; i < 4; ++i) in.ue();
    const auto reorder = in.ue();
    const auto buffering = in.ue();
    if (!in.ok() || reorder > 16 || reorder > buffering) return {};
    return reorder;
}

// MaxDpbMbs of table A-1.
int dpb_macroblocks(const H264Sps& sps) {
    struct Row {
        int level, macroblocks;
    };
    static constexpr std::array<Row, 16> kTable{{{10, 396},
                                                 {11, 900},
                                                 {12, 2376},
                                                 {20, 2376},
                                                 {21, 4752},
                                                 {22, 8100},
                                                 {31, 18000},
                                                 {32, 20480},
                                                 {41, 32768},
                                                 {42, 34816},
                                                 {50, 110400},
                                                 {51, 184320},
                                                 {52, 184320},
                                                 {60, 696320},
                                                 {61, 696320},
                                                 {62, 696320}}};
    if (sps.level == 11 && (sps.constraints & 0x10) != 0 && sps.profile <= 88) return 396;  // level 1b
    for (const auto& row : kTable)
        if (sps.level <= row.level) return row.macroblocks;
    return kTable.back().macroblocks;
}

// Without bitstream_restriction the standard allows a full DPB of delay (E.2.1), which no camera uses. A picture that others
// overtake is a reference, and one earlier reference must stay: so depth is below the count of reference frames.
int guess_reorder_depth(const H264Sps& sps) {
    const bool intra_only = (sps.constraints & 0x10) != 0 && has_chroma_info(sps.profile);
    if (sps.poc_type == 2 || sps.profile == kBaseline || intra_only) return 0;
    const auto macroblocks = ((sps.width + 15) / 16) * ((sps.height + 15) / 16);
    const auto dpb_frames = std::min(dpb_macroblocks(sps) / macroblocks, 16);
    const auto references = static_cast<int>(std::min(sps.reference_frames, 16U));
    return std::clamp(std::min(references - 1, dpb_frames), 0, kMostGuessedReorder);
}

}  // namespace

bool has_chroma_info(std::uint8_t profile) {
    static constexpr std::array<std::uint8_t, 13> kProfiles{100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
    return std::find(kProfiles.begin(), kProfiles.end(), profile) != kProfiles.end();
}

void table_sar(std::uint32_t aspect_ratio_idc, int& num, int& den) {
    static constexpr std::array<std::array<int, 2>, 17> kTable{{{1, 1},
                                                                {1, 1},
                                                                {12, 11},
                                                                {10, 11},
                                                                {16, 11},
                                                                {40, 33},
                                                                {24, 11},
                                                                {20, 11},
                                                                {32, 11},
                                                                {80, 33},
                                                                {18, 11},
                                                                {15, 11},
                                                                {64, 33},
                                                                {160, 99},
                                                                {4, 3},
                                                                {3, 2},
                                                                {2, 1}}};
    const auto& row = kTable[aspect_ratio_idc < kTable.size() ? aspect_ratio_idc : 0];
    num = row[0];
    den = row[1];
}

Result<H264Sps> parse_h264_sps(ByteView nal) {
    if (nal.size() < 5) return fail(errc::malformed, "the H.264 SPS is cut off");
    BitReader in(nal.subspan(1));
    H264Sps sps;
    sps.profile = static_cast<std::uint8_t>(in.bits(8));
    sps.constraints = static_cast<std::uint8_t>(in.bits(8));
    sps.level = static_cast<std::uint8_t>(in.bits(8));
    sps.id = in.ue_at_most(31);
    if (has_chroma_info(sps.profile)) read_chroma_info(in, sps);
    read_order_count(in, sps);
    sps.reference_frames = in.ue();
    in.skip(1);  // gaps_in_frame_num_value_allowed_flag
    if (auto size = read_size(in, sps); !size) return size.error();
    std::optional<std::uint32_t> reorder;
    if (in.flag()) reorder = read_vui(in, sps);
    sps.reorder_depth = reorder ? static_cast<int>(*reorder) : guess_reorder_depth(sps);
    return sps;
}

}  // namespace vantage::h26x
