// SPDX-License-Identifier: Apache-2.0
// One reader of one stream: which tracks go where, and whether they flow. Knows RTP and RTCP, no requests. The server's
// thread.
#pragma once
#include "live/rtsp/rtsp_output.hpp"
#include "live/rtsp/rtsp_stream.hpp"
#include "net/rtsp_message.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace vantage::live {

// Of all sessions of a server; written on its thread, read from any.
struct RtspCounters {
    std::atomic<std::size_t> connections{0};
    std::atomic<std::size_t> playing{0};
    std::atomic<std::uint64_t> sent_bytes{0};
    std::atomic<std::uint64_t> dropped_frames{0};
    std::atomic<std::uint64_t> stalled{0};
    std::atomic<std::uint64_t> refused{0};
};

class RtspSession final : public StreamReader {
  public:
    RtspSession(std::string id, std::shared_ptr<RtspStream> stream, std::shared_ptr<TcpOutput> connection,
                RtspCounters& counters);
    ~RtspSession() override;

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] const RtspStream& stream() const { return *stream_; }
    [[nodiscard]] bool playing() const { return playing_; }
    [[nodiscard]] bool has_tracks() const { return ways_[0] || ways_[1]; }
    [[nodiscard]] bool by_udp() const;

    // Gives a track its way out; returns the Transport header of the reply.
    std::string set_up_tcp(TrackKind kind, std::optional<std::pair<int, int>> wanted);
    Result<std::string> set_up_udp(TrackKind kind, std::pair<int, int> client_ports,
                                   const boost::asio::ip::tcp::socket& peer, std::function<void()> heard);

    // From the last key frame on if the stream holds it, else from the next. `on_start` is called once, before the first
    // packet goes out, with the RTP-Info of exactly that packet; `url` is the base address it names.
    void play(std::string url, std::function<void(std::string rtp_info)> on_start);
    // Gives up waiting for on_start; what comes is sent all the same.
    void forget_start() { on_start_ = nullptr; }
    void pause();

    // Tells the reader that nothing more comes (RFC 3550 6.6): players then end or connect anew instead of waiting.
    void say_bye();

    void on_batch(const RtpBatchPtr& batch) override;
    void on_burst_end() override;
    [[nodiscard]] bool takes(TrackKind kind) const override { return ways_.at(static_cast<std::size_t>(kind)).has_value(); }
    void on_stream_end(const std::string& reason) override;
    // Called from on_stream_end.
    std::function<void(const std::string& reason)> on_end;
    // Of this session.
    [[nodiscard]] std::uint64_t dropped_frames() const { return dropped_frames_; }

  private:
    struct Way {
        std::uint8_t channel{0};         // TCP
        std::shared_ptr<UdpOutput> udp;  // null: TCP
        std::optional<std::chrono::steady_clock::time_point> reported;
    };
    void send(Way& way, const RtpBatchPtr& batch);
    void send_control(Way& way, ByteView rtcp);
    void report(Way& way, const RtpBatch& batch);
    void drop();
    [[nodiscard]] std::string rtp_info(MediaTime at, const RtpBatch& first) const;
    std::optional<Way>& way(TrackKind kind) { return ways_.at(static_cast<std::size_t>(kind)); }

    const std::string id_;
    const std::shared_ptr<RtspStream> stream_;
    const std::shared_ptr<TcpOutput> connection_;
    RtspCounters& counters_;
    std::array<std::optional<Way>, 2> ways_;  // by TrackKind
    bool playing_{false};
    bool played_before_{false};
    bool catching_up_{false};
    bool wait_for_key_{true};
    std::uint64_t dropped_frames_{0};
    std::string url_;
    std::function<void(std::string)> on_start_;
};

}  // namespace vantage::live
