// SPDX-License-Identifier: Apache-2.0
// Coded pictures to decoded ones, one in, one out: for pictures that need no others (Motion JPEG, key frames). One thread at
// a time. For the .cpp files of media/ only, as libav.hpp.
#pragma once
#include "media/libav.hpp"

namespace vantage::libav {

class PictureDecoder {
  public:
    // `draft`: blocks' edges are not smoothed, which is quicker; nobody sees it in a picture that is then scaled down.
    static Result<PictureDecoder> open(const Track& track, bool draft = false);
    // The picture stays the decoder's and is valid until the next call. errc::malformed when nothing can be seen.
    Result<const AVFrame*> decode(ByteView data);

  private:
    PictureDecoder() = default;
    CodecPtr codec_;
    FramePtr picture_{make_frame()};
    AvPacketPtr packet_{make_packet()};
};

}  // namespace vantage::libav
