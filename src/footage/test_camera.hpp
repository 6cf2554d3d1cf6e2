// SPDX-License-Identifier: Apache-2.0
// For tests: a camera's parts as the fragmenter publishes them, with real H.264 that is encoded once and repeated, and Opus
// silence. Deterministic: the same times give the same bytes.
#pragma once
#include "media/mp4.hpp"
#include "media/video_encoder.hpp"

#include <algorithm>
#include <random>
#include <vector>

namespace vantage::footage {

inline constexpr Ticks kFrame{3600};       // 25 frames a second
inline constexpr int kGop = 25;            // frames: 1 s
inline constexpr Ticks kOpusPacket{1800};  // 20 ms

struct EncodedGop {
    Track track;
    std::vector<EncodedFrame> frames;
};

inline const EncodedGop& encoded_gop() {
    static const EncodedGop made = [] {
        VideoEncoderOptions options;
        options.width = 64;
        options.height = 48;
        options.gop = kGop;
        auto encoder = VideoEncoder::open(options).value();
        EncodedGop gop;
        std::mt19937 random{1};
        Bytes luma(64 * 48), chroma(32 * 24, 128);
        for (int i = 0; i < kGop; ++i) {
            for (auto& pixel : luma) pixel = static_cast<std::uint8_t>(random() % 200 + 20);
            const PictureView picture{{luma.data(), chroma.data(), chroma.data()}, {64, 32, 32}};
            for (auto& frame : encoder->encode(picture, kFrame * i).value()) gop.frames.push_back(std::move(frame));
        }
        gop.track = encoder->track();
        return gop;
    }();
    return made;
}

class TestCamera {
  public:
    explicit TestCamera(MediaTime start, bool audio = false) : video_(start), audio_(start), has_audio_(audio) {
        new_init();
    }

    // Everything that has been published by `now`, in order: a part is there one frame after its end.
    std::vector<PartPtr> until(MediaTime now) {
        std::vector<PartPtr> out;
        while (true) {
            const auto frames = std::min(3, kGop - frame_);
            const auto video_ready = video_ + kFrame * (frames + 1);
            const auto audio_ready = audio_ + kOpusPacket * 13;
            const bool take_audio = has_audio_ && audio_ready <= video_ready;
            if ((take_audio ? audio_ready : video_ready) > now) return out;
            out.push_back(take_audio ? audio_part() : video_part(frames));
        }
    }
    // As after a loss: the next parts begin at `start`.
    void jump(MediaTime start) {
        video_ = audio_ = start;
        frame_ = 0;
        discontinuity_ = true;
    }
    // As when parameters change.
    void new_init() {
        TrackSet tracks{video_track_, {}};
        if (has_audio_) {
            tracks.audio.emplace();
            tracks.audio->codec = Codec::opus;
            tracks.audio->config = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0};
            tracks.audio->sample_rate = 48000;
            tracks.audio->channels = 2;
        }
        init_ = mp4::make_init(tracks).value();
        discontinuity_ = true;
        frame_ = 0;
    }
    // As when the camera's settings change: the pictures are the same, their description is another.
    void change_track(const Track& track) {
        video_track_ = track;
        new_init();
    }
    // The camera begins to send sound.
    void add_audio() {
        has_audio_ = true;
        audio_ = video_;
        new_init();
    }
    [[nodiscard]] const InitPtr& init() const { return init_; }

  private:
    PartPtr video_part(int frames) {
        std::vector<PacketPtr> packets;
        for (int i = 0; i < frames; ++i, ++frame_) {
            const auto& frame = encoded_gop().frames[static_cast<std::size_t>(frame_)];
            Packet packet;
            packet.dts = video_;
            packet.key = frame.key;
            packet.data = frame.data;
            packets.push_back(std::make_shared<const Packet>(std::move(packet)));
            video_ += kFrame;
        }
        const bool key = packets.front()->key;
        if (frame_ == kGop) frame_ = 0;
        return part(packets, kFrame, key);
    }
    PartPtr audio_part() {
        std::vector<PacketPtr> packets;
        for (int i = 0; i < 12; ++i) {
            Packet packet;
            packet.track = TrackKind::audio;
            packet.dts = audio_;
            packet.key = true;
            packet.data = {0xfc, 0xff, 0xfe};
            packets.push_back(std::make_shared<const Packet>(std::move(packet)));
            audio_ += kOpusPacket;
        }
        return part(packets, kOpusPacket, false);
    }
    PartPtr part(const std::vector<PacketPtr>& packets, Ticks each, bool starts_fragment) {
        const std::vector<Ticks> durations(packets.size(), each);
        auto made = mp4::make_part(init_, packets, durations, ++sequence_);
        made.starts_fragment = made.independent = starts_fragment;
        if (made.track == TrackKind::audio) made.independent = true;
        made.discontinuity = std::exchange(discontinuity_, false);
        return std::make_shared<const Part>(std::move(made));
    }

    MediaTime video_, audio_;
    bool has_audio_;
    Track video_track_{encoded_gop().track};
    bool discontinuity_{true};
    int frame_{0};
    std::uint32_t sequence_{0};
    InitPtr init_;
};

}  // namespace vantage::footage
