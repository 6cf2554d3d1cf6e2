// SPDX-License-Identifier: Apache-2.0
// The server's end of one RTSP connection: TCP, or TLS over it. Shared by who reads and who writes, because OpenSSL goes on
// with either until the socket's last operation is through. The server's thread.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <span>
#include <sys/uio.h>

namespace boost::asio::ssl {
class context;
}

namespace vantage::live {

class RtspSocket {
  public:
    // `tls` null: plain. It must outlive the socket.
    RtspSocket(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);
    ~RtspSocket();
    RtspSocket(const RtspSocket&) = delete;
    RtspSocket& operator=(const RtspSocket&) = delete;

    [[nodiscard]] bool secure() const { return tls_ != nullptr; }
    [[nodiscard]] boost::asio::ip::tcp::socket& tcp() { return tcp_; }
    // Of the peer, IPv4 as such also on a socket for both; unspecified when it has gone.
    [[nodiscard]] boost::asio::ip::tcp::endpoint peer() const;

    // True at once for a plain one.
    boost::asio::awaitable<bool> handshake();
    // 0: over.
    boost::asio::awaitable<std::size_t> read_some(std::span<std::uint8_t> into);
    // Sends what goes at once. unavailable: broken; 0: wait_writable first. Not for TLS.
    Result<std::size_t> write_now(std::span<iovec> pieces);
    void wait_writable(std::function<void(bool good)> ready);
    // TLS: copies and sends all pieces; `done` says how many bytes went, 0 when broken. One at a time.
    void write_tls(std::span<const iovec> pieces, std::function<void(std::size_t)> done);

    // Ends all that waits.
    void shut_down();
    void close();

  private:
    struct Tls;
    boost::asio::ip::tcp::socket tcp_;
    std::unique_ptr<Tls> tls_;
};

}  // namespace vantage::live
