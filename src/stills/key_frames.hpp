// SPDX-License-Identifier: Apache-2.0
// Which key frames of a stream become thumbnails: one an interval, on whole intervals of UTC as far as the stream has key
// frames there. A reader of the stream that counts as no viewer and is asked now and then. One thread at a time; never
// blocks.
#pragma once
#include "stream/stream.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace vantage::stills {

struct KeyFrame {
    PartPtr part;  // begins with it
    UtcTime time;  // when it is shown
    [[nodiscard]] ByteView data() const {
        const auto& sample = part->samples.front();
        return ByteView(part->data).subspan(sample.offset, sample.size);
    }
    [[nodiscard]] const Track& track() const { return *part->init->tracks.video; }
};

class KeyFrames {
  public:
    KeyFrames(const std::string& name, stream::Stream& source, milliseconds interval);

    // Those that are wanted of what came since the last call.
    std::vector<KeyFrame> take();
    // Until when the stream has sent pictures, as far as take() has seen.
    [[nodiscard]] std::optional<UtcTime> heard() const { return heard_; }

  private:
    [[nodiscard]] bool wanted(UtcTime time) const;

    const milliseconds interval_;
    std::unique_ptr<stream::Reader> reader_;
    std::optional<UtcTime> last_, heard_;
};

}  // namespace vantage::stills
