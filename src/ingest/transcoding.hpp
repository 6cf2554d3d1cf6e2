// SPDX-License-Identifier: Apache-2.0
// What browsers and fMP4 refuse becomes what they take, once for all readers: MJPEG becomes H.264, G.711 and G.726 become
// AAC; the rest goes through untouched. Works on UTC, behind the clock discipline, on the thread that calls it.
#pragma once
#include "ingest/clock_discipline.hpp"
#include "media/audio_transcoder.hpp"
#include "media/video_transcoder.hpp"

#include <functional>
#include <memory>
#include <string>

namespace vantage::ingest {

class Transcoding {
  public:
    struct Out {
        // Before the first frame and whenever they change.
        std::function<void(const TrackSet& tracks)> on_tracks;
        std::function<void(TimedFrame frame)> on_frame;
    };
    // `name` for the log.
    Transcoding(std::string name, Out out) : name_(std::move(name)), out_(std::move(out)) {}

    // As the camera sends them. A sound that cannot be carried is left out, and the log says so; errc::unsupported for a
    // picture.
    Status set_tracks(const TrackSet& camera);
    // A frame that cannot be decoded is left out.
    void push(TimedFrame frame);

  private:
    Status set_video(const Track& camera);
    Status make_video_transcoder();
    void set_audio(const Track& camera);
    void push_video(TimedFrame timed);
    void push_audio(TimedFrame timed);

    const std::string name_;
    const Out out_;
    TrackSet camera_;
    TrackSet published_;
    std::unique_ptr<VideoTranscoder> video_;
    std::unique_ptr<AudioTranscoder> audio_;
    const char* discontinuity_{nullptr};  // of the picture that is being transcoded
};

}  // namespace vantage::ingest
