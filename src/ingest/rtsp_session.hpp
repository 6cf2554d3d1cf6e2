// SPDX-License-Identifier: Apache-2.0
// One run of an RTSP camera, from the first connection to on_end. Owned by its RtspSource and by its own coroutine;
// everything but start, stop and stats happens on its strand.
#pragma once
#include "ingest/read_tick.hpp"
#include "ingest/rtp_reorder.hpp"
#include "ingest/rtp_sockets.hpp"
#include "ingest/rtp_track.hpp"
#include "ingest/rtsp_connection.hpp"
#include "ingest/rtsp_dialogue.hpp"
#include "ingest/rtsp_offer.hpp"
#include "net/rtsp_url.hpp"

#include <boost/asio/strand.hpp>

#include <atomic>

namespace vantage::ingest {

class RtspSession final : public std::enable_shared_from_this<RtspSession>, private TrackSink {
  public:
    RtspSession(boost::asio::io_context& context, SourceOptions options, const Clock& clock);

    void start(SourceSink& sink);
    void stop();
    [[nodiscard]] SourceStats stats() const;

  private:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;

    struct Stream {
        std::unique_ptr<RtpTrack> track;
        std::unique_ptr<RtpSockets> sockets;  // UDP only
        std::unique_ptr<RtpReorder> reorder;  // TCP too: recorders and relays pass on what came to them by datagram
        int rtp_channel{-1};                  // interleaved only
        int rtcp_channel{-1};
        std::string url;
    };

    // --- setting up (rtsp_session.cpp)
    Awaitable<void> run();
    Awaitable<Error> live();
    Awaitable<Status> set_up();
    Awaitable<Result<net::RtspReply>> describe();
    Awaitable<Status> connect();
    Awaitable<Status> set_up_streams(const Offer& offer);
    Awaitable<Result<net::RtspReply>> set_up_stream(const OfferedTrack& offered, Transport transport);
    Status take_transport(const net::RtspReply& reply, Transport transport, Stream& stream);
    Awaitable<Status> play(const std::string& url);
    // Sends and awaits the reply, signing again when asked. Any status but 401 is a result.
    Awaitable<Result<net::RtspReply>> exchange(std::string_view method, std::string_view url,
                                               std::vector<net::RtspHeader> headers = {});
    Awaitable<Result<net::RtspReply>> await_reply();
    Status redirect(const net::RtspReply& reply);

    // --- playing (rtsp_playing.cpp)
    Awaitable<Error> play_on();
    Awaitable<void> tear_down();
    // One beat: everything that has come. Nothing while all is well. `beats`: after how many to read again; 0: there is
    // more.
    std::optional<Error> beat(int& beats);
    // `more` becomes true: the connection is not drained.
    std::optional<Error> read_connection(bool& more);
    std::optional<Error> take_items(microseconds age);
    std::optional<Error> take_reply(const net::RtspReply& reply);
    void read_datagrams();
    std::optional<Error> look_after(SteadyTime now);
    std::optional<Error> keep_alive(SteadyTime now);
    void send_reports(SteadyTime now);
    void take_interleaved(const net::Interleaved& frame, microseconds age);
    void publish_stats();
    [[nodiscard]] Arrival arrival(microseconds age) const;

    // --- to the sink; under mutex_, only while sink_ is set
    void on_track(const Track& track) override;
    void on_frame(Frame frame) override;
    void on_sender_report(const SenderReport& report) override;

    const SourceOptions options_;
    const Clock& clock_;  // used only while sink_ is set, because it may be gone after stop()
    boost::asio::strand<boost::asio::io_context::executor_type> strand_;
    ReadTick& tick_;
    const std::uint32_t own_ssrc_;

    // Of the strand.
    net::RtspUrl url_;
    std::string session_url_;
    RtspConnection connection_;
    net::RtspReceiver receiver_;
    std::optional<RtspDialogue> dialogue_;
    std::vector<Stream> streams_;
    bool playing_{false};
    bool get_parameter_{false};  // is among the methods the camera has named
    int auth_retries_{0};        // of keep-alives
    SteadyTime last_data_, next_keep_alive_, next_report_;
    ReadRhythm rhythm_;
    TrackSet tracks_;
    bool tracks_changed_{false};
    std::atomic<bool> stopping_{false};

    // Readable from any thread.
    std::atomic<std::uint64_t> bytes_{0}, packets_{0}, lost_{0}, late_{0};
    std::atomic<std::int64_t> jitter_{0};

    std::mutex mutex_;           // held while the sink is called
    SourceSink* sink_{nullptr};  // guarded by mutex_; null before start, after stop and after on_end
};

}  // namespace vantage::ingest
