// SPDX-License-Identifier: Apache-2.0
#include "live/transcode/stream_transcoder.hpp"

#include "base/log.hpp"

namespace vantage::live {
namespace {

constexpr int kQuality = 24;

double rate_of(const Part& part) {
    const auto span = std::chrono::duration<double>(part.duration).count();
    return span > 0 ? std::clamp(static_cast<double>(part.samples.size()) / span, 1.0, 120.0) : 25;
}

}  // namespace

VideoTranscoderOptions options_of(Profile profile, H264Encoder encoder) {
    VideoTranscoderOptions options;
    options.preset = "veryfast";
    options.crf = kQuality;
    options.keys_of_source = true;
    options.max_height = max_height(profile);
    options.encoder = encoder;
    return options;
}

bool passes(Profile profile, const TrackSet& tracks) {
    return !tracks.video || (tracks.video->codec == Codec::h264 && profile == Profile::h264);
}

StreamTranscoder::StreamTranscoder(std::string name, Profile profile, H264Encoder encoder, stream::Stream& out, Ticks group)
    : name_(std::move(name)),
      profile_(profile),
      encoder_(encoder),
      out_(out),
      fragmenter_({.group = group}, [this](PartPtr part) { out_.publish(std::move(part)); }) {}

void StreamTranscoder::take(const PartPtr& part) {
    if (passes(profile_, part->init->tracks)) {
        finish();
        out_.publish(part);
        return;
    }
    if (part->track == TrackKind::video) {
        take_video(*part);
    } else {
        take_audio(*part);
    }
}

void StreamTranscoder::take_video(const Part& part) {
    const auto& tracks = part.init->tracks;
    if (part.discontinuity || (source_ && source_ != tracks.video)) finish();
    if (!whole_ && !part.starts_fragment) return;
    whole_ = true;
    if (!video_ && !(part.starts_fragment && make_transcoder(part))) return;
    if (made_.audio != tracks.audio) {
        made_.audio = tracks.audio;
        if (made_.video) announce();
    }
    auto dts = part.start;
    for (const auto& sample : part.samples) {
        const auto data = ByteView(part.data).subspan(sample.offset, sample.size);
        if (auto done = video_->push(dts + sample.composition, data, sample.key); !done)
            log::debug(name_, "picture left out: {}", done.error().message);
        dts += sample.duration;
    }
}

bool StreamTranscoder::make_transcoder(const Part& part) {
    const auto& track = *part.init->tracks.video;
    if (refused_ == track) return false;
    auto options = options_of(profile_, encoder_);
    options.fps = rate_of(part);
    VideoTranscoder::Out out;
    out.on_track = [this](const Track& made) {
        made_.video = made;
        announce();
    };
    out.on_frame = [this](MediaTime pts, bool key, Bytes data) { put_out(pts, key, std::move(data)); };
    auto made = VideoTranscoder::make(track, options, std::move(out));
    if (!made) {
        refused_ = track;
        log::warn(name_, "cannot be transcoded: {}", made.error().message);
        out_.interrupt({"cannot be transcoded", to_utc(part.start)});
        return false;
    }
    video_ = std::move(*made);
    source_ = track;
    return true;
}

void StreamTranscoder::announce() {
    fragmenter_.set_tracks(made_);
}

void StreamTranscoder::put_out(MediaTime pts, bool key, Bytes data) {
    auto packet = std::make_shared<Packet>();
    packet->dts = pts;
    packet->key = key;
    packet->discontinuity = std::exchange(broken_, false);
    packet->data = std::move(data);
    fragmenter_.push(std::move(packet));
}

void StreamTranscoder::take_audio(const Part& part) {
    if (!video_ || made_.audio != part.init->tracks.audio) return;
    auto dts = part.start;
    for (const auto& sample : part.samples) {
        auto packet = std::make_shared<Packet>();
        packet->track = TrackKind::audio;
        packet->dts = dts;
        packet->key = true;
        const auto data = ByteView(part.data).subspan(sample.offset, sample.size);
        packet->data.assign(data.begin(), data.end());
        dts += sample.duration;
        fragmenter_.push(std::move(packet));
    }
}

void StreamTranscoder::finish() {
    if (!video_) return;
    if (auto done = video_->finish(); !done) log::debug(name_, "pictures left out: {}", done.error().message);
    video_.reset();
    source_.reset();
    fragmenter_.flush();
    broken_ = true;
}

void StreamTranscoder::interrupt(const stream::Interruption& interruption) {
    finish();
    out_.interrupt(interruption);
}

void StreamTranscoder::missed() {
    finish();
    whole_ = false;
}

}  // namespace vantage::live
