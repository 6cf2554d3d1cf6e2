// SPDX-License-Identifier: Apache-2.0
#include "ingest/transcoding.hpp"

#include "base/log.hpp"

namespace vantage::ingest {

Result<TrackSet> Transcoding::set_tracks(const TrackSet& camera) {
    auto out = camera;
    if (camera.video && codec_string(*camera.video).empty())
        return fail(errc::unsupported, fmt::format("its {} video cannot be recorded", to_string(camera.video->codec)));
    pass_audio_ = !camera.audio || !codec_string(*camera.audio).empty();
    if (!pass_audio_) {
        log::warn(name_, "its {} sound cannot be recorded and is left out", to_string(camera.audio->codec));
        out.audio.reset();
    }
    return out;
}

Status Transcoding::push(Frame frame) {
    if (frame.track == TrackKind::video || pass_audio_) out_(std::move(frame));
    return {};
}

}  // namespace vantage::ingest
