// SPDX-License-Identifier: Apache-2.0
// What browsers and fMP4 refuse becomes what they take, once for all readers: G.711 and G.726 become AAC, MJPEG becomes
// H.264; the rest goes through untouched. Times stay the camera's. Lives on the thread of its source.
#pragma once
#include "ingest/source.hpp"

#include <functional>
#include <memory>
#include <string>

namespace vantage {
class AudioTranscoder;
class VideoTranscoder;
}  // namespace vantage

namespace vantage::ingest {

class Transcoding {
  public:
    Transcoding(std::string name, std::function<void(Frame)> out);
    ~Transcoding();

    // The tracks that come out. A sound that cannot be transcoded is left out, and the log says so; errc::unsupported for a
    // picture.
    Result<TrackSet> set_tracks(const TrackSet& camera);
    // A frame that cannot be decoded is left out.
    Status push(Frame frame);

  private:
    const std::string name_;
    const std::function<void(Frame)> out_;
    TrackSet camera_;
    bool pass_audio_{true};
    std::unique_ptr<AudioTranscoder> audio_;
    std::unique_ptr<VideoTranscoder> video_;
};

}  // namespace vantage::ingest
