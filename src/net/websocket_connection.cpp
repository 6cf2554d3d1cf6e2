// SPDX-License-Identifier: Apache-2.0
// A WebSocket: one coroutine reads, one writes what the session hands out, one watches times. Each ends the
// others by closing the socket. Beast does the handshake, reads, and answers control frames; messages are written from where
// they lie with one system call, which costs half of what Beast's composed write does.
#include "net/websocket_connection.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace vantage::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

// Under Beast's WebSocket. What it writes (the handshake, pings, pongs, its close) is collected here, and goes out between
// two messages.
class Pipe {
  public:
    using next_layer_type = Transport::next_layer_type;
    using executor_type = Transport::executor_type;

    Pipe(Transport& transport, Wakeup& wakeup) : transport_(transport), wakeup_(wakeup) {}

    // More than a client can cause that reads what it asks for.
    static constexpr std::size_t kMost = 8U << 10;

    executor_type get_executor() { return transport_.get_executor(); }
    next_layer_type& next_layer() { return transport_.next_layer(); }
    [[nodiscard]] const next_layer_type& next_layer() const { return transport_.next_layer(); }
    Transport& transport() { return transport_; }
    std::string take() { return std::exchange(collected_, {}); }
    [[nodiscard]] bool empty() const { return collected_.empty(); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return transport_.async_read_some(buffers, std::forward<Token>(token));
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(beast::error_code, std::size_t)>(
            [this](auto handler, const auto& bytes) {
                beast::error_code error;
                const auto size = write_some(bytes, error);
                asio::post(get_executor(), beast::bind_front_handler(std::move(handler), error, size));
            },
            token, buffers);
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, beast::error_code& error) {
        return transport_.read_some(buffers, error);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, beast::error_code& error) {
        const auto size = beast::buffer_bytes(buffers);
        error = collected_.size() + size > kMost ? asio::error::no_buffer_space : beast::error_code();
        if (error) return 0;
        for (const asio::const_buffer piece : beast::buffers_range_ref(buffers))
            collected_.append(static_cast<const char*>(piece.data()), piece.size());
        wakeup_.wake_here();
        return size;
    }

  private:
    Transport& transport_;
    Wakeup& wakeup_;
    std::string collected_;
};

template <class Handler>
void async_teardown(beast::role_type role, Pipe& pipe, Handler&& handler) {
    using net::async_teardown;
    async_teardown(role, pipe.transport(), std::forward<Handler>(handler));
}

// The header of an unmasked, whole message (RFC 6455 section 5.2).
class FrameHeader {
  public:
    FrameHeader() = default;
    FrameHeader(bool binary, std::size_t size) {
        put(binary ? 0x82 : 0x81);
        const int more = size < 126 ? 0 : size < 65536 ? 2 : 8;
        put(more == 0 ? size : more == 2 ? 126 : 127);
        for (int i = more - 1; i >= 0; --i) put(std::uint64_t{size} >> (8 * i));
    }
    [[nodiscard]] asio::const_buffer buffer() const { return {bytes_.data(), size_}; }

  private:
    void put(std::uint64_t byte) { bytes_.at(size_++) = static_cast<std::uint8_t>(byte); }
    std::array<std::uint8_t, 10> bytes_{};
    std::size_t size_{0};
};

class WebSocketConnection : public std::enable_shared_from_this<WebSocketConnection> {
  public:
    WebSocketConnection(Transport& transport, std::shared_ptr<WebSocketSession> session, const HttpLimits& limits,
                        const std::shared_ptr<WakeupQueue>& wakeups, std::atomic<std::uint64_t>& stalled)
        : transport_(transport),
          session_(std::move(session)),
          limits_(limits),
          stalled_(stalled),
          wakeup_(std::make_shared<Wakeup>(wakeups, transport.get_executor())),
          pipe_(transport, *wakeup_),
          socket_(pipe_),
          tick_(transport.get_executor()),
          done_(transport.get_executor()) {}
    ~WebSocketConnection() { wakeup_->close(); }
    WebSocketConnection(const WebSocketConnection&) = delete;
    WebSocketConnection& operator=(const WebSocketConnection&) = delete;

