// SPDX-License-Identifier: Apache-2.0
// Reads a file, an address or a capture device through libavformat and hands out access units in the form of Packet::data.
// It blocks: give it a thread. Time stamps are the input's own, in 90 kHz ticks, neither made monotonic nor moved: that is
// the caller's (ClockDiscipline, FileSource). It neither decodes nor reconnects. One thread at a time.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <variant>

namespace vantage {

struct DemuxerOptions {
    std::string format;                          // libavformat's name of the input ("v4l2", "mpjpeg"); empty: find out
    std::map<std::string, std::string> options;  // libavformat's, e.g. {"probesize", "500000"}
    std::string shown;                           // how messages call the input; empty: its address without secrets
    seconds timeout{10};                         // to open, and for each frame
    bool audio{true};                            // false: audio is passed over unread
    bool probe{true};                            // false: the header tells all; nothing is read ahead
};

// The next access unit. Its track is as the last TrackSet said.
struct DemuxedFrame {
    TrackKind track{TrackKind::video};
    std::optional<Ticks> pts;
    std::optional<Ticks> dts;
    Ticks duration{0};  // as the container or the frame rate says; 0: not known
    bool key{false};
    bool recovery{false};  // a recovery-point SEI
    bool damaged{false};   // the container says that bytes are missing here
    Bytes data;
};
struct EndOfInput {};
// A TrackSet comes first, and again before the first frame that needs another one.
using Demuxed = std::variant<TrackSet, DemuxedFrame, EndOfInput>;

class Demuxer {
  public:
    // Connects and reads until the tracks are known. `stop` ends this and every later call with errc::cancelled.
    // errc::unsupported when there is no track that Vantage carries; the message names what was found.
    static Result<std::unique_ptr<Demuxer>> open(const std::string& url, DemuxerOptions options, std::stop_token stop);
    ~Demuxer();
    Demuxer(const Demuxer&) = delete;
    Demuxer& operator=(const Demuxer&) = delete;

    // Blocks until there is something, or errc::timed_out. After an error the input is of no use any more.
    Result<Demuxed> next();
    // Back to the first frame of a file; errc::unsupported when the input cannot.
    Status rewind();

    // True when the format has no time stamps (raw streams, MJPEG over HTTP) and those of the frames are only counted up.
    [[nodiscard]] bool times_are_counted() const;
    // Frames that could not be used: before the parameter sets, or broken.
    [[nodiscard]] std::uint64_t dropped() const;

  private:
    class Impl;
    explicit Demuxer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vantage
