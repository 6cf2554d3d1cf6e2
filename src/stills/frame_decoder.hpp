// SPDX-License-Identifier: Apache-2.0
// From coded parts to one picture: what it needs is decoded, and no more. Keeps up to four cores busy for as long as half a
// group of pictures takes, so it is called where that may be. Safe from any thread.
#pragma once
#include "media/part.hpp"
#include "media/picture.hpp"

#include <semaphore>
#include <vector>

namespace vantage::stills {

// How many pictures may be decoded at once, by all who share it.
using DecodingRoom = std::counting_semaphore<64>;

// `parts`: video of one Init in decoding order, from a key frame on. The picture that is shown at `wanted`, or the last one
// before it that can be decoded. Waits for its turn. errc::malformed when there is none.
Result<PicturePtr> decode_frame(const std::vector<PartPtr>& parts, MediaTime wanted, DecodingRoom& room);

// When the last of them is shown.
MediaTime newest_time(const std::vector<PartPtr>& parts);

}  // namespace vantage::stills
