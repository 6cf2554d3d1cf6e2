// SPDX-License-Identifier: Apache-2.0
// Parts of a stream in, frames of one RTMP connection out: times in ms from 0 that never go back over both tracks, sound
// that is silence where the camera has none. Shares the parts' bytes. One thread; no clock, no sockets.
#pragma once
#include "media/part.hpp"
#include "media/rtmp_muxer.hpp"
#include "media/silent_audio.hpp"

#include <deque>
#include <memory>
#include <optional>

namespace vantage::live {

// What of a stream's tracks RTMP carries: H.264 and AAC; the silence where there is no such sound (null: none).
TrackSet tracks_for_rtmp(const TrackSet& tracks, const SilentAudio* silence);

class PushFrames {
  public:
    // A frame and what keeps its bytes.
    struct Held {
        RtmpFrame frame;
        std::shared_ptr<const void> owner;
    };

    // `tracks` of the stream; `silence` may be null.
    PushFrames(const TrackSet& tracks, std::shared_ptr<const SilentAudio> silence);

    // The first one starts a fragment; sound from before it is left out. A part with a discontinuity goes on where the last
    // one ended when its time went back, or forward by more than 10 s.
    void add(const PartPtr& part);
    // Parts are missing before the next one: what is held goes out without waiting for its neighbours.
    void cut() { settled_ = video_.size() + audio_.size(); }
    // The next frame, when it is sure that none comes before it (or after a second of one track alone).
    std::optional<Held> next();

  private:
    using Queue = std::deque<Held>;
    void begin(const Part& part);
    [[nodiscard]] milliseconds place(MediaTime time) const;
    void add_silence(MediaTime until);

    const std::shared_ptr<const SilentAudio> silence_;  // null when the stream has sound of its own, or none is wanted
    const bool has_audio_;                              // of the camera, that RTMP carries
    const bool has_video_;

    std::optional<MediaTime> origin_;  // stands at 0 ms
    MediaTime end_;                    // of what came so far
    MediaTime next_silence_;
    Queue video_, audio_;
    std::size_t settled_{0};  // so many of them go out as they are
    milliseconds last_out_{0};
};

}  // namespace vantage::live
