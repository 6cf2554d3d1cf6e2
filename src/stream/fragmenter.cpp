// SPDX-License-Identifier: Apache-2.0
#include "stream/fragmenter.hpp"

#include "media/mp4.hpp"

namespace vantage::stream {
namespace {

constexpr Ticks kUsualFrame{3600};           // when a part's only packet is not followed by another
constexpr Ticks kShortestRecovery{90000};    // 1 s: some cameras send a recovery point with each frame
constexpr Ticks kAudioOnlyFragment{180000};  // 2 s

// Leaves out what MP4 does not carry.
TrackSet muxable(TrackSet tracks) {
    if (tracks.video && codec_string(*tracks.video).empty()) tracks.video.reset();
    if (tracks.audio && codec_string(*tracks.audio).empty()) tracks.audio.reset();
    return tracks;
}

}  // namespace

Fragmenter::Fragmenter(FragmenterOptions options, std::function<void(PartPtr)> out)
    : options_(options), out_(std::move(out)) {}

void Fragmenter::set_tracks(const TrackSet& tracks) {
    auto wanted = muxable(tracks);
    if (wanted == announced_) return;
    if (wanted.video && wanted.video == announced_.video) {
        release_held();
        close(audio_);
        last_audio_.reset();
    } else {
        flush();
    }
    announced_ = std::move(wanted);
}

void Fragmenter::push(PacketPtr packet) {
    const bool video = packet->track == TrackKind::video;
    if (!(video ? announced_.video : announced_.audio)) return;
    if (packet->data.empty()) {
        ++dropped_;
        return;
    }
    if (!video) last_audio_ = packet->dts;
    if (held_.empty()) {
        accept(packet);
        return;
    }
    const bool waited_enough = !video || packet->discontinuity || packet->dts - held_.front()->dts >= options_.audio_wait;
    held_.push_back(std::move(packet));
    if (waited_enough) release_held();
}

void Fragmenter::release_held() {
    const auto held = std::exchange(held_, {});
    if (held.empty()) return;
    start_fragment(*held.front(), boundary(*held.front()));
    if (!started_) {
        dropped_ += held.size() - 1;
        return;
    }
    for (const auto& packet : held) accept(packet);
}

void Fragmenter::accept(const PacketPtr& packet) {
    if (packet->track == TrackKind::video) {
        accept_video(packet);
    } else {
        accept_audio(packet);
    }
}

void Fragmenter::accept_video(const PacketPtr& packet) {
    if (packet->discontinuity && started_ && !video_.packets.empty()) flush();
    if (!video_.packets.empty() && packet->dts <= video_.packets.back()->dts) {
        ++dropped_;
        return;
    }
    if (!started_) {
        if (!await_start(packet)) return;
    } else if (const auto why = boundary(*packet); why != Boundary::none && packet->dts > fragment_start_) {
        start_fragment(*packet, why);
    }
    // Pictures that an open GOP shows before its key frame refer to what never came; Chromium's decoder fails on them.
    if (started_ && packet->pts() < first_shown_) ++dropped_;
    if (!started_ || packet->pts() < first_shown_) return;
    if (!discontinuity_ && !audio_is_heard(packet->dts)) close(audio_);
    fragment_bytes_ += packet->data.size();
    fragment_has_recovery_ |= packet->recovery && packet->dts > fragment_start_;
    append(video_, packet, options_.video_part);
}

// True when a fragment runs from this packet on. Without any start for a fragment's length, what comes is kept as it is.
bool Fragmenter::await_start(const PacketPtr& packet) {
    if (!first_dropped_) first_dropped_ = packet->dts;
    const bool given_up = packet->dts - *first_dropped_ >= options_.longest_fragment;
    if (!packet->key && !packet->recovery && !given_up) {
        ++dropped_;
        return false;
    }
    if (announced_.audio && !audio_is_heard(packet->dts)) {
        held_.push_back(packet);
        return false;
    }
    start_fragment(*packet, boundary(*packet));
    return true;
}

// Whether a fragment starts with this packet. One that is too long waits for the next recovery point when it has shown one,
// but not over half its bound again.
Fragmenter::Boundary Fragmenter::boundary(const Packet& packet) const {
    if (packet.key) return Boundary::key;
    if (!started_) return packet.recovery ? Boundary::recovery : Boundary::cut;
    const auto length = packet.dts - fragment_start_;
    const auto bytes = fragment_bytes_ + packet.data.size();
    const bool full = length >= options_.longest_fragment || bytes > options_.largest_fragment;
    if (packet.recovery && (full || (recovery_starts_ && length >= kShortestRecovery))) return Boundary::recovery;
    if (!full) return Boundary::none;
    const bool overfull = length >= options_.longest_fragment * 3 / 2 || bytes > options_.largest_fragment / 2 * 3;
    return fragment_has_recovery_ && !overfull ? Boundary::none : Boundary::cut;
}

// Ends the running part and, where the tracks that are heard have changed, the init.
void Fragmenter::start_fragment(const Packet& packet, Boundary why) {
    if (!video_.packets.empty()) {
        video_.usual = packet.dts - video_.packets.back()->dts;
        close(video_);
    }
    if (!renew_init(packet)) {
        ++dropped_;
        return;
    }
    // A camera that sends key frames may be met at a recovery point once; twice without a key frame between is a habit.
    no_key_frames_ = why == Boundary::cut || (why == Boundary::recovery && (recovery_starts_ || started_));
    recovery_starts_ = why != Boundary::key;
    if (!started_) first_shown_ = packet.pts();
    started_ = true;
    first_dropped_.reset();
    fragment_start_ = packet.dts;
    fragment_bytes_ = 0;
    fragment_has_recovery_ = false;
    video_.starts_fragment = true;
    video_.group_start = packet.dts;
    video_.decodable = why != Boundary::cut;
}

bool Fragmenter::audio_is_heard(MediaTime at) const {
    return last_audio_ && at - *last_audio_ < options_.audio_silence;
}

bool Fragmenter::renew_init(const Packet& packet) {
    TrackSet tracks = announced_;
    const bool video = packet.track == TrackKind::video;
    if (video && !audio_is_heard(packet.dts)) tracks.audio.reset();
    if (init_ && init_->tracks == tracks) {
        if (discontinuity_) init_start_ = packet.dts;
        return true;
    }
    auto init = mp4::make_init(tracks);
    if (!init && video && tracks.audio) {  // an audio track that cannot be muxed must not cost the video
        announced_.audio.reset();
        tracks.audio.reset();
        init = mp4::make_init(tracks);
    }
    if (!init) return false;
    close(audio_);
    init_ = std::move(*init);
    init_start_ = packet.dts;
    discontinuity_ = true;
    return true;
}

void Fragmenter::accept_audio(const PacketPtr& packet) {
    if (!audio_.packets.empty() && packet->dts <= audio_.packets.back()->dts) {
        ++dropped_;
        return;
    }
    if (announced_.video) {
        const bool carried = started_ && init_->tracks.audio == announced_.audio && packet->dts >= init_start_;
        if (!carried) return;
        if (packet->discontinuity) close(audio_);
        // A segment begins with video: its first part goes out before any of audio.
        append(audio_, packet, discontinuity_ ? Ticks::max() : options_.audio_part);
        return;
    }
    if (packet->discontinuity && started_ && !audio_.packets.empty()) flush();
    if (!started_ || packet->dts - fragment_start_ >= kAudioOnlyFragment) {
        if (!renew_init(*packet)) return;
        if (!audio_.packets.empty()) {
            audio_.usual = packet->dts - audio_.packets.back()->dts;
            close(audio_);
        }
        started_ = true;
        fragment_start_ = packet->dts;
        audio_.starts_fragment = true;
    }
    append(audio_, packet, options_.audio_part);
}

// Closes the part first when this packet, as long as the one before and an eighth early, would pass `longest`. The eighth is
// for clocks that are a little slow: 25 fps at 40.01 ms still makes three frames a part.
void Fragmenter::append(Pending& pending, const PacketPtr& packet, Ticks longest) {
    if (!pending.packets.empty()) {
        pending.usual = packet->dts - pending.packets.back()->dts;
        const auto length = packet->dts - pending.packets.front()->dts;
        const bool passes_group =
            longest != Ticks::max() && packet->dts + pending.usual - pending.group_start > options_.group;
        if (passes_group) pending.group_start = packet->dts;
        if (passes_group || length + pending.usual * 7 / 8 > longest) {
            close(pending);
        } else {
            pending.durations.push_back(pending.usual);
        }
    }
    const bool new_group = packet->dts < pending.group_start || packet->dts - pending.group_start > options_.group;
    if (pending.packets.empty() && new_group) pending.group_start = packet->dts;
    pending.packets.push_back(packet);
}

void Fragmenter::close(Pending& pending) {
    if (pending.packets.empty()) return;
    pending.durations.push_back(pending.usual > Ticks{0} ? pending.usual : kUsualFrame);
    auto part = std::make_shared<Part>(mp4::make_part(init_, pending.packets, pending.durations, ++sequence_));
    const auto& first = *pending.packets.front();
    part->starts_fragment = pending.starts_fragment;
    part->independent = first.key || (pending.starts_fragment && pending.decodable);
    part->discontinuity = std::exchange(discontinuity_, false);
    pending.packets.clear();
    pending.durations.clear();
    pending.starts_fragment = false;
    out_(std::move(part));
}

void Fragmenter::flush() {
    release_held();
    close(video_);
    close(audio_);
    started_ = false;
    discontinuity_ = true;
    last_audio_.reset();
    first_dropped_.reset();
}

}  // namespace vantage::stream
