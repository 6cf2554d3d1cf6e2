// SPDX-License-Identifier: Apache-2.0
// Decoded pictures to JPEG at one width and quality; keeps its encoder between pictures of one size. One thread at a time.
// For the .cpp files of media/ only, as libav.hpp.
#pragma once
#include "media/jpeg.hpp"
#include "media/libav.hpp"
#include "media/scaler.hpp"

namespace vantage::libav {

class JpegEncoder {
  public:
    explicit JpegEncoder(const JpegOptions& options) : options_(options) {}

    static Status check(const JpegOptions& options);  // invalid_argument with the reason
    // Shown with square pixels: `track` says the aspect.
    Result<Bytes> encode(const AVFrame& picture, const Track& track);

  private:
    Status fit(int width, int height);

    JpegOptions options_;
    Scaler scaler_;
    CodecPtr codec_;
    FramePtr frame_{make_frame()};
    AvPacketPtr packet_{make_packet()};
};

}  // namespace vantage::libav
