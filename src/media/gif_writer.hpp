// SPDX-License-Identifier: Apache-2.0
// Small pictures to an animated GIF, by FFmpeg's palette filters, GIF encoder and muxer: one palette for all, ordered
// dithering (which stands still where the picture does), only what changed. Pure function. For the .cpp files of media/
// only, as libav.hpp.
#pragma once
#include "media/libav.hpp"

#include <stop_token>
#include <vector>

namespace vantage::libav {

struct GifPicture {
    Ticks time;      // from the beginning; GIF knows hundredths of a second
    FramePtr frame;  // YUV 4:2:0, limited range, BT.601
};

// `pictures`: not empty, of one size, in order. The last one is shown until `length`. Plays for ever. errc::cancelled.
Result<Bytes> write_gif(const std::vector<GifPicture>& pictures, Ticks length, const std::stop_token& stop);

}  // namespace vantage::libav
