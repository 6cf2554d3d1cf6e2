// SPDX-License-Identifier: Apache-2.0
// Publishes H.264 and AAC to an RTMP or RTMPS server, as FLV through libavformat. It blocks: give it a thread. Times are the
// caller's, it neither reconnects nor drops. One thread at a time.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace vantage {

struct RtmpTarget {
    std::string url;      // rtmp://host[:port]/app/key or rtmps://..., whole
    std::string key;      // the last part of the path, with what follows it; never shown in an error
    bool verify{true};    // RTMPS: the certificate must be good for the host
    seconds timeout{10};  // to connect in all, and for each write
    bool operator==(const RtmpTarget&) const = default;
};

// One coded frame on the connection's own timeline, which begins at 0. The decode times of all tracks together must not
// decrease.
struct RtmpFrame {
    TrackKind track{TrackKind::video};
    milliseconds dts{0};
    milliseconds composition{0};
    bool key{false};
    ByteView data;  // as Packet::data; needed only during the call
};

class RtmpMuxer {
  public:
    virtual ~RtmpMuxer() = default;

    // Connects and publishes. `stop` ends this and every later call with errc::cancelled within 0.2 s. Errors: unsupported
    // when FLV does not carry a track; unavailable or timed_out when the server cannot be reached; forbidden when it
    // answered and refused, or its certificate is not good.
    static Result<std::unique_ptr<RtmpMuxer>> open(const RtmpTarget& target, const TrackSet& tracks, std::stop_token stop);

    // forbidden when the server says why it ends the stream; otherwise as open(). After an error it is of no use any more.
    virtual Status write(const RtmpFrame& frame) = 0;
};

}  // namespace vantage
