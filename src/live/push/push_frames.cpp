// SPDX-License-Identifier: Apache-2.0
#include "live/push/push_frames.hpp"

#include <algorithm>

namespace vantage::live {
namespace {

constexpr milliseconds kLongestWait{1000};  // of one track for the other
constexpr Ticks kLongestHole{900000};       // 10 s; longer ones are not told, platforms end a stream whose time leaps
constexpr Ticks kSeam{3600};                // between what does not belong together
constexpr Ticks kSilentHole{90000};         // holes of the picture up to here are filled with silence

bool carried(const std::optional<Track>& track, Codec codec) {
    return track && track->codec == codec;
}

}  // namespace

TrackSet tracks_for_rtmp(const TrackSet& tracks, const SilentAudio* silence) {
    TrackSet out;
    if (carried(tracks.video, Codec::h264)) out.video = tracks.video;
    if (carried(tracks.audio, Codec::aac))
        out.audio = tracks.audio;
    else if (silence != nullptr)
        out.audio = silence->track;
    return out;
}

PushFrames::PushFrames(const TrackSet& tracks, std::shared_ptr<const SilentAudio> silence)
    : silence_(carried(tracks.audio, Codec::aac) ? nullptr : std::move(silence)),
      has_audio_(carried(tracks.audio, Codec::aac)),
      has_video_(carried(tracks.video, Codec::h264)) {}

milliseconds PushFrames::place(MediaTime time) const {
    return std::chrono::floor<milliseconds>(time - *origin_);
}

void PushFrames::begin(const Part& part) {
    if (!origin_) {
        origin_ = next_silence_ = part.start;
    } else if (part.discontinuity) {
        cut();
        if (part.start < end_ || part.start - end_ > kLongestHole) {
            const auto moved = part.start - (end_ + kSeam);
            *origin_ += moved;
            next_silence_ += moved;
            end_ = part.start;
        }
    }
    end_ = std::max(end_, part.end());
}

void PushFrames::add_silence(MediaTime until) {
    if (until - next_silence_ > kSilentHole) next_silence_ = until;
    for (; next_silence_ <= until; next_silence_ += silence_->duration) {
        const RtmpFrame frame{TrackKind::audio, place(next_silence_), milliseconds{0}, true, silence_->packet};
        audio_.push_back({frame, silence_});
    }
}

void PushFrames::add(const PartPtr& part) {
    const bool video = part->track == TrackKind::video;
    if (video ? !has_video_ : !has_audio_) return;
    if (!origin_ && has_video_ && !video) return;
    begin(*part);
    auto time = part->start;
    for (const auto& sample : part->samples) {
        if (video && silence_) add_silence(time);
        const bool starts = part->starts_fragment && part->independent && &sample == &part->samples.front();
        const auto composition = place(time + sample.composition) - place(time);
        const RtmpFrame frame{part->track, place(time), composition, sample.key || starts,
                              ByteView(part->data).subspan(sample.offset, sample.size)};
        if (time >= *origin_) (video ? video_ : audio_).push_back({frame, part});
        time += sample.duration;
    }
}

std::optional<PushFrames::Held> PushFrames::next() {
    if (video_.empty() && audio_.empty()) return {};
    const bool both = !video_.empty() && !audio_.empty();
    const bool take_audio = both ? audio_.front().frame.dts <= video_.front().frame.dts : video_.empty();
    auto& queue = take_audio ? audio_ : video_;
    const bool may_wait = has_audio_ && has_video_ && settled_ == 0;
    if (!both && may_wait && queue.back().frame.dts - queue.front().frame.dts < kLongestWait) return {};
    auto held = std::move(queue.front());
    queue.pop_front();
    if (settled_ > 0) --settled_;
    const auto shown = held.frame.dts + held.frame.composition;
    held.frame.dts = last_out_ = std::max(last_out_, held.frame.dts);
    held.frame.composition = std::max(milliseconds{0}, shown - held.frame.dts);
    return held;
}

}  // namespace vantage::live
