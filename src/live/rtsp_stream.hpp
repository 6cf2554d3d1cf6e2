// SPDX-License-Identifier: Apache-2.0
// One feed as RTP, for all its readers: each frame is packetised once; sequence numbers, time stamps and SSRC are the same
// for every reader (each has a transport of its own, so nobody can tell). Lives on the server's thread; only the feed's
// calls come from elsewhere and are posted over, bounded: a server that cannot keep up loses frames up to the next key
// frame, never the feed.
#pragma once
#include "live/rtp_packetiser.hpp"
#include "live/rtsp_feed.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace vantage::live {

// What a reader of a stream is told; on the server's thread.
class StreamReader {
  public:
    virtual ~StreamReader() = default;
    virtual void on_batch(const RtpBatchPtr& batch) = 0;
    // The tracks are others now than those described, or the feed has ended: the session cannot go on.
    virtual void on_stream_end(const std::string& reason) = 0;
};

class RtspStream : public std::enable_shared_from_this<RtspStream> {
  public:
    // Numbers of a sender report.
    struct Sent {
        std::uint32_t packets{0};
        std::uint32_t octets{0};
    };

    RtspStream(boost::asio::io_context& io, std::string path);
    ~RtspStream();
    void open(RtspFeed& feed);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const TrackSet& tracks() const { return tracks_; }
    [[nodiscard]] bool known() const { return known_; }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

    void add(StreamReader& reader) { readers_.insert(&reader); }
    void remove(StreamReader& reader) { readers_.erase(&reader); }
    [[nodiscard]] bool has_track(TrackKind kind) const { return line(kind).has_value(); }
    [[nodiscard]] std::uint32_t ssrc(TrackKind kind) const { return line(kind)->rtp.ssrc; }
    [[nodiscard]] std::uint16_t next_sequence(TrackKind kind) const { return line(kind)->rtp.next_sequence; }
    [[nodiscard]] std::uint32_t rtp_time(TrackKind kind, MediaTime at) const;
    [[nodiscard]] Sent sent(TrackKind kind) const { return line(kind)->sent; }

  private:
    class Relay;  // the feed's side
    struct Line {
        std::unique_ptr<RtpPacketiser> packetiser;
        RtpLine rtp;
        int clock_rate{90000};
        std::uint32_t base{0};  // RTP time of 1970
        Sent sent;
    };
    [[nodiscard]] const std::optional<Line>& line(TrackKind kind) const { return lines_.at(static_cast<std::size_t>(kind)); }
    void set_tracks(const TrackSet& tracks);
    void set_track(const Track& track);
    void push(const FeedFrame& frame);
    void end(const Error& error);

    boost::asio::io_context& io_;
    const std::string path_;
    TrackSet tracks_;
    bool known_{false};
    std::optional<Error> error_;
    std::array<std::optional<Line>, 2> lines_;  // by TrackKind
    std::set<StreamReader*> readers_;
    std::shared_ptr<Relay> relay_;
    std::unique_ptr<FeedSubscription> subscription_;
};

}  // namespace vantage::live
