// SPDX-License-Identifier: Apache-2.0
// A coded stream to pictures, in the order in which they are shown, each with the time it came with; knows B-frames. One
// thread at a time. For the .cpp files of media/ only, as libav.hpp. Single pictures: picture_decoder.hpp.
#pragma once
#include "media/libav.hpp"

#include <deque>
#include <functional>

namespace vantage::libav {

class VideoDecoder {
  public:
    // Called for each picture that is ready; it stays the decoder's and is valid during the call. `key`: as it was pushed.
    using Out = std::function<Status(const AVFrame& picture, MediaTime pts, bool key)>;

    // With more than one thread several pictures are under way at once: quicker for a run of them, later for each.
    // errc::unsupported for a codec that is not decoded, malformed for H.264 and H.265 without parameters.
    static Result<VideoDecoder> open(const Track& track, int threads = 1);

    // In decoding order. An error concerns this picture (or is `out`'s): go on with the next.
    Status push(MediaTime pts, bool key, ByteView data, const Out& out);
    // For what is pushed from now on: left out where nothing refers to it. H.264 alone; others are decoded whole.
    void only_references(bool only);
    // What waits for pictures shown before it comes out. Goes on at a key frame.
    Status drain(const Out& out);

  private:
    VideoDecoder() = default;
    Status take(const Out& out, int& pictures);
    bool was_key(MediaTime pts);

    CodecPtr codec_;
    FramePtr picture_{make_frame()};
    AvPacketPtr packet_{make_packet()};
    std::deque<MediaTime> keys_;  // pushed, not come out yet
    bool intra_only_{false};
};

}  // namespace vantage::libav
