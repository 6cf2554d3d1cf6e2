// SPDX-License-Identifier: Apache-2.0
// What must be known of H.264 and H.265 without decoding: NAL units, parameter sets, where a decoder can start. Pure
// functions; safe on hostile bytes.
#pragma once
#include "base/result.hpp"
#include "media/track.hpp"

#include <functional>
#include <vector>

namespace vantage::h26x {

// What a NAL unit is for us; `other` is carried along (slices, SEI without recovery point ...).
enum class Nal : std::uint8_t { vps, sps, pps, delimiter, idr /*H.265: IDR, BLA, CRA*/, slice, recovery_sei, filler, other };
Nal classify(Codec codec, ByteView nal);

// True when this slice begins a picture: first_mb_in_slice 0, first_slice_segment_in_pic_flag.
bool begins_picture(Codec codec, ByteView nal);

// Each NAL unit of an Annex B stream, without start code and trailing zeros.
void for_each_annexb(ByteView data, const std::function<void(ByteView nal)>& visit);
// Each NAL unit of length-prefixed data; stops at the first length that does not fit and says so.
Status for_each_length_prefixed(ByteView data, int length_size, const std::function<void(ByteView nal)>& visit);

// True when the frame refers to no other (IDR, CRA, BLA); a recovery point does. `data`: with NAL lengths of four bytes.
bool stands_alone(Codec codec, ByteView data);

// The parameter sets a stream has shown, from SDP or in band. vps is empty for H.264.
struct ParameterSets {
    std::vector<Bytes> vps, sps, pps;
    bool operator==(const ParameterSets&) const = default;
    // Takes a VPS, SPS or PPS in; the one with the same id is replaced. True if anything changed.
    bool update(Codec codec, ByteView nal);
    [[nodiscard]] bool complete(Codec codec) const {
        return !sps.empty() && !pps.empty() && (codec == Codec::h264 || !vps.empty());
    }
};

// Builds the track (config record, size, aspect, reorder depth). errc::malformed when the SPS cannot be read.
Result<Track> make_track(Codec codec, const ParameterSets& sets);
// The sets inside an avcC or hvcC record, and the size of its NAL lengths.
Result<ParameterSets> parse_config(Codec codec, ByteView config, int& length_size);

}  // namespace vantage::h26x
