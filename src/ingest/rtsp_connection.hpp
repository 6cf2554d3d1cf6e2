// SPDX-License-Identifier: Apache-2.0
// The TCP connection to a camera, plain or TLS. Two lives: while the session is set up its calls are awaited; after detach()
// it is only polled, so that no packet wakes anybody. One strand at a time. Knows nothing of RTSP.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <span>
#include <string>

struct ssl_st;

namespace vantage::ingest {

class RtspConnection {
  public:
    explicit RtspConnection(boost::asio::any_io_executor executor);
    ~RtspConnection();
    RtspConnection(const RtspConnection&) = delete;
    RtspConnection& operator=(const RtspConnection&) = delete;

    // A certificate is not checked: cameras sign their own, and what is watched would be lost instead of unprotected
    // (docs/decisions/0004-rtsp-client.md). TLS from 1.0 on, for the same reason.
    boost::asio::awaitable<Status> connect(std::string host, std::uint16_t port, bool tls, milliseconds timeout);
    // At least one byte; errc::unavailable when the camera has closed.
    boost::asio::awaitable<Result<std::size_t>> read(std::span<std::uint8_t> into, milliseconds timeout);
    boost::asio::awaitable<Status> write(std::string_view text, milliseconds timeout);
    // Ends what is awaited with errc::cancelled, now and from now on. From the strand.
    void cancel();

    void detach();
    struct Polled {
        std::size_t bytes{0};  // 0: nothing there
        microseconds age{0};   // since the last of them arrived, as far as the kernel says
    };
    Result<Polled> poll_read(std::span<std::uint8_t> into);
    // All or nothing of what the kernel takes now is kept and sent with the next call; errc::overloaded above 64 KB.
    Status poll_write(std::string_view text);
    void shut_down();
    void close();

    [[nodiscard]] bool is_open() const { return fd_ >= 0; }
    [[nodiscard]] boost::asio::ip::address peer() const { return peer_; }
    [[nodiscard]] boost::asio::ip::address local() const { return local_; }

  private:
    enum class Want { nothing, read, write };
    boost::asio::awaitable<Status> wait(Want want);
    boost::asio::awaitable<Status> handshake(const std::string& host);
    // Bytes, or nothing with what to wait for.
    Result<std::size_t> read_some(std::span<std::uint8_t> into, Want& want, microseconds* age);
    Result<std::size_t> write_some(std::string_view text, Want& want);
    Result<std::size_t> tls_outcome(int result, Want& want, const char* what);
    void arm(milliseconds timeout);
    void disarm();
    [[nodiscard]] Error give_up(const std::string& what) const;
    void prepare();

    boost::asio::any_io_executor executor_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::steady_timer deadline_;
    boost::asio::ip::address peer_, local_;
    std::string name_;  // host:port, for messages
    int fd_{-1};        // of socket_, or our own after detach
    bool detached_{false};
    bool cancelled_{false};
    bool timed_out_{false};
    std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
    std::string unsent_;
    std::uint64_t round_{0};  // of the deadline
    std::shared_ptr<int> alive_{std::make_shared<int>(0)};
};

}  // namespace vantage::ingest
