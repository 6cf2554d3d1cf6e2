// SPDX-License-Identifier: Apache-2.0
// Which frame of the footage was shown at an instant, and what must be decoded for it. Reads the catalogue and one group of
// pictures of a file (two at a seam); blocks. Safe from any thread.
#pragma once
#include "footage/footage.hpp"

namespace vantage::stills {

// A frame and all that it may need: the video parts from the key frame before it on, in decoding order, of one Init. The
// frame is in the last one.
struct CodedFrame {
    MediaTime time;  // of presentation
    std::vector<PartPtr> parts;
};

// The newest frame whose time, in whole milliseconds as answers tell it, is not after `at`. It is shown until the next one
// comes or, before a hole of more than 250 ms, until its own duration is over. At the beginning of footage, where decoding
// runs ahead of showing, the first frame. errc::not_found where there is no footage; overloaded when the group of pictures
// is longer than 256 MiB.
Result<CodedFrame> find_frame(const footage::Footage& footage, const StreamKey& stream, UtcTime at);

// The times of the last frame before a hole and of the first one behind it, around an instant without footage.
struct Nearest {
    std::optional<UtcTime> before, after;
};
Nearest find_nearest(const footage::Footage& footage, const StreamKey& stream, UtcTime at);

}  // namespace vantage::stills
