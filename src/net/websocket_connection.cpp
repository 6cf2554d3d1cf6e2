// SPDX-License-Identifier: Apache-2.0
// A WebSocket on its strand: one coroutine reads, one writes what the session hands out, one watches times. Each ends the
// others by closing the socket.
#include "net/websocket_connection.hpp"

#include "base/log.hpp"
#include "net/wakeup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace vantage::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

class WebSocketConnection : public std::enable_shared_from_this<WebSocketConnection> {
  public:
    WebSocketConnection(Transport& transport, std::shared_ptr<WebSocketSession> session, const HttpLimits& limits)
        : transport_(transport),
          socket_(transport),
          session_(std::move(session)),
          limits_(limits),
          wakeup_(std::make_shared<Wakeup>(transport.get_executor())),
          tick_(transport.get_executor()),
          done_(transport.get_executor()) {}
    ~WebSocketConnection() { wakeup_->close(); }
    WebSocketConnection(const WebSocketConnection&) = delete;
    WebSocketConnection& operator=(const WebSocketConnection&) = delete;

    asio::awaitable<void> run(const Request& request) {
        const bool open = co_await accept(request);
        if (open) {
            session_->on_open([wakeup = wakeup_] { wakeup->wake(); });
            start(read_loop());
            start(write_loop());
            start(watch_loop());
            while (running_ > 0) {
                done_.expires_at(std::chrono::steady_clock::time_point::max());
                co_await done_.async_wait(kTuple);
            }
            session_->on_close();
        }
        transport_.next_layer().close();
    }

    // On the strand.
    void close(websocket::close_code code, const std::string& reason) {
        if (closing_) return;
        closing_ = websocket::close_reason(code, reason.substr(0, 120));
        close_deadline_ = std::chrono::steady_clock::now() + seconds(3);
        wakeup_->wake_here();
    }

  private:
    asio::awaitable<bool> accept(const Request& request) {
        beast::http::request<beast::http::string_body> upgrade(beast::http::verb::get, request.raw_target, 11);
        for (const auto& [name, value] : request.headers) upgrade.insert(name, value);
        websocket::stream_base::timeout times{seconds(5), limits_.ping_time * 2, true};  // pings at half of the idle time
        socket_.set_option(times);
        socket_.read_message_max(limits_.websocket_bytes);
        socket_.auto_fragment(false);
        socket_.binary(true);
        const auto [error] = co_await socket_.async_accept(upgrade, kTuple);
        co_return !error;
    }

    void start(asio::awaitable<void> loop) {
        ++running_;
        asio::co_spawn(transport_.get_executor(), std::move(loop), [self = shared_from_this()](std::exception_ptr failure) {
            if (failure) self->fail(failure);
            if (--self->running_ == 0) self->done_.cancel();
        });
    }

    // A session that throws loses its connection, nothing else.
    void fail(const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& e) {
            log::error("websocket", "connection ended: {}", e.what());
        }
        end();
    }

    void end() {
        over_ = true;
        wakeup_->wake_here();
        tick_.cancel();
        transport_.next_layer().close();
    }

    asio::awaitable<void> read_loop() {
        beast::flat_buffer buffer;
        while (!over_) {
            const auto [error, size] = co_await socket_.async_read(buffer, kTuple);
            if (error) break;
            if (!socket_.got_text()) {
                close(websocket::close_code::unknown_data, "text only");
                buffer.consume(size);
                continue;
            }
            session_->on_text({static_cast<const char*>(buffer.data().data()), size});
            buffer.consume(size);
            wakeup_->wake_here();
        }
        end();
    }

    asio::awaitable<void> write_loop() {
        while (!over_ && !closing_) {
            const auto message = session_->next();
            if (!message) {
                co_await wakeup_->wait();
                continue;
            }
            socket_.binary(message->binary);
            write_deadline_ = std::chrono::steady_clock::now() + limits_.write_time;
            const auto [error, size] =
                co_await socket_.async_write(asio::buffer(message->data.data(), message->data.size()), kTuple);
            write_deadline_.reset();
            if (error) break;
        }
        if (!over_ && closing_) co_await socket_.async_close(*closing_, kTuple);
        end();
    }

    asio::awaitable<void> watch_loop() {
        while (!over_) {
            tick_.expires_after(limits_.watch_time);
            co_await tick_.async_wait(kTuple);
            const auto now = std::chrono::steady_clock::now();
            if ((write_deadline_ && now > *write_deadline_) || (close_deadline_ && now > *close_deadline_)) end();
            if (over_) break;
            if (const auto reason = session_->ended()) close(websocket::close_code::policy_error, *reason);
        }
    }

    Transport& transport_;
    websocket::stream<Transport&> socket_;
    const std::shared_ptr<WebSocketSession> session_;
    const HttpLimits& limits_;
    const std::shared_ptr<Wakeup> wakeup_;
    asio::steady_timer tick_, done_;
    int running_{0};  // loops
    std::optional<websocket::close_reason> closing_;
    std::optional<std::chrono::steady_clock::time_point> write_deadline_, close_deadline_;
    bool over_{false};
};

}  // namespace

asio::awaitable<void> run_websocket(Transport& transport, const Request& request, std::shared_ptr<WebSocketSession> session,
                                    const HttpLimits& limits, std::function<void()>& stop_hook) {
    const auto connection = std::make_shared<WebSocketConnection>(transport, std::move(session), limits);
    stop_hook = [weak = std::weak_ptr(connection)] {
        if (const auto self = weak.lock()) self->close(websocket::close_code::going_away, "the server stops");
    };
    co_await connection->run(request);
}

}  // namespace vantage::net
