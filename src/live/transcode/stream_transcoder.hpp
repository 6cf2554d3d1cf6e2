// SPDX-License-Identifier: Apache-2.0
// The parts of a camera's stream in, those of its transcode out: pictures decoded, scaled, encoded and muxed anew with the
// same times; sound as it was. What already is as wanted goes through untouched, the very same parts. One thread at a time,
// which it keeps busy; knows no readers and no clock.
#pragma once
#include "live/stream_name.hpp"
#include "media/video_transcoder.hpp"
#include "stream/fragmenter.hpp"
#include "stream/stream.hpp"

namespace vantage::live {

// How a profile is encoded.
VideoTranscoderOptions options_of(Profile profile, H264Encoder encoder);
// True when a viewer who asks for this profile is given these tracks as they are.
bool passes(Profile profile, const TrackSet& tracks);

class StreamTranscoder {
  public:
    // `name` for the log. `out` outlives it. `group`: of parts, see stream::FragmenterOptions.
    StreamTranscoder(std::string name, Profile profile, H264Encoder encoder, stream::Stream& out,
                     Ticks group = stream::FragmenterOptions{}.group);

    // Video begins where a fragment starts. A picture that cannot be decoded is left out.
    void take(const PartPtr& part);
    // Passed on, behind everything that came before it.
    void interrupt(const stream::Interruption& interruption);
    // Parts are missing before what comes next: a discontinuity, from the next start of a fragment on.
    void missed();

  private:
    void take_video(const Part& part);
    void take_audio(const Part& part);
    bool make_transcoder(const Part& part);
    void announce();
    void put_out(MediaTime pts, bool key, Bytes data);
    void finish();

    const std::string name_;
    const Profile profile_;
    const H264Encoder encoder_;
    stream::Stream& out_;
    stream::Fragmenter fragmenter_;
    std::unique_ptr<VideoTranscoder> video_;
    std::optional<Track> source_;   // that video_ decodes
    std::optional<Track> refused_;  // cannot be transcoded; said once
    TrackSet made_;                 // of what comes out
    bool broken_{false};            // the next picture does not follow the last one
    bool whole_{true};              // nothing is missing since the last start of a fragment
};

}  // namespace vantage::live
