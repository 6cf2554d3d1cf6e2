// SPDX-License-Identifier: Apache-2.0
// For tests: a camera whose parts go through the real fragmenter into a real stream. Tests only.
#pragma once
#include "live/feed_fakes.hpp"
#include "stream/fragmenter.hpp"
#include "stream/stream.hpp"

namespace vantage::test {

struct LiveCamera {
    explicit LiveCamera(std::size_t ring = 64U << 20) : stream(std::make_shared<stream::Stream>(ring)) { set_tracks(true); }

    void set_tracks(bool audio) {
        TrackSet tracks{h264_track(), {}};
        if (width > 0) tracks.video->width = width;
        if (audio) tracks.audio = aac_track();
        fragmenter.set_tracks(tracks);
    }
    // A second has `fps` frames; a key frame comes every `gop` frames; sound in frames of 64 ms.
    void run(double seconds) {
        const auto end = now + Ticks(static_cast<std::int64_t>(seconds * 90000));
        for (; now < end; now += frame) {
            while (sound && next_audio <= now) {
                push(TrackKind::audio, next_audio, false);
                next_audio += Ticks{5760};
            }
            push(TrackKind::video, now, count++ % gop == 0);
        }
    }
    // The camera stops sending for a while.
    void pause(double seconds) {
        fragmenter.flush();
        stream->interrupt({"camera lost", to_utc(now)});
        now += Ticks(static_cast<std::int64_t>(seconds * 90000));
        next_audio = now;
        count = 0;
    }
    void push(TrackKind track, MediaTime at, bool key) {
        auto packet = std::make_shared<Packet>();
        packet->track = track;
        packet->dts = at;
        packet->key = key || track == TrackKind::audio;
        packet->data = Bytes(key ? 900 : 90, 7);
        fragmenter.push(std::move(packet));
    }

    std::shared_ptr<stream::Stream> stream;
    stream::Fragmenter fragmenter{{}, [this](PartPtr part) { stream->publish(std::move(part)); }};
    MediaTime now{media_at(1'763'665'445)};
    MediaTime next_audio{now};
    Ticks frame{3600};
    int gop{50};
    int count{0};
    int width{0};
    bool sound{true};
};

}  // namespace vantage::test
