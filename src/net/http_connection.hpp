// SPDX-License-Identifier: Apache-2.0
// One accepted connection: reads requests, runs the handler on a worker, writes responses, until it is closed or becomes a
// WebSocket. Lives on its strand. Internal to net; costly to include.
#pragma once
#include "net/http_proxy.hpp"
#include "net/http_server.hpp"
#include "net/http_transport.hpp"
#include "net/wakeup.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <atomic>
#include <functional>
#include <span>
#include <sys/uio.h>

namespace vantage::net {

// What all connections of a server share. Immutable after start, except what locks itself.
struct HttpShared {
    HttpOptions options;
    TrustedProxies proxies;
    HttpHandler handler;
    QuickHandler quick;  // may be empty
    boost::asio::thread_pool workers;
    std::atomic<bool> stopping{false};

    HttpShared(HttpOptions o, HttpHandler h, QuickHandler q)
        : options(std::move(o)), handler(std::move(h)), quick(std::move(q)), workers(options.limits.workers) {}
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
    struct FileSpan {
        int file;
        std::uint64_t at, end;
        FileGrowth* growth;
    };

    boost::asio::awaitable<void> serve();
    boost::asio::awaitable<bool> handshake();
    boost::asio::awaitable<bool> wait_for_request();
    boost::asio::awaitable<Read> read_request(Request& request);
    std::optional<Response> handle_quickly(const Request& request) const;
    boost::asio::awaitable<Response> handle(const Request& request);
    boost::asio::awaitable<Response> answer_later(Response response);
    boost::asio::awaitable<bool> refuse(int status, std::string_view code, std::string_view detail);
    boost::asio::awaitable<void> close();

    // http_write.cpp; false when the connection can carry nothing more.
    boost::asio::awaitable<bool> write(const Request& request, Response response);
    boost::asio::awaitable<bool> write_all(std::string_view head, std::span<const SharedBody> pieces,
                                           std::string_view tail = {});
    boost::asio::awaitable<bool> send(std::span<iovec> pieces);
    boost::asio::awaitable<bool> write_source(const Request& request, Response response, std::shared_ptr<BodySource> source);
    boost::asio::awaitable<bool> send_source(BodySource& source, bool chunked);
    std::string header_text(const Response& response, std::optional<std::uint64_t> length) const;
    // Notices a client that goes away while there is nothing to send.
    void watch_peer();
    void unwatch_peer();

    // http_write_file.cpp
    boost::asio::awaitable<bool> write_file(const Request& request, Response response, FileBody body);
    boost::asio::awaitable<bool> send_file(FileSpan span);
    boost::asio::awaitable<bool> send_ready(FileSpan& span, std::uint64_t end);
    boost::asio::awaitable<bool> wait_for_growth(FileGrowth& growth, std::uint64_t at);

    // What is done next has to be done within `time`; then reading is cancelled, so that 408 can still be sent, or the
    // connection closed.
    enum class Overdue : std::uint8_t { nothing, cancel, close };
    void limit(milliseconds time, Overdue then);
    void unlimit() { overdue_ = Overdue::nothing; }
    void tick();
    void break_off();

    const std::shared_ptr<HttpShared> shared_;
    Transport transport_;
    const std::shared_ptr<Wakeup> wakeup_;
    boost::beast::flat_buffer buffer_;
    std::string peer_;

    // One timer that is seldom touched looks after all time limits: `limit` only moves due_.
    boost::asio::steady_timer ticker_;
    const milliseconds least_limit_;
    bool ticking_{false};
    std::chrono::steady_clock::time_point due_;
    Overdue overdue_{Overdue::nothing};
    bool timed_out_{false};

    bool keep_alive_{false};
    bool old_client_{false};  // HTTP/1.0
    bool idle_{true};
    bool finishing_{false};
    bool broken_{false};     // cut, or the client has gone
    bool streaming_{false};  // a body that may never end
    std::uint64_t peer_watch_{0};
    std::function<void()> finish_websocket_;  // set while this is a WebSocket
};

}  // namespace vantage::net
