// SPDX-License-Identifier: Apache-2.0
// One feed as RTP, for all its readers: each frame is packetised once; sequence numbers, time stamps and SSRC are the same
// for every reader (each has a transport of its own, so nobody can tell). Lives on the server's thread; only the feed's
// calls come from elsewhere and are posted over, bounded: a server that cannot keep up loses frames up to the next key
// frame, never the feed. It holds the packets since the last key frame, so that whoever joins has a picture at once.
#pragma once
#include "live/rtsp/rtp_packetiser.hpp"
#include "live/rtsp/rtsp_feed.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vantage::live {

// What a reader of a stream is told; on the server's thread.
class StreamReader {
  public:
    virtual ~StreamReader() = default;
    virtual void on_batch(const RtpBatchPtr& batch) = 0;
    // No more batches came along with those before.
    virtual void on_burst_end() = 0;
    [[nodiscard]] virtual bool takes(TrackKind kind) const = 0;
    // A track that it takes is coded differently now than described, or the feed has ended: the session cannot go on.
    virtual void on_stream_end(const std::string& reason) = 0;
};

class RtspStream : public std::enable_shared_from_this<RtspStream> {
  public:
    // Numbers of a sender report.
    struct Sent {
        std::uint32_t packets{0};
        std::uint32_t octets{0};
    };

    // `keep`: hold the packets since the last key frame.
    RtspStream(boost::asio::io_context& io, std::string path, bool keep);
    ~RtspStream();
    void open(RtspFeed& feed);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const TrackSet& tracks() const { return tracks_; }
    // The tracks are known and frames come.
    [[nodiscard]] bool known() const { return known_ && !away_; }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

    void add(StreamReader& reader) { readers_.push_back(&reader); }
    void remove(StreamReader& reader);
    // From the last key frame on; empty when there is none, or after one that is too long ago.
    [[nodiscard]] const std::deque<RtpBatchPtr>& since_key() const { return since_key_; }
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
        Track track;
        Sent sent;
    };
    [[nodiscard]] const std::optional<Line>& line(TrackKind kind) const { return lines_.at(static_cast<std::size_t>(kind)); }
    void set_tracks(const TrackSet& tracks);
    // True when readers that were told of the track before cannot go on.
    bool set_track(const Track& track);
    void push(const FeedFrame& frame);
    void hold(const RtpBatchPtr& batch);
    void end_burst();
    void leave();
    void end(const Error& error);
    // Calls f for each reader; readers may leave meanwhile.
    template <class F>
    void tell(F&& f);

    boost::asio::io_context& io_;
    const std::string path_;
    TrackSet tracks_;
    bool known_{false};
    bool away_{false};
    std::optional<Error> error_;
    std::array<std::optional<Line>, 2> lines_;  // by TrackKind
    std::vector<StreamReader*> readers_;        // null: has left while the others are being told
    int telling_{0};
    const bool keep_;
    std::deque<RtpBatchPtr> since_key_;
    std::size_t held_bytes_{0};
    std::shared_ptr<Relay> relay_;
    std::unique_ptr<FeedSubscription> subscription_;
};

}  // namespace vantage::live
