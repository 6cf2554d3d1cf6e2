// SPDX-License-Identifier: Apache-2.0
// One coded key frame to a JPEG, for stills. Decodes and encodes on the caller's thread: some ten milliseconds for 1080p, so
// never on one that waits for sockets. Safe from any thread.
#pragma once
#include "base/result.hpp"
#include "media/track.hpp"

namespace vantage {

struct JpegOptions {
    int max_width{640};  // pixels; a smaller picture keeps its size
    int quality{4};      // 2 (best) to 31
};

// `data` as Packet::data, a key frame of `track`. The picture is shown with square pixels. errc::malformed when nothing can
// be seen in it.
Result<Bytes> make_jpeg(const Track& track, ByteView data, const JpegOptions& options);

}  // namespace vantage
