// SPDX-License-Identifier: Apache-2.0
// One accepted connection: reads requests, runs the handler on a worker, writes responses, until it is closed or becomes a
// WebSocket. Lives on its strand. Internal to net; costly to include.
#pragma once
#include "net/http_proxy.hpp"
#include "net/http_server.hpp"
#include "net/http_transport.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <atomic>
#include <functional>

namespace vantage::net {

// What all connections of a server share. Immutable after start, except what locks itself.
struct HttpShared {
    HttpOptions options;
    TrustedProxies proxies;
    HttpHandler handler;
    boost::asio::thread_pool workers;
    std::atomic<bool> stopping{false};

    HttpShared(HttpOptions o, HttpHandler h)
        : options(std::move(o)), handler(std::move(h)), workers(options.limits.workers) {}
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
  public:
    HttpConnection(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls, std::shared_ptr<HttpShared> shared);

    boost::asio::awaitable<void> run();
    // The server stops: closes when idle, finishes what runs. Safe from any thread.
    void finish();
    // Cuts it. Safe from any thread.
    void cut();

  private:
    // How the reading of a request ended.
    enum class Read : std::uint8_t { request, refused, gone };

    boost::asio::awaitable<bool> handshake();
    boost::asio::awaitable<bool> wait_for_request();
    boost::asio::awaitable<Read> read_request(Request& request);
    boost::asio::awaitable<Response> handle(const Request& request);
    boost::asio::awaitable<bool> refuse(int status, std::string_view code, std::string_view detail);
    boost::asio::awaitable<bool> write(const Request& request, Response response);
    boost::asio::awaitable<bool> write_file(const Request& request, Response response, const std::string& path);
    boost::asio::awaitable<bool> write_all(std::string_view head, ByteView body);
    boost::asio::awaitable<void> close();
    // From now on reading is cancelled after `time`, without closing, so that 408 can still be sent.
    void arm(milliseconds time);
    void disarm();
    std::string header_text(const Response& response, std::uint64_t length) const;

    const std::shared_ptr<HttpShared> shared_;
    Transport transport_;
    boost::beast::flat_buffer buffer_;
    boost::asio::steady_timer deadline_;
    std::uint64_t armed_{0};  // which arm() the deadline belongs to
    bool timed_out_{false};
    std::string peer_;
    bool keep_alive_{false};
    bool idle_{true};
    bool finishing_{false};
    std::function<void()> finish_websocket_;  // set while this is a WebSocket
};

}  // namespace vantage::net