    Task<void> run(const Request& request) {
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

    void close(websocket::close_code code, const std::string& reason) {
        if (closing_) return;
        closing_ = websocket::close_reason(code, reason.substr(0, 120));
        close_deadline_ = std::chrono::steady_clock::now() + seconds(3);
        wakeup_->wake_here();
    }

  private:
    Task<bool> accept(const Request& request) {
        beast::http::request<beast::http::string_body> upgrade(beast::http::verb::get, request.raw_target, 11);
        for (const auto& [name, value] : request.headers) upgrade.insert(name, value);
        websocket::stream_base::timeout times{seconds(5), limits_.ping_time * 2, true};  // pings at half of the idle time
        socket_.set_option(times);
        socket_.read_message_max(limits_.websocket_bytes);
        const auto [error] = co_await socket_.async_accept(upgrade, kTuple);
        bool sent = send_now(std::nullopt);
        if (!sent) sent = co_await send_rest();
        co_return sent && !error;
    }

    void start(Task<void> loop) {
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

    Task<void> read_loop() {
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

    Task<void> write_loop() {
        std::size_t since_turn = 0;
        while (!over_) {
            const auto message = closing_ ? std::nullopt : session_->next();
            if (closing_ && !std::exchange(close_begun_, true)) start(close_handshake());
            if (!message && pipe_.empty()) {
                since_turn = 0;
                co_await wakeup_->wait();
                continue;
            }
            bool sent = send_now(message);
            if (!sent) sent = co_await send_rest();
            if (!sent) break;
            since_turn += message ? message->data.size() : 0;
            if (since_turn < kTurn) continue;
            since_turn = 0;  // a fast client with much to get lets others have their turn
            co_await asio::post(transport_.get_executor(), kAwait);
        }
        end();
    }

    Task<void> close_handshake() {
        co_await socket_.async_close(*closing_, kTuple);
        end();
    }

    // What Beast has to say, then the message: as much as a plain socket takes at once. True when that was all; false also
    // when the connection has failed, as `send_rest` will find.
    bool send_now(const std::optional<WebSocketMessage>& message) {
        control_ = pipe_.take();
        header_ = message ? FrameHeader(message->binary, message->data.size()) : FrameHeader();
        const auto data = message ? message->data : ByteView{};
        const Buffers buffers{asio::buffer(control_), header_.buffer(), asio::buffer(data.data(), data.size())};
        rest_.emplace(buffers);
        if (transport_.tls() != nullptr) return false;
        std::array<iovec, 3> pieces{};
        std::transform(buffers.begin(), buffers.end(), pieces.begin(), [](const asio::const_buffer& buffer) {
            return iovec{const_cast<void*>(buffer.data()), buffer.size()};
        });
        const auto now = transport_.write_now(pieces);
        if (now <= 0) return false;
        rest_->consume(static_cast<std::size_t>(now));
        return static_cast<std::size_t>(now) == beast::buffer_bytes(buffers);
    }

    // What `send_now` has left. The message must be still there.
    Task<bool> send_rest() {
        write_deadline_ = std::chrono::steady_clock::now() + limits_.write_time;
        const auto [error, more] = co_await asio::async_write(transport_, *rest_, kTuple);
        write_deadline_.reset();
        co_return !error;
    }

    Task<void> watch_loop() {
        while (!over_) {
            tick_.expires_after(limits_.watch_time);
            co_await tick_.async_wait(kTuple);
            const auto now = std::chrono::steady_clock::now();
            const bool took_nothing = write_deadline_ && now > *write_deadline_;
            if (took_nothing) ++stalled_;
            if (took_nothing || (close_deadline_ && now > *close_deadline_)) end();
            if (over_) break;
            if (const auto reason = session_->ended()) close(websocket::close_code::policy_error, *reason);
        }
    }

    static constexpr std::size_t kTurn = 1U << 20;
    using Buffers = std::array<asio::const_buffer, 3>;

    Transport& transport_;
    const std::shared_ptr<WebSocketSession> session_;
    const HttpLimits& limits_;
    std::atomic<std::uint64_t>& stalled_;
    const std::shared_ptr<Wakeup> wakeup_;
    Pipe pipe_;
    websocket::stream<Pipe&> socket_;
    Timer tick_, done_;
    int running_{0};       // loops
    std::string control_;  // what is being sent, as the next two
    FrameHeader header_;
    std::optional<beast::buffers_suffix<Buffers>> rest_;
    std::optional<websocket::close_reason> closing_;
    std::optional<std::chrono::steady_clock::time_point> write_deadline_, close_deadline_;
    bool over_{false};
    bool close_begun_{false};
};

}  // namespace

Task<void> run_websocket(Transport& transport, const Request& request, std::shared_ptr<WebSocketSession> session,
                         const HttpLimits& limits, const std::shared_ptr<WakeupQueue>& wakeups,
                         std::atomic<std::uint64_t>& stalled, std::function<void()>& stop_hook) {
    const auto connection = std::make_shared<WebSocketConnection>(transport, std::move(session), limits, wakeups, stalled);
    stop_hook = [weak = std::weak_ptr(connection)] {
        if (const auto self = weak.lock()) self->close(websocket::close_code::going_away, "the server stops");
    };
    co_await connection->run(request);
}

}  // namespace vantage::net
