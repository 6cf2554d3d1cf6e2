// SPDX-License-Identifier: Apache-2.0
// Decoded pictures to another size, layout and colour range. Keeps its tables between pictures of one kind. One thread at a
// time. For the .cpp files of media/ only, as libav.hpp.
#pragma once
#include "media/libav.hpp"

namespace vantage::libav {

// YUV as its bytes must be read.
struct PictureKind {
    int width{0};
    int height{0};
    AVPixelFormat format{AV_PIX_FMT_YUV420P};
    int matrix{SWS_CS_ITU601};  // SWS_CS_...
    bool full_range{false};     // 0-255 instead of 16-235
    bool operator==(const PictureKind&) const = default;
};
// What the decoder says of a picture; where it says nothing, BT.709 from 720 lines on. The old yuvj formats become full
// range.
PictureKind kind_of(const AVFrame& picture);
// As an image file has it: square pixels (`track` says the aspect), no wider than `max_width`, even, 4:2:0 as JPEG means it.
PictureKind shown_kind(const AVFrame& picture, const Track& track, int max_width);

class Scaler {
  public:
    // The picture stays the scaler's and is valid until the next call. A target of odd size is the caller's fault.
    Result<const AVFrame*> scale(const AVFrame& picture, const PictureKind& from, const PictureKind& to);

  private:
    Status prepare(const PictureKind& from, const PictureKind& to);
    Result<const AVFrame*> resize(const AVFrame& picture, const PictureKind& from, const PictureKind& to);

    PictureKind from_, to_;
    SwsPtr context_;
    FramePtr out_;
    FramePtr coloured_;  // YUV420P
};

}  // namespace vantage::libav
