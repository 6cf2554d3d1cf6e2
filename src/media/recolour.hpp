// SPDX-License-Identifier: Apache-2.0
// YUV 4:2:0 from one matrix and range to another, without the way over RGB on which swscale spends three times what a JPEG
// costs. Pure functions. For the .cpp files of media/ only, as libav.hpp.
#pragma once
#include "media/scaler.hpp"

namespace vantage::libav {

// Both YUV, and not of the same matrix and range.
bool needs_recolouring(const PictureKind& from, const PictureKind& to);
// Planes of YUV420P and of the same size; `into` is writable. Colours outside of what `to` can say are clipped.
void recolour(const AVFrame& picture, const PictureKind& from, const PictureKind& to, AVFrame& into);

}  // namespace vantage::libav
