// SPDX-License-Identifier: Apache-2.0
// One fragment of footage as H.264, for viewers whose player or line cannot take it as it lies on disk. Pure function:
// decodes and encodes on the caller's thread, about a third of a second for 2 s of 1080p.
#pragma once
#include "media/part.hpp"
#include "media/video_transcoder.hpp"

#include <span>

namespace vantage {

// `parts` of one fragment, beginning with a key frame. Out comes one part of video, a closed GOP in which each picture is
// shown when it was and the last one until the fragment ends, and the audio as it was. All have `init` when that fits what
// was encoded, otherwise one of their own. Pictures that an open GOP shows before its key frame are left out: they need the
// fragment before. `options.fps` is measured, not taken. Parts that hold no video come back under `init`. errc::malformed
// when nothing can be seen.
Result<std::vector<PartPtr>> transcode_fragment(std::span<const PartPtr> parts, const InitPtr& init,
                                                VideoTranscoderOptions options);

}  // namespace vantage
