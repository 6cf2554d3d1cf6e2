// SPDX-License-Identifier: Apache-2.0
#include "ingest/transcoding.hpp"

#include "base/log.hpp"

namespace vantage::ingest {

Status Transcoding::set_tracks(const TrackSet& camera) {
    if (!camera.video) {
        video_.reset();
        published_.video.reset();
    } else if (camera_.video != camera.video) {
        if (auto done = set_video(*camera.video); !done) return done;
    }
    if (!camera.audio) {
        audio_.reset();
        published_.audio.reset();
    } else if (camera_.audio != camera.audio) {
        set_audio(*camera.audio);
    }
    camera_ = camera;
    // A transcoder tells its track with the first picture.
    if (published_.video || !camera.video) out_.on_tracks(published_);
    return {};
}

Status Transcoding::set_video(const Track& camera) {
    video_.reset();
    published_.video.reset();
    if (camera.codec == Codec::mjpeg) {
        camera_.video = camera;
        return make_video_transcoder();
    }
    if (codec_string(camera).empty())
        return fail(errc::unsupported, fmt::format("its {} video cannot be recorded", to_string(camera.codec)));
    published_.video = camera;
    return {};
}

Status Transcoding::make_video_transcoder() {
    VideoTranscoder::Out out;
    out.on_track = [this](const Track& track) {
        if (published_.video == track) return;
        published_.video = track;
        out_.on_tracks(published_);
    };
    out.on_frame = [this](MediaTime pts, bool key, Bytes data) {
        Frame frame;
        frame.key = key;
        frame.data = std::move(data);
        out_.on_frame({std::move(frame), pts, pts, std::exchange(discontinuity_, nullptr)});
    };
    auto made = VideoTranscoder::make(*camera_.video, {}, std::move(out));
    if (!made) return made.error();
    video_ = std::move(*made);
    return {};
}

void Transcoding::set_audio(const Track& camera) {
    audio_.reset();
    published_.audio.reset();
    if (!codec_string(camera).empty()) {
        published_.audio = camera;
    } else if (auto made = AudioTranscoder::make(camera)) {
        audio_ = std::move(*made);
        published_.audio = audio_->track();
    } else {
        log::warn(name_, "its {} sound is left out: {}", to_string(camera.codec), made.error().message);
    }
}

void Transcoding::push(TimedFrame timed) {
    if (timed.frame.track == TrackKind::video)
        push_video(std::move(timed));
    else
        push_audio(std::move(timed));
}

void Transcoding::push_video(TimedFrame timed) {
    if (!video_) return out_.on_frame(std::move(timed));
    if (timed.discontinuity) {
        discontinuity_ = timed.discontinuity;
        if (!make_video_transcoder()) return;  // a new one begins with a key frame
    }
    if (auto done = video_->push(timed.pts, timed.frame.data); !done)
        log::debug(name_, "picture left out: {}", done.error().message);
}

void Transcoding::push_audio(TimedFrame timed) {
    if (!audio_) {
        if (published_.audio) out_.on_frame(std::move(timed));
        return;
    }
    const auto done = audio_->push(timed.pts, timed.frame.data, [&](MediaTime pts, Bytes data) {
        Frame frame;
        frame.track = TrackKind::audio;
        frame.key = true;
        frame.data = std::move(data);
        out_.on_frame({std::move(frame), pts, {}, std::exchange(timed.discontinuity, nullptr)});
    });
    if (!done) log::debug(name_, "sound left out: {}", done.error().message);
}

}  // namespace vantage::ingest
