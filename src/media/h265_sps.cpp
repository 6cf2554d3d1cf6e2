// SPDX-License-Identifier: Apache-2.0
#include "media/h265_sps.hpp"

#include "media/bit_reader.hpp"
#include "media/h264_sps.hpp"

#include <vector>

namespace vantage::h26x {
namespace {

constexpr std::uint32_t kLargestSide = 16384;
constexpr std::uint32_t kMostShortTermSets = 64;
constexpr std::uint32_t kMostPictures = 16;

// profile_tier_level(1, sub_layers - 1), 7.3.3.
void read_profile_tier_level(BitReader& in, H265Sps& sps) {
    for (auto& byte : sps.profile_tier_level) byte = static_cast<std::uint8_t>(in.bits(8));
    const int below = sps.temporal_layers - 1;
    if (below == 0) return;
    std::array<bool, 8> profile{}, level{};
    for (int i = 0; i < 8; ++i) {  // 8 pairs in all: flags of the layers, then reserved
        profile[i] = in.flag();
        level[i] = in.flag();
    }
    for (int i = 0; i < below; ++i) {
        if (profile[i]) in.skip(88);
        if (level[i]) in.skip(8);
    }
}

void read_size(BitReader& in, H265Sps& sps) {
    sps.chroma_format = in.ue_at_most(3);
    if (sps.chroma_format == 3) in.skip(1);  // separate_colour_plane_flag
    sps.width = static_cast<int>(in.ue_at_most(kLargestSide));
    sps.height = static_cast<int>(in.ue_at_most(kLargestSide));
    if (!in.flag()) return;
    const int unit_x = sps.chroma_format == 1 || sps.chroma_format == 2 ? 2 : 1;
    const int unit_y = sps.chroma_format == 1 ? 2 : 1;
    for (int i = 0; i < 2; ++i) sps.width -= unit_x * static_cast<int>(in.ue_at_most(kLargestSide));
    for (int i = 0; i < 2; ++i) sps.height -= unit_y * static_cast<int>(in.ue_at_most(kLargestSide));
}

void read_ordering(BitReader& in, H265Sps& sps) {
    const bool each_layer = in.flag();
    for (int i = each_layer ? 0 : sps.temporal_layers - 1; i < sps.temporal_layers; ++i) {
        in.ue();  // sps_max_dec_pic_buffering_minus1
        sps.reorder_depth = static_cast<int>(in.ue_at_most(kMostPictures - 1));
        in.ue();  // sps_max_latency_increase_plus1
    }
}

void skip_scaling_lists(BitReader& in) {
    for (int size = 0; size < 4; ++size)
        for (int matrix = 0; matrix < 6 && in.ok(); matrix += size == 3 ? 3 : 1) {
            if (!in.flag()) {
                in.ue();
                continue;
            }
            const int coefficients = size == 0 ? 16 : 64;
            if (size > 1) in.se();
            for (int i = 0; i < coefficients && in.ok(); ++i) in.se();
        }
}

// st_ref_pic_set(index), 7.3.7. `deltas` holds NumDeltaPocs of the sets before. In an SPS prediction is from the set just
// before.
void skip_short_term_set(BitReader& in, std::uint32_t index, std::vector<std::uint32_t>& deltas) {
    std::uint32_t count = 0;
    if (index > 0 && in.flag()) {
        in.skip(1);
        in.ue();
        for (std::uint32_t j = 0; j <= deltas[index - 1] && in.ok(); ++j) {
            const bool used = in.flag();
            if (used || in.flag()) ++count;
        }
    } else {
        count = in.ue_at_most(kMostPictures);
        count += in.ue_at_most(kMostPictures);
        for (std::uint32_t j = 0; j < count && in.ok(); ++j) {
            in.ue();
            in.skip(1);
        }
    }
    if (count > kMostPictures) in.fail();
    deltas.push_back(count);
}

void skip_reference_sets(BitReader& in, int poc_bits) {
    const auto sets = in.ue_at_most(kMostShortTermSets);
    std::vector<std::uint32_t> deltas;
    for (std::uint32_t i = 0; i < sets && in.ok(); ++i) skip_short_term_set(in, i, deltas);
    if (!in.flag()) return;
    for (auto count = in.ue_at_most(32); count > 0 && in.ok(); --count) in.skip(poc_bits + 1);
}

void read_aspect_ratio(BitReader& in, H265Sps& sps) {
    if (!in.flag()) return;
    int num = 1, den = 1;
    if (const auto idc = in.bits(8); idc == 255) {
        num = static_cast<int>(in.bits(16));
        den = static_cast<int>(in.bits(16));
    } else {
        table_sar(idc, num, den);
    }
    if (!in.ok() || num <= 0 || den <= 0) return;
    sps.sar_num = num;
    sps.sar_den = den;
}

// From log2_min_luma_coding_block_size_minus3 to the start of the VUI.
void skip_coding_tools(BitReader& in, int poc_bits) {
    for (int i = 0; i < 6; ++i) in.ue();
    if (in.flag() && in.flag()) skip_scaling_lists(in);
    in.skip(2);  // amp, sao
    if (in.flag()) {
        in.skip(8);
        in.ue();
        in.ue();
        in.skip(1);
    }
    skip_reference_sets(in, poc_bits);
    in.skip(2);  // temporal mvp, strong intra smoothing
}

}  // namespace

Result<H265Sps> parse_h265_sps(ByteView nal) {
    if (nal.size() < 16) return fail(errc::malformed, "the H.265 SPS is cut off");
    BitReader in(nal.subspan(2));
    H265Sps sps;
    in.skip(4);  // sps_video_parameter_set_id
    sps.temporal_layers = static_cast<int>(in.bits(3)) + 1;
    sps.temporal_id_nested = in.flag();
    if (sps.temporal_layers > 7) return fail(errc::malformed, "the H.265 SPS claims more than 7 temporal layers");
    read_profile_tier_level(in, sps);
    sps.id = in.ue_at_most(15);
    read_size(in, sps);
    sps.luma_depth = 8 + in.ue_at_most(8);
    sps.chroma_depth = 8 + in.ue_at_most(8);
    const auto poc_bits = static_cast<int>(in.ue_at_most(12)) + 4;
    read_ordering(in, sps);
    if (!in.ok() || sps.width <= 0 || sps.height <= 0)
        return fail(errc::malformed, "the H.265 SPS has no readable picture size");
    skip_coding_tools(in, poc_bits);
    if (in.flag()) read_aspect_ratio(in, sps);
    return sps;
}

}  // namespace vantage::h26x
