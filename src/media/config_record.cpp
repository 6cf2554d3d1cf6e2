// SPDX-License-Identifier: Apache-2.0
#include "media/config_record.hpp"

#include <algorithm>

namespace vantage::h26x {
namespace {

constexpr std::uint8_t kLengthSizeMinusOne = 3;
constexpr std::size_t kHvccHeader = 22;  // bytes before numOfArrays

void append_u16(Bytes& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

void append_sets(Bytes& out, const std::vector<Bytes>& sets, std::size_t most) {
    for (std::size_t i = 0; i < std::min(sets.size(), most); ++i) {
        append_u16(out, sets[i].size());
        out.insert(out.end(), sets[i].begin(), sets[i].end());
    }
}

// Takes `count` sets with 16-bit lengths off the front of `in`. False when they do not fit.
bool take_sets(ByteView& in, std::size_t count, std::vector<Bytes>* out) {
    for (; count > 0; --count) {
        if (in.size() < 2) return false;
        const std::size_t size = load_u16(in.data());
        if (in.size() - 2 < size) return false;
        if (out != nullptr && size > 0)
            out->emplace_back(in.begin() + 2, in.begin() + 2 + static_cast<std::ptrdiff_t>(size));
        in = in.subspan(2 + size);
    }
    return true;
}

Result<ParameterSets> parse_avcc(ByteView config, int& length_size) {
    const auto broken = fail(errc::malformed, "the avcC record is cut off or not of version 1");
    if (config.size() < 7 || config[0] != 1) return broken;
    ParameterSets sets;
    length_size = (config[4] & 3) + 1;
    auto rest = config.subspan(6);
    if (!take_sets(rest, config[5] & 0x1f, &sets.sps) || rest.empty()) return broken;
    const std::size_t pictures = rest[0];
    rest = rest.subspan(1);
    if (!take_sets(rest, pictures, &sets.pps)) return broken;
    return sets;
}

Result<ParameterSets> parse_hvcc(ByteView config, int& length_size) {
    const auto broken = fail(errc::malformed, "the hvcC record is cut off");
    if (config.size() < kHvccHeader + 1) return broken;
    ParameterSets sets;
    length_size = (config[21] & 3) + 1;
    auto rest = config.subspan(kHvccHeader + 1);
    for (int arrays = config[kHvccHeader]; arrays > 0; --arrays) {
        if (rest.size() < 3) return broken;
        const int type = rest[0] & 0x3f;
        const std::size_t count = load_u16(rest.data() + 1);
        rest = rest.subspan(3);
        auto* const kind = type == 32 ? &sets.vps : type == 33 ? &sets.sps : type == 34 ? &sets.pps : nullptr;
        if (!take_sets(rest, count, kind)) return broken;
    }
    return sets;
}

}  // namespace

Bytes build_avcc(const ParameterSets& sets, const H264Sps& sps) {
    const auto spss = std::min<std::size_t>(sets.sps.size(), 31);
    const auto ppss = std::min<std::size_t>(sets.pps.size(), 255);
    Bytes out{
        1, sps.profile, sps.constraints, sps.level, 0xfc | kLengthSizeMinusOne, static_cast<std::uint8_t>(0xe0 | spss)};
    append_sets(out, sets.sps, spss);
    out.push_back(static_cast<std::uint8_t>(ppss));
    append_sets(out, sets.pps, ppss);
    if (!has_chroma_info(sps.profile)) return out;
    out.push_back(static_cast<std::uint8_t>(0xfc | sps.chroma_format));
    out.push_back(static_cast<std::uint8_t>(0xf8 | (sps.luma_depth - 8)));
    out.push_back(static_cast<std::uint8_t>(0xf8 | (sps.chroma_depth - 8)));
    out.push_back(0);  // numOfSequenceParameterSetExt
    return out;
}

Bytes build_hvcc(const ParameterSets& sets, const H265Sps& sps) {
    Bytes out{1};
    out.insert(out.end(), sps.profile_tier_level.begin(), sps.profile_tier_level.end());
    append_u16(out, 0xf000);  // min_spatial_segmentation_idc: not said
    out.push_back(0xfc);      // parallelismType: not said
    out.push_back(static_cast<std::uint8_t>(0xfc | sps.chroma_format));
    out.push_back(static_cast<std::uint8_t>(0xf8 | (sps.luma_depth - 8)));
    out.push_back(static_cast<std::uint8_t>(0xf8 | (sps.chroma_depth - 8)));
    append_u16(out, 0);  // avgFrameRate: not said
    out.push_back(
        static_cast<std::uint8_t>(sps.temporal_layers << 3 | (sps.temporal_id_nested ? 4 : 0) | kLengthSizeMinusOne));
    out.push_back(3);
    const auto array = [&out](std::uint8_t type, const std::vector<Bytes>& units) {
        out.push_back(0x80 | type);  // array_completeness: none in band, hence hvc1
        append_u16(out, units.size());
        append_sets(out, units, units.size());
    };
    array(32, sets.vps);
    array(33, sets.sps);
    array(34, sets.pps);
    return out;
}

Result<ParameterSets> parse_config(Codec codec, ByteView config, int& length_size) {
    if (codec == Codec::h264) return parse_avcc(config, length_size);
    if (codec == Codec::h265) return parse_hvcc(config, length_size);
    return fail(errc::unsupported, "only H.264 and H.265 have parameter sets");
}

}  // namespace vantage::h26x
