// SPDX-License-Identifier: Apache-2.0
// One camera stream to one RTMP server: reads the stream's ring, connects, writes, and comes back with a growing wait when
// the connection fails. Its turns belong to one thread, which blocks in the muxer; status() is for any thread. It has no
// thread and no timer of its own (Pushes). A slow uplink goes on at the newest key frame and is counted; nothing here holds
// up the stream.
//
//   waiting ──first part──► connecting ──► running ──no part for 10 s──► waiting
//                               │             │
//                               ▼             ▼
//                     waiting (unreachable) or refused: again after 1, 2, 4 ... 60 s
#pragma once
#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "live/push/push_frames.hpp"
#include "stream/stream.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace vantage::live {

struct PushOptions {
    std::string name;            // as shown
    std::string url;             // rtmp(s)://, with the stream key
    std::string stream{"main"};  // main, sub or a transcode: h264, 720p, ...
    bool enabled{true};
    bool silence{true};  // silent sound when the camera has none that RTMP carries
    bool verify{true};   // RTMPS: the server's certificate
    bool operator==(const PushOptions&) const = default;
};

enum class PushState { off, connecting, running, waiting, refused };
const char* to_string(PushState state);

struct PushStatus {
    PushState state{PushState::off};
    std::string detail;  // for a person: what it waits for, why it was refused; without the key
    UtcTime since;       // of the state
    std::uint64_t bytes_sent{0};
    double bits_per_second{0};
    std::uint64_t dropped_parts{0};  // the uplink was too slow for them
    std::uint64_t reconnects{0};     // connections that were lost while running
};

// Where a push gets things. The functions are safe from any thread.
struct PushEnvironment {
    // main and sub of a camera, and its transcodes. not_found, overloaded: no transcode now.
    std::function<Result<std::shared_ptr<stream::Stream>>(const CameraId&, const std::string& stream)> stream;
    // RtmpMuxer::open.
    std::function<Result<std::unique_ptr<RtmpMuxer>>(const RtmpTarget&, const TrackSet&, std::stop_token)> connect;
    std::shared_ptr<const SilentAudio> silence;  // null: this FFmpeg cannot make any
    const Clock& clock;
};

class Push {
  public:
    // `wake` asks for a turn; it is called from any thread.
    Push(CameraId camera, PushOptions options, const PushEnvironment& environment, std::function<void()> wake);

    // Reads and writes what there is; returns how long nothing will happen unless `wake` is called. Blocks while connecting
    // and writing, but not after a stop.
    milliseconds turn(std::stop_token stop);
    // Ends the connection, telling the server within half a second, and lets the stream go.
    void end();
    [[nodiscard]] PushStatus status() const;

  private:
    Status subscribe(const std::string& stream);
    milliseconds on_quiet();
    void take(const PartPtr& part, const std::stop_token& stop);
    void take_drop(std::size_t parts);
    bool connect(const Part& part, const std::stop_token& stop);
    bool skip_when_late(const Part& part);
    void send();
    void lose(const Error& error);
    void disconnect();
    void enter(PushState state, const std::string& detail);
    void count(std::size_t bytes);

    const CameraId camera_;
    const PushOptions options_;
    const PushEnvironment& environment_;
    const std::function<void()> wake_;
    const std::string area_;  // of its log lines

    // The turns' thread alone
    std::unique_ptr<stream::Reader> reader_;
    std::shared_ptr<stream::Stream> stream_;
    std::unique_ptr<RtmpMuxer> muxer_;
    std::optional<PushFrames> frames_;
    TrackSet tracks_;           // of the stream, as the connection began with them
    bool transcoded_{false};    // because the camera sends what RTMP does not carry
    std::string interruption_;  // why the camera does not send
    SteadyTime last_part_;
    SteadyTime connected_;
    SteadyTime retry_at_;
    int failures_{0};
    SteadyTime counted_from_;
    std::uint64_t counted_{0};

    std::string told_;  // the last line of the log

    mutable Guarded<PushStatus> status_;
};

}  // namespace vantage::live
