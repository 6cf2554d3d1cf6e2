// SPDX-License-Identifier: Apache-2.0
// The planes of a picture as a hardware encoder takes them: NV12, and for VAAPI in the device's memory. One thread at a
// time. For the .cpp files of media/ only, as libav.hpp.
#pragma once
#include "media/h264_encoders.hpp"
#include "media/libav.hpp"
#include "media/video_encoder.hpp"

namespace vantage::libav {

class EncoderInput {
  public:
    // Sets the encoder's picture format (and for VAAPI its device), before it is opened. Width and height are set.
    static Result<EncoderInput> attach(H264Encoder kind, AVCodecContext& encoder);

    // A picture for avcodec_send_frame, with times and type still to be set; valid until the next call.
    Result<AVFrame*> load(const PictureView& picture);

  private:
    EncoderInput() = default;
    struct BufferUnref {
        void operator()(AVBufferRef* buffer) const { av_buffer_unref(&buffer); }
    };
    Status open_device(AVCodecContext& encoder);

    std::unique_ptr<AVBufferRef, BufferUnref> frames_;  // VAAPI: surfaces of the device
    FramePtr nv12_{make_frame()};
    FramePtr surface_{make_frame()};
};

}  // namespace vantage::libav
