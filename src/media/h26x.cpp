// SPDX-License-Identifier: Apache-2.0
#include "media/h26x.hpp"

#include "media/bit_reader.hpp"
#include "media/config_record.hpp"

#include <optional>

namespace vantage::h26x {
namespace {

constexpr std::size_t kLargestSet = 65535;  // avcC and hvcC give their sizes in 16 bits

std::vector<Bytes>* place_of(Codec codec, ParameterSets& sets, Nal kind) {
    switch (kind) {
        case Nal::vps:
            return codec == Codec::h265 ? &sets.vps : nullptr;
        case Nal::sps:
            return &sets.sps;
        case Nal::pps:
            return &sets.pps;
        default:
            return nullptr;
    }
}

std::optional<std::uint32_t> sps_id(Codec codec, ByteView nal) {
    if (codec == Codec::h264) {
        const auto sps = parse_h264_sps(nal);
        return sps ? std::optional{sps->id} : std::nullopt;
    }
    const auto sps = parse_h265_sps(nal);
    return sps ? std::optional{sps->id} : std::nullopt;
}

// The id by which a set is referred to; nothing when it cannot be read.
std::optional<std::uint32_t> id_of(Codec codec, Nal kind, ByteView nal) {
    if (kind == Nal::sps) return sps_id(codec, nal);
    const std::size_t header = codec == Codec::h265 ? 2 : 1;
    if (nal.size() <= header) return {};
    BitReader in(nal.subspan(header));
    const auto id = kind == Nal::vps ? in.bits(4) : in.ue_at_most(codec == Codec::h265 ? 63 : 255);
    return in.ok() ? std::optional{id} : std::nullopt;
}

template <class Sps>
void describe(Track& track, const Sps& sps) {
    track.width = sps.width;
    track.height = sps.height;
    track.sar_num = sps.sar_num;
    track.sar_den = sps.sar_den;
    track.reorder_depth = sps.reorder_depth;
}

}  // namespace

bool ParameterSets::update(Codec codec, ByteView nal) {
    const auto kind = classify(codec, nal);
    auto* const known = place_of(codec, *this, kind);
    if (known == nullptr || nal.size() > kLargestSet) return false;
    for (const auto& set : *known)
        if (std::equal(set.begin(), set.end(), nal.begin(), nal.end())) return false;
    const auto id = id_of(codec, kind, nal);
    if (!id) return false;
    for (auto& set : *known)
        if (id_of(codec, kind, set) == id) {
            set.assign(nal.begin(), nal.end());
            return true;
        }
    known->emplace_back(nal.begin(), nal.end());
    return true;
}

Result<Track> make_track(Codec codec, const ParameterSets& sets) {
    if (codec != Codec::h264 && codec != Codec::h265)
        return fail(errc::unsupported, "only H.264 and H.265 have parameter sets");
    if (!sets.complete(codec)) return fail(errc::malformed, "the stream's parameter sets are not complete");
    Track track;
    track.codec = codec;
    if (codec == Codec::h264) {
        const auto sps = parse_h264_sps(sets.sps.front());
        if (!sps) return sps.error();
        describe(track, *sps);
        track.config = build_avcc(sets, *sps);
    } else {
        const auto sps = parse_h265_sps(sets.sps.front());
        if (!sps) return sps.error();
        describe(track, *sps);
        track.config = build_hvcc(sets, *sps);
    }
    return track;
}

}  // namespace vantage::h26x
