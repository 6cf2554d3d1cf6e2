// SPDX-License-Identifier: Apache-2.0
// Pictures in, H.264 out (x264 or hardware, through FFmpeg), for live use: no look-ahead unless asked for. Times are the
// caller's ticks, handed through exactly. One thread at a time; x264 may use threads of its own.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/h264_encoders.hpp"
#include "media/track.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace vantage {

// Planar YUV 4:2:0, BT.709 (or as the options say), limited range; the planes are the caller's. Luma is width x height,
// chroma half of it, rounded up.
struct PictureView {
    std::array<const std::uint8_t*, 3> planes{};
    std::array<int, 3> strides{};  // bytes from row to row
};

struct VideoEncoderOptions {
    int width{0};
    int height{0};
    int fps_num{25};
    int fps_den{1};
    int gop{50};              // frames from key frame to key frame; closed
    std::int64_t bitrate{0};  // bits a second; 0: constant quality (crf)
    int crf{25};
    std::int64_t max_bitrate{0};  // bits a second; 0: no bound. For constant quality; hardware aims at it
    std::int64_t buffer{0};       // bits that may come at once; 0: a second of the bit rate
    int level{0};                 // as in the codec string: 31 is 3.1; 0: the encoder's choice
    int sar_num{1};               // sample aspect ratio
    int sar_den{1};
    std::string preset{"ultrafast"};
    bool zero_latency{true};  // each picture comes out at once; with false also B-frames may be used
    int b_frames{0};
    int threads{1};
    bool bt601{false};  // the pictures' matrix is BT.601, as JPEG's is
    H264Encoder encoder{H264Encoder::x264};
};

struct EncodedFrame {
    Ticks pts{0};
    Ticks dts{0};
    bool key{false};
    Bytes data;  // as Packet::data
};

class VideoEncoder {
  public:
    static Result<std::unique_ptr<VideoEncoder>> open(const VideoEncoderOptions& options);
    ~VideoEncoder();
    VideoEncoder(const VideoEncoder&) = delete;
    VideoEncoder& operator=(const VideoEncoder&) = delete;

    // The frames that this picture has finished: with x264 and zero_latency exactly one. `pts` must increase.
    Result<std::vector<EncodedFrame>> encode(const PictureView& picture, Ticks pts, bool force_key = false);
    // What is still inside; then nothing more can be encoded.
    Result<std::vector<EncodedFrame>> finish();

    // Hardware that tells its parameters in band: complete from its first frame on.
    [[nodiscard]] const Track& track() const;

  private:
    class Impl;
    explicit VideoEncoder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vantage
