// SPDX-License-Identifier: Apache-2.0
// AAC that is silent, for platforms that want a sound track from cameras without one. One packet, repeated. Pure.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

namespace vantage {

struct SilentAudio {
    Track track;           // AAC-LC, 48 kHz, two channels
    Bytes packet;          // decodes to silence each time it comes
    Ticks duration{1920};  // of one packet: 1024 samples
};

// errc::unsupported when this FFmpeg does not encode AAC.
Result<SilentAudio> make_silent_audio();

}  // namespace vantage
