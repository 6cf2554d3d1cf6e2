// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

namespace vantage::live {
namespace {

namespace asio = boost::asio;
constexpr auto kUse = asio::as_tuple(asio::use_awaitable);

void tune(asio::ip::tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    // Little unsent data in the kernel keeps pictures close to now and lets a slow reader be noticed.
    const int unsent = 256 << 10;
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

}  // namespace

struct RtspSocket::Tls {
    Tls(asio::ip::tcp::socket& socket, asio::ssl::context& context) : stream(socket, context) {}
    asio::ssl::stream<asio::ip::tcp::socket&> stream;
    Bytes sending;
};

RtspSocket::RtspSocket(asio::ip::tcp::socket socket, asio::ssl::context* tls) : tcp_(std::move(socket)) {
    tune(tcp_);
    if (tls != nullptr) tls_ = std::make_unique<Tls>(tcp_, *tls);
}

RtspSocket::~RtspSocket() = default;

asio::ip::tcp::endpoint RtspSocket::peer() const {
    boost::system::error_code error;
    auto endpoint = tcp_.remote_endpoint(error);
    if (error) return {};
    if (endpoint.address().is_v6() && endpoint.address().to_v6().is_v4_mapped())
        endpoint.address(asio::ip::make_address_v4(asio::ip::v4_mapped, endpoint.address().to_v6()));
    return endpoint;
}

asio::awaitable<bool> RtspSocket::handshake() {
    if (!tls_) co_return true;
    const auto [error] = co_await tls_->stream.async_handshake(asio::ssl::stream_base::server, kUse);
    co_return !error;
}

asio::awaitable<std::size_t> RtspSocket::read_some(std::span<std::uint8_t> into) {
    const auto buffer = asio::buffer(into.data(), into.size());
    if (tls_) {
        const auto [error, count] = co_await tls_->stream.async_read_some(buffer, kUse);
        co_return error ? 0 : count;
    }
    const auto [error, count] = co_await tcp_.async_read_some(buffer, kUse);
    co_return error ? 0 : count;
}

Result<std::size_t> RtspSocket::write_now(std::span<iovec> pieces) {
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    for (;;) {
        const auto written = ::sendmsg(tcp_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written >= 0) return static_cast<std::size_t>(written);
        if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
        if (errno != EINTR) return fail(errc::unavailable, "the peer has gone");
    }
}

void RtspSocket::wait_writable(std::function<void(bool)> ready) {
    tcp_.async_wait(asio::ip::tcp::socket::wait_write,
                    [ready = std::move(ready)](boost::system::error_code error) { ready(!error); });
}

void RtspSocket::write_tls(std::span<const iovec> pieces, std::function<void(std::size_t)> done) {
    auto& out = tls_->sending;
    out.clear();
    for (const auto& piece : pieces) {
        const auto* data = static_cast<const std::uint8_t*>(piece.iov_base);
        out.insert(out.end(), data, data + piece.iov_len);
    }
    asio::async_write(
        tls_->stream, asio::buffer(out),
        [done = std::move(done)](boost::system::error_code error, std::size_t count) { done(error ? 0 : count); });
}

void RtspSocket::shut_down() {
    boost::system::error_code ignored;
    tcp_.shutdown(asio::socket_base::shutdown_both, ignored);
    tcp_.cancel(ignored);
}

void RtspSocket::close() {
    boost::system::error_code ignored;
    tcp_.close(ignored);
}

}  // namespace vantage::live
