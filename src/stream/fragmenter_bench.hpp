// SPDX-License-Identifier: Apache-2.0
// For tests: a fragmenter that is fed frames by their number and keeps what comes out. Tests only.
#pragma once
#include "media/test_packets.hpp"
#include "stream/fragmenter.hpp"

namespace vantage::stream {

using namespace std::chrono_literals;

inline const MediaTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 12h};
constexpr Ticks kFrame{3600};       // 25 fps
constexpr Ticks kAudioFrame{5760};  // 1024 samples at 16 kHz

inline TrackSet video_only() {
    TrackSet tracks;
    tracks.video = test::h264_track();
    return tracks;
}
inline TrackSet video_and_audio() {
    auto tracks = video_only();
    tracks.audio = test::aac_track();
    return tracks;
}

struct TestFrame {
    MediaTime at;
    bool key{false};
    bool recovery{false};
    bool discontinuity{false};
    std::size_t bytes{100};
};

inline PacketPtr packet_of(TrackKind track, const TestFrame& frame) {
    auto out = std::make_shared<Packet>();
    out->track = track;
    out->dts = frame.at;
    out->key = frame.key || track == TrackKind::audio;
    out->recovery = frame.recovery;
    out->discontinuity = frame.discontinuity;
    out->data.resize(frame.bytes);
    return out;
}

// A fragmenter and what came out of it.
class FragmenterBench {
  public:
    explicit FragmenterBench(const TrackSet& tracks = video_only(), FragmenterOptions options = {})
        : fragmenter(options, [this](PartPtr part) { parts.push_back(std::move(part)); }) {
        fragmenter.set_tracks(tracks);
    }
    void video(const TestFrame& frame) { fragmenter.push(packet_of(TrackKind::video, frame)); }
    void audio(MediaTime at) { fragmenter.push(packet_of(TrackKind::audio, {at})); }
    // Frames [from, to) at 25 fps, a key frame every `gop`, with audio before each frame where `with_audio`.
    void run(int from, int to, int gop, bool with_audio = false) {
        for (int n = from; n < to; ++n) {
            const auto at = kStart + kFrame * n;
            while (with_audio && next_audio_ <= at) {
                audio(next_audio_);
                next_audio_ += kAudioFrame;
            }
            video({at, gop > 0 && n % gop == 0});
        }
    }
    void audio_from(MediaTime at) { next_audio_ = at; }
    [[nodiscard]] std::vector<PartPtr> of(TrackKind kind) const {
        std::vector<PartPtr> out;
        for (const auto& part : parts)
            if (part->track == kind) out.push_back(part);
        return out;
    }
    // Numbers of the frames that start fragments.
    [[nodiscard]] std::vector<int> starts() const {
        std::vector<int> out;
        for (const auto& part : parts)
            if (part->starts_fragment) out.push_back(static_cast<int>((part->start - kStart) / kFrame));
        return out;
    }

    std::vector<PartPtr> parts;
    Fragmenter fragmenter;

  private:
    MediaTime next_audio_{kStart};
};

}  // namespace vantage::stream
