// SPDX-License-Identifier: Apache-2.0
// The way of one session's packets to its reader: on the RTSP connection itself, or by UDP. Neither ever waits: what a slow
// reader does not take is queued up to a bound, then dropped up to the next key frame, and counted. The server's thread.
#pragma once
#include "base/result.hpp"
#include "live/rtsp/rtp_batch.hpp"
#include "live/rtsp/rtsp_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <variant>

namespace vantage::live {

// Everything that goes out on one connection, in order: replies, reports, and batches of packets, as many as wait by one
// writev.
class TcpOutput : public std::enable_shared_from_this<TcpOutput> {
  public:
    TcpOutput(std::shared_ptr<RtspSocket> socket, std::size_t most_queued_bytes)
        : socket_(std::move(socket)), bound_(most_queued_bytes) {}

    // Replies and reports; never dropped. They are small and answer what the reader sent.
    void send(Bytes bytes);
    // Queues it for the next flush(). False when the queue is full: the batch was dropped. `whole`: never dropped, for what
    // a reader begins with.
    bool add(RtpBatchPtr batch, bool whole = false);
    void flush();
    // No more writing: the socket is about to be closed.
    void stop();
    // Called once when the connection turns out to be broken.
    std::function<void()> on_broken;

    [[nodiscard]] bool empty() const { return queue_.empty(); }
    // When the peer last took bytes, or the queue began to fill.
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const { return last_progress_; }

  private:
    using Item = std::variant<Bytes, RtpBatchPtr>;
    static std::size_t size_of(const Item& item);
    void push(Item item);
    void flush_plain();
    void flush_tls();
    void fail_broken();
    // The pieces that are still to be written; as many as one call takes.
    std::size_t gather(std::span<iovec> out) const;
    void advance(std::size_t written);

    const std::shared_ptr<RtspSocket> socket_;
    const std::size_t bound_;
    std::deque<Item> queue_;
    std::size_t queued_{0};   // bytes in queue_, less those of the first that are written
    std::size_t written_{0};  // bytes of the first item that are written
    bool waiting_{false};
    bool stopped_{false};
    std::chrono::steady_clock::time_point last_progress_{std::chrono::steady_clock::now()};
};

// A pair of sockets for RTP and RTCP of one track, to the address the RTSP connection came from and nowhere else. What comes
// in one go (a key frame, the pictures a reader begins with) leaves in portions that the peer's socket buffer holds.
class UdpOutput : public std::enable_shared_from_this<UdpOutput> {
  public:
    static Result<std::shared_ptr<UdpOutput>> open(const boost::asio::any_io_executor& executor,
                                                   const boost::asio::ip::address& local,
                                                   const boost::asio::ip::address& peer, std::uint16_t rtp_port,
                                                   std::uint16_t rtcp_port);
    explicit UdpOutput(const boost::asio::any_io_executor& executor) : rtp_(executor), rtcp_(executor), pace_(executor) {}

    // False: too much is waiting to be sent, the batch was dropped. What the kernel does not take later is lost, as on any
    // net.
    bool send(RtpBatchPtr batch);
    void send_report(ByteView report);
    [[nodiscard]] std::uint16_t rtp_port() const { return rtp_.local_endpoint().port(); }
    [[nodiscard]] std::uint16_t rtcp_port() const { return rtcp_.local_endpoint().port(); }
    // Calls `heard` for each RTCP packet of the reader until close().
    void listen(std::function<void()> heard);
    void close();

  private:
    bool bind_pair(const boost::asio::ip::address& local);
    void receive();
    void pump();
    // Sends packets of the first waiting batch, as many as may leave now; false when the kernel takes no more.
    bool send_some();

    boost::asio::ip::udp::socket rtp_;
    boost::asio::ip::udp::socket rtcp_;
    std::deque<RtpBatchPtr> waiting_;
    std::size_t sent_packets_{0};  // of the first one
    std::size_t waiting_bytes_{0};
    std::size_t allowance_{0};  // bytes that may leave now
    std::chrono::steady_clock::time_point refilled_{};
    boost::asio::steady_timer pace_;
    bool pacing_{false};
    std::function<void()> heard_;
    std::array<std::uint8_t, 1500> received_{};
};

}  // namespace vantage::live
