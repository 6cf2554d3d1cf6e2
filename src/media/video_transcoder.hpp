// SPDX-License-Identifier: Apache-2.0
// Video of any codec becomes H.264 without B-frames, each picture with the time it came with: Motion JPEG once at ingest,
// other streams for viewers whose player or line cannot take them. It decodes and encodes on the caller's thread: give a
// stream of this kind a thread of its own.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/h264_encoders.hpp"
#include "media/track.hpp"

#include <functional>
#include <memory>
#include <string>

namespace vantage {

struct VideoTranscoderOptions {
    std::string preset{"veryfast"};
    int crf{24};
    Ticks key_interval{180000};  // 2 s: a key frame at the first picture from then on
    bool keys_of_source{false};  // and where the source has one
    int max_height{0};           // lines; a taller picture is made smaller, none larger; 0: no bound
    // Pictures a second, about. Over 0 the bit rate is bounded by the size (cap_of) at this rate; 0: no bound.
    double fps{0};
    H264Encoder encoder{H264Encoder::x264};
};

// Bits a second that H.264 for viewers may have: 2.5 a pixel, 0.58 Mbit/s for 640x360, 5.2 Mbit/s for 1920x1080.
std::int64_t cap_of(int width, int height);
// What comes out for a picture of this size: even, no taller than max_height.
struct PictureSize {
    int width{0};
    int height{0};
    bool operator==(const PictureSize&) const = default;
};
PictureSize fit_height(PictureSize from, int max_height);
// The track that a transcoder with x264 tells for this one, without a picture. Errors: those of make.
Result<Track> transcoded_track(const Track& in, const VideoTranscoderOptions& options);

class VideoTranscoder {
  public:
    struct Out {
        // Before the first frame, and before the first of another size.
        std::function<void(const Track& track)> on_track;
        // `data` as Packet::data; decode and presentation time are the same.
        std::function<void(MediaTime pts, bool key, Bytes data)> on_frame;
    };

    // errc::unsupported for a codec that is not decoded, or when this FFmpeg has no x264; malformed without parameters.
    static Result<std::unique_ptr<VideoTranscoder>> make(const Track& in, VideoTranscoderOptions options, Out out);
    ~VideoTranscoder();
    VideoTranscoder(const VideoTranscoder&) = delete;
    VideoTranscoder& operator=(const VideoTranscoder&) = delete;

    // One whole picture as coded, in decoding order; frames come out in the order in which they are shown, those of a source
    // without B-frames at once. One whose time does not increase is passed over. Errors concern this picture only: go on
    // with the next.
    Status push(MediaTime pts, ByteView data, bool key = false);
    // What waits for others comes out. The next picture must be a key frame.
    Status finish();

  private:
    class Impl;
    explicit VideoTranscoder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vantage
