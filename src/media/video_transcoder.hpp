// SPDX-License-Identifier: Apache-2.0
// Motion JPEG becomes H.264 once, at ingest, so that everything behind knows one kind of video. Each picture comes out at
// once, with the time it came with; no B-frames. It encodes on the caller's thread: give a camera of this kind a thread of
// its own.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <functional>
#include <memory>
#include <string>

namespace vantage {

struct VideoTranscoderOptions {
    std::string preset{"veryfast"};
    int crf{24};
    Ticks key_interval{180000};  // 2 s: a key frame at the first picture from then on
};

class VideoTranscoder {
  public:
    struct Out {
        // Before the first frame, and before the first of another size.
        std::function<void(const Track& track)> on_track;
        // `data` as Packet::data; decode and presentation time are the same.
        std::function<void(MediaTime pts, bool key, Bytes data)> on_frame;
    };

    // errc::unsupported for a codec that needs or knows no transcoding, or when this FFmpeg has no x264.
    static Result<std::unique_ptr<VideoTranscoder>> make(const Track& in, VideoTranscoderOptions options, Out out);
    ~VideoTranscoder();
    VideoTranscoder(const VideoTranscoder&) = delete;
    VideoTranscoder& operator=(const VideoTranscoder&) = delete;

    // One whole picture as coded. `pts` must increase; a picture whose time does not is passed over. Errors concern this
    // picture only: go on with the next.
    Status push(MediaTime pts, ByteView data);

  private:
    class Impl;
    explicit VideoTranscoder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vantage
