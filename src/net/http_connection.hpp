// SPDX-License-Identifier: Apache-2.0
// One accepted connection: reads requests, runs the handler on a worker, writes responses, until it is closed or becomes a
// WebSocket. Lives on the io_context's thread. A request that can be answered at once from memory, which is what hundreds of
// players ask for at the same moment, is read, answered and sent without another coroutine or thread. Internal to net;
// costly to include.
#pragma once
#include "net/http_proxy.hpp"
#include "net/http_server.hpp"
#include "net/http_transport.hpp"
#include "net/wakeup.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
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
    std::atomic<std::uint64_t> stalled{0};  // see HttpStats

    const std::shared_ptr<WakeupQueue> wakeups;

    HttpShared(const Executor& executor, HttpOptions o, HttpHandler h, QuickHandler q)
        : options(std::move(o)),
          handler(std::move(h)),
          quick(std::move(q)),
          workers(options.limits.workers),
          wakeups(std::make_shared<WakeupQueue>(executor)) {}
};

class RequestParser;

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
  public:
    HttpConnection(Socket socket, boost::asio::ssl::context* tls, std::shared_ptr<HttpShared> shared);

    Task<void> run();
    // The server stops: closes when idle, finishes what runs. Safe from any thread.
    void finish();
    // Cuts it. Safe from any thread.
    void cut();

  private:
    // How far an answer from memory has come.
    enum class Sent : std::uint8_t { all, some, failed };
    struct FileSpan {
        int file;
        std::uint64_t at, end;
        FileGrowth* growth;
    };

    Task<void> serve();
    Task<bool> handshake();
    bool begin_to_wait();
    Task<bool> read_rest(RequestParser& parser, const Request& request, boost::beast::error_code error);
    std::optional<Response> accept_request(const RequestParser& parser, Request& request);
    std::optional<Response> answer_at_once(Request& request) const;
    Task<Response> handle(const Request& request);
    Task<bool> refuse(int status, std::string_view code, std::string_view detail);
    Task<void> close();

    // Runs it where it may block; gives what it gives and throws what it throws.
    template <class Work>
    Task<std::invoke_result_t<Work&>> on_worker(Work work);

    // http_write.cpp; false when the connection can carry nothing more.
    Task<bool> write(const Request& request, Response response);
    // An answer from memory, as far as a plain socket takes it at once; `write_rest` sends the rest, and all others.
    Sent write_now(const Request& request, const Response& response);
    Task<bool> write_rest(const Request& request, Response response);
    Task<bool> write_all(std::string_view head, std::span<const SharedBody> pieces, std::string_view tail = {});
    Task<bool> send(std::span<iovec> pieces);
    Task<bool> write_source(const Request& request, Response response, std::shared_ptr<BodySource> source);
    Task<bool> send_source(BodySource& source, bool chunked);
    void gather(const Request& request, const Response& response);
    // Status and headers become `head_`.
    void put_head(const Response& response, std::optional<std::uint64_t> length);
    // Notices a client that goes away while there is nothing to send.
    void watch_peer();
    void unwatch_peer();

    // http_write_file.cpp
    Task<bool> write_file(const Request& request, Response response, FileBody body);
    Task<bool> write_content(const Request& request, Response response, const FileBody& body);
    Task<bool> send_file(FileSpan span);
    Task<bool> send_ready(FileSpan& span, std::uint64_t end);
    Task<bool> wait_for_growth(FileGrowth& growth, std::uint64_t at);

    // What is done next has to be done within `time`; then reading is cancelled, so that 408 can still be sent, or the
    // connection closed, and counted when it is the client that takes nothing.
    enum class Overdue : std::uint8_t { nothing, cancel, close, stalled };
    void limit(milliseconds time, Overdue then);
    void unlimit() { overdue_ = Overdue::nothing; }
    void tick();
    void break_off();

    const std::shared_ptr<HttpShared> shared_;
    Transport transport_;
    const std::shared_ptr<Wakeup> wakeup_;
    boost::beast::flat_buffer buffer_;
    std::string peer_;

    // The answer that is being sent from memory; `unsent_` lies in `pieces_`.
    std::string head_;
    std::vector<iovec> pieces_;
    std::span<iovec> unsent_;

    // One timer that is seldom touched looks after all time limits: `limit` only moves due_.
    Timer ticker_;
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

template <class Work>
Task<std::invoke_result_t<Work&>> HttpConnection::on_worker(Work work) {
    std::optional<std::invoke_result_t<Work&>> result;
    std::exception_ptr failure;
    auto run = [&](auto handler) {
        auto going_on = std::make_shared<decltype(handler)>(std::move(handler));
        auto guard = boost::asio::make_work_guard(transport_.get_executor());
        boost::asio::post(shared_->workers, [&, going_on, guard = std::move(guard)] {
            try {
                result.emplace(work());
            } catch (...) {
                failure = std::current_exception();
            }
            boost::asio::post(guard.get_executor(), [going_on] { std::move (*going_on)(); });
        });
    };
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(run, kAwait);
    if (failure) std::rethrow_exception(failure);
    co_return std::move(*result);
}

}  // namespace vantage::net
