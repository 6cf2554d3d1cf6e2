// SPDX-License-Identifier: Apache-2.0
// A TCP connection with or without TLS behind one type, so that HTTP and WebSocket are instantiated once. Internal to net.
#pragma once
#include "net/executor.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <optional>
#include <span>
#include <sys/socket.h>
#include <sys/uio.h>

namespace vantage::net {

class Transport {
  public:
    using next_layer_type = TcpStream;
    using executor_type = next_layer_type::executor_type;
    using Tls = boost::asio::ssl::stream<TcpStream&>;

    Transport(Socket socket, boost::asio::ssl::context* context) : tcp_(std::move(socket)) {
        if (context != nullptr) tls_.emplace(tcp_, *context);
    }

    executor_type get_executor() { return tcp_.get_executor(); }
    next_layer_type& next_layer() { return tcp_; }
    [[nodiscard]] const next_layer_type& next_layer() const { return tcp_; }
    Tls* tls() { return tls_ ? &*tls_ : nullptr; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        if (tls_) return tls_->async_read_some(buffers, std::forward<Token>(token));
        return tcp_.async_read_some(buffers, std::forward<Token>(token));
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        if (tls_) return tls_->async_write_some(buffers, std::forward<Token>(token));
        return tcp_.async_write_some(buffers, std::forward<Token>(token));
    }
    // What a plain socket takes at once, without waiting: bytes, or -1 and errno. Not over TLS.
    ssize_t write_now(std::span<iovec> pieces) {
        msghdr message{};
        message.msg_iov = pieces.data();
        message.msg_iovlen = pieces.size();
        return ::sendmsg(tcp_.socket().native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    // Beast's WebSocket reads and writes synchronously nowhere in our use, but its templates ask for these.
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
        return tls_ ? tls_->read_some(buffers, error) : tcp_.read_some(buffers, error);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
        return tls_ ? tls_->write_some(buffers, error) : tcp_.write_some(buffers, error);
    }

  private:
    TcpStream tcp_;
    std::optional<Tls> tls_;
};

// Found by Beast when a WebSocket closes. Over TLS the socket is closed without close_notify: the WebSocket's own close
// frame has said it already.
template <class Handler>
void async_teardown(boost::beast::role_type role, Transport& transport, Handler&& handler) {
    using boost::beast::websocket::async_teardown;
    async_teardown(role, transport.next_layer().socket(), std::forward<Handler>(handler));
}
inline void teardown(boost::beast::role_type role, Transport& transport, boost::system::error_code& error) {
    using boost::beast::websocket::teardown;
    teardown(role, transport.next_layer().socket(), error);
}

}  // namespace vantage::net
