// SPDX-License-Identifier: Apache-2.0
// The beginning of a cut that lies inside a group of pictures: its frames are decoded and encoded anew, so that they stand
// before the untouched rest in one track. The new frames bring parameter sets of their own, with ids that the camera does
// not use; both live in one decoder configuration, which every player reads. H.264 through x264, H.265 through x265, without
// B-frames. Blocks; one thread.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <span>
#include <stop_token>
#include <vector>

namespace vantage {

struct CodedFrame {
    MediaTime pts;
    bool key{false};
    Bytes data;  // as Packet::data
};

struct EncodedAgain {
    Track track;                     // with the parameter sets of both
    std::vector<CodedFrame> frames;  // in order of presentation, which is that of decoding
};

// `frames`: in decode order, the first a key frame. What is shown from `from` on and before `to` is encoded. errc::cancelled
// when stopped; unsupported when this FFmpeg has no such encoder; malformed when nothing can be decoded.
Result<EncodedAgain> encode_again(const Track& track, std::span<const CodedFrame> frames, MediaTime from, MediaTime to,
                                  const std::stop_token& stop);

}  // namespace vantage
