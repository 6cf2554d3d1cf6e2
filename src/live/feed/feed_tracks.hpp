// SPDX-License-Identifier: Apache-2.0
// Which tracks of a stream one player gets: what it asked for and what its browser can decode. Belongs to one thread at a
// time.
#pragma once
#include "media/part.hpp"

#include <string>
#include <vector>

namespace vantage::live {

class FeedTracks {
  public:
    // `codecs`: what the browser plays, "avc1.640028"; only the family counts. Empty: everything.
    FeedTracks(bool audio, std::vector<std::string> codecs) : wants_audio_(audio), codecs_(std::move(codecs)) {}

    // The init to be sent for parts of `full`: itself, or one without audio. errc::unsupported when the browser cannot
    // decode the video. The same pointer is answered from memory.
    Result<InitPtr> choose(const InitPtr& full);
    // Whether a part belongs to what `choose` gave last.
    [[nodiscard]] bool takes(const Part& part) const;

  private:
    [[nodiscard]] bool plays(const Track& track) const;

    const bool wants_audio_;
    const std::vector<std::string> codecs_;
    InitPtr full_, chosen_;
};

}  // namespace vantage::live
