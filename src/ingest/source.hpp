// SPDX-License-Identifier: Apache-2.0
// Where frames come from, whatever the protocol. A source knows nothing of UTC, muxing or reconnecting: it hands on what the
// camera sent with the camera's time stamps and the moment of arrival, and ends once. RTSP sources live on an Asio thread,
// those that block (libavformat, V4L2) on a thread of their own; a source calls its sink from one thread at a time.
#pragma once
#include "base/time.hpp"
#include "media/track.hpp"

#include <memory>
#include <optional>
#include <string>

namespace vantage::ingest {

struct Arrival {
    SteadyTime steady;
    UtcTime utc;
};

struct Frame {
    TrackKind track{TrackKind::video};
    // On the camera's own timeline in 90 kHz ticks, unwrapped (64 bits), from any origin. Nothing if the camera did not say.
    std::optional<Ticks> pts;
    std::optional<Ticks> dts;  // protocols that have one; RTP has none
    bool key{false};
    bool recovery{false};
    bool lost_before{false};  // packets are missing just before or inside this frame
    Arrival arrival;          // of its first byte
    Bytes data;               // as Packet::data
};

// RTCP SR (RFC 3550 6.4.1): at `ntp` of the camera's clock its timeline showed `media`.
struct SenderReport {
    TrackKind track{TrackKind::video};
    Ticks media{0};  // same unwrapped timeline as Frame::pts
    UtcTime ntp;
    Arrival arrival;
};

class SourceSink {
  public:
    virtual ~SourceSink() = default;
    // Before the first frame and whenever parameters change; the frames that follow have these.
    virtual void on_tracks(const TrackSet& tracks) = 0;
    virtual void on_frame(Frame frame) = 0;
    virtual void on_sender_report(const SenderReport& report) = 0;
    // Exactly once, last, unless stop() was called. The message is what the camera's state shows.
    virtual void on_end(const Error& error) = 0;
};

// Counters since start; readable from any thread.
struct SourceStats {
    std::uint64_t bytes{0};
    std::uint64_t packets{0};       // RTP or demuxed
    std::uint64_t lost_packets{0};  // by sequence number; those that came too late to be used are among them
    std::uint64_t late_packets{0};  // arrived after their turn
    microseconds jitter{0};         // RFC 3550 6.4.1, video
};

class Source {
  public:
    virtual ~Source() = default;
    // Begins to connect and returns at once.
    virtual void start(SourceSink& sink) = 0;
    // Returns after the last call of the sink. Idempotent; must not be called from the sink.
    virtual void stop() = 0;
    [[nodiscard]] virtual SourceStats stats() const = 0;
    // True if the time stamps of all tracks count from one origin, as in containers. RTP's do not.
    [[nodiscard]] virtual bool one_timeline() const { return false; }
};

enum class Transport { tcp, udp };

struct SourceOptions {
    std::string url;  // rtsp:, rtsps:, http(s):, file:, sim:, v4l2:, ffmpeg:...
    Transport transport{Transport::tcp};
    bool audio{true};
    seconds connect_timeout{10};
    bool operator==(const SourceOptions&) const = default;
};

}  // namespace vantage::ingest
