// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.hpp"

#include "base/log.hpp"
#include "net/http_encoding.hpp"
#include "net/websocket_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

namespace vantage::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

Method to_method(http::verb verb) {
    switch (verb) {
        case http::verb::get:
            return Method::get;
        case http::verb::head:
            return Method::head;
        case http::verb::post:
            return Method::post;
        case http::verb::put:
            return Method::put;
        case http::verb::delete_:
            return Method::del;
        case http::verb::options:
            return Method::options;
        default:
            return Method::other;
    }
}

std::string remote_address(const asio::ip::tcp::socket& socket) {
    boost::system::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    return error ? std::string() : plain_address(endpoint.address().to_string());
}

// Strips the base path. Only whole segments count: "/vantagex" is not below "/vantage".
bool strip_base(const std::string& base, std::string& target) {
    if (base.empty()) return true;
    if (!target.starts_with(base)) return false;
    auto rest = target.substr(base.size());
    if (rest.empty() || rest.front() == '?') rest.insert(rest.begin(), '/');
    if (rest.front() != '/') return false;
    target = std::move(rest);
    return true;
}

struct Refusal {
    int status;
    const char* code;
    const char* detail;
};

constexpr Refusal kTooSlow{408, "timed_out", "the request did not arrive in time"};

Refusal refusal_of(beast::error_code error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return {431, "overloaded", "the header is too large"};
    if (error == http::error::body_limit) return {413, "overloaded", "the body is too large"};
    return {400, "malformed", "this is no HTTP request"};
}

bool is_gone(beast::error_code error) {
    return error == http::error::end_of_stream || error == http::error::partial_message ||
           (error.category() != http::make_error_code(http::error::end_of_stream).category() &&
            error != beast::error::timeout);
}

// What an answer that comes later is left in. Safe from any thread.
class LaterAnswer : public std::enable_shared_from_this<LaterAnswer> {
  public:
    explicit LaterAnswer(std::shared_ptr<Wakeup> wakeup) : wakeup_(std::move(wakeup)) {}

    // The function that takes the answer; when it has gone without one, the answer is a failure.
    std::function<void(Response)> taker() {
        struct Last {
            std::shared_ptr<LaterAnswer> answer;
            explicit Last(std::shared_ptr<LaterAnswer> to) : answer(std::move(to)) {}
            Last(const Last&) = delete;
            Last& operator=(const Last&) = delete;
            ~Last() { answer->give(problem_response(500, "internal", "the server failed; its log says why")); }
        };
        return [last = std::make_shared<const Last>(shared_from_this())](Response response) {
            last->answer->give(std::move(response));
        };
    }
    std::optional<Response> take() {
        const std::lock_guard hold(mutex_);
        return std::exchange(response_, std::nullopt);
    }

  private:
    void give(Response response) {
        {
            const std::lock_guard hold(mutex_);
            if (std::exchange(given_, true)) return;
            response_ = std::move(response);
            response_->later = nullptr;
            response_->websocket = nullptr;
        }
        wakeup_->wake();
    }

    const std::shared_ptr<Wakeup> wakeup_;
    std::mutex mutex_;
    bool given_{false};  // guarded by mutex_, as the next
    std::optional<Response> response_;
};

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, asio::ssl::context* tls, std::shared_ptr<HttpShared> shared)
    : shared_(std::move(shared)),
      transport_(std::move(socket), tls),
      wakeup_(std::make_shared<Wakeup>(transport_.get_executor())),
      buffer_(shared_->options.limits.header_bytes + (64U << 10)),
      ticker_(transport_.get_executor()),
      least_limit_(std::min({shared_->options.limits.header_time, shared_->options.limits.body_time,
                             shared_->options.limits.idle_time, shared_->options.limits.write_time})) {
    peer_ = remote_address(transport_.next_layer().socket());
}

void HttpConnection::finish() {
    asio::post(transport_.get_executor(), [self = shared_from_this()] {
        self->finishing_ = true;
        if (self->finish_websocket_) {
            self->finish_websocket_();
        } else if (self->idle_ || self->streaming_) {
            self->break_off();
        } else {
            self->wakeup_->wake_here();
        }
    });
}

void HttpConnection::cut() {
    asio::post(transport_.get_executor(), [self = shared_from_this()] { self->break_off(); });
}

void HttpConnection::break_off() {
    broken_ = true;
    transport_.next_layer().close();
    wakeup_->wake_here();
}

void HttpConnection::limit(milliseconds time, Overdue then) {
    timed_out_ = false;
    overdue_ = then;
    due_ = std::chrono::steady_clock::now() + time;
    if (!std::exchange(ticking_, true)) tick();
}

// No limit is shorter than the time between two ticks, so none is missed; each is met exactly.
void HttpConnection::tick() {
    const auto next = std::chrono::steady_clock::now() + least_limit_;
    ticker_.expires_at(overdue_ == Overdue::nothing ? next : std::min(next, due_));
    ticker_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = weak.lock();
        if (error || !self) return;
        if (self->overdue_ != Overdue::nothing && std::chrono::steady_clock::now() >= self->due_) {
            self->timed_out_ = true;
            const auto overdue = std::exchange(self->overdue_, Overdue::nothing);
            if (overdue == Overdue::close) self->break_off();
            if (overdue == Overdue::cancel) {  // what is just between two reads is caught by closing
                self->transport_.next_layer().cancel();
                self->limit(self->least_limit_, Overdue::close);
                self->timed_out_ = true;
            }
        }
        self->tick();
    });
}

asio::awaitable<bool> HttpConnection::handshake() {
    if (transport_.tls() == nullptr) co_return true;
    transport_.next_layer().expires_after(shared_->options.limits.header_time);
    const auto [error] = co_await transport_.tls()->async_handshake(asio::ssl::stream_base::server, kTuple);
    transport_.next_layer().expires_never();
    co_return !error;
}

asio::awaitable<bool> HttpConnection::wait_for_request() {
    if (buffer_.size() > 0) co_return true;
    idle_ = true;
    if (finishing_ || shared_->stopping) co_return false;
    limit(shared_->options.limits.idle_time, Overdue::close);
    const auto space = buffer_.prepare(4096);
    const auto [error, size] = co_await transport_.async_read_some(space, kTuple);
    idle_ = false;
    if (error || size == 0) co_return false;
    buffer_.commit(size);
    co_return true;
}

asio::awaitable<HttpConnection::Read> HttpConnection::read_request(Request& request) {
    const auto& limits = shared_->options.limits;
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser.body_limit(limits.body_bytes);
    keep_alive_ = false;
    // A whole header mostly has come with the bytes that woke us; then nothing is waited for.
    beast::error_code error;
    auto read = parser.put(buffer_.data(), error);
    buffer_.consume(read);
    limit(limits.header_time, Overdue::cancel);
    if (error == http::error::need_more) {
        error = {};
        std::tie(error, read) = co_await http::async_read_header(transport_, buffer_, parser, kTuple);
    }
    if (!error && !parser.is_done()) {
        limit(limits.body_time, Overdue::cancel);
        if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            const bool sent = co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
            if (!sent) co_return Read::gone;
            limit(limits.body_time, Overdue::cancel);
        }
        std::tie(error, read) = co_await http::async_read(transport_, buffer_, parser, kTuple);
    }
    unlimit();
    if (error) {
        if (!timed_out_ && is_gone(error)) co_return Read::gone;
        const auto refusal = timed_out_ ? kTooSlow : refusal_of(error);
        co_await refuse(refusal.status, refusal.code, refusal.detail);
        co_return Read::refused;
    }
    auto& message = parser.get();
    const bool both_lengths =
        message.count(http::field::content_length) > 0 && message.count(http::field::transfer_encoding) > 0;
    if (both_lengths ||
        message.count(http::field::host) != (message.version() >= 11 ? 1U : message.count(http::field::host))) {
        co_await refuse(400, "malformed",
                        both_lengths ? "both Content-Length and Transfer-Encoding" : "exactly one Host is needed");
        co_return Read::refused;
    }
    keep_alive_ = message.keep_alive();
    old_client_ = message.version() < 11;
    request.method = to_method(message.method());
    request.raw_target = std::string(message.target());
    for (const auto& field : message) request.headers.add(std::string(field.name_string()), std::string(field.value()));
    request.body = std::move(message.body());
    request.wants_websocket = list_contains(request.headers.get("Connection"), "upgrade") &&
                              list_contains(request.headers.get("Upgrade"), "websocket");
    shared_->proxies.resolve(peer_, transport_.tls() != nullptr, request);
    co_return Read::request;
}

std::optional<Response> HttpConnection::handle_quickly(const Request& request) const {
    if (!shared_->quick) return std::nullopt;
    try {
        return shared_->quick(request);
    } catch (const std::exception& e) {
        log::error("http", "{} {}: {}", to_string(request.method), request.path, e.what());
        return problem_response(500, "internal", "the server failed; its log says why");
    }
}

asio::awaitable<Response> HttpConnection::handle(const Request& request) {
    // Runs on a worker; the coroutine then goes on here, on the strand.
    auto work = [this, &request]() -> asio::awaitable<Response> {
        try {
            auto response = shared_->handler(request);
            compress(request, response);
            co_return response;
        } catch (const std::exception& e) {
            log::error("http", "{} {}: {}", to_string(request.method), request.path, e.what());
            co_return problem_response(500, "internal", "the server failed; its log says why");
        }
    };
    auto running = asio::co_spawn(shared_->workers.get_executor(), std::move(work), asio::use_awaitable);
    co_return co_await std::move(running);
}

asio::awaitable<Response> HttpConnection::answer_later(Response response) {
    const auto answer = std::make_shared<LaterAnswer>(wakeup_);
    wakeup_->forget();
    try {
        response.later(answer->taker());
    } catch (const std::exception& e) {
        log::error("http", "an answer that was to come later: {}", e.what());  // the taker has gone: 500
    }
    while (!broken_ && !finishing_) {
        if (auto given = answer->take()) co_return std::move(*given);
        co_await wakeup_->wait();
    }
    auto given = answer->take();
    co_return given ? std::move(*given) : problem_response(503, "overloaded", "the server stops");
}

asio::awaitable<bool> HttpConnection::refuse(int status, std::string_view code, std::string_view detail) {
    keep_alive_ = false;
    const Request none;
    auto response = problem_response(status, code, detail);
    auto sending = write(none, std::move(response));
    co_return co_await std::move(sending);
}

asio::awaitable<void> HttpConnection::run() {
    const auto self = shared_from_this();
    std::exception_ptr failure;
    try {
        co_await serve();
    } catch (...) {
        failure = std::current_exception();
    }
    overdue_ = Overdue::nothing;
    ticker_.cancel();
    wakeup_->close();
    if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> HttpConnection::serve() {
    transport_.next_layer().socket().set_option(asio::ip::tcp::no_delay(true));
    const bool ready = co_await handshake();
    while (ready && co_await wait_for_request()) {
        Request request;
        const auto read = co_await read_request(request);
        if (read != Read::request) break;
        Response response;
        const bool below_base = strip_base(shared_->options.base_path, request.raw_target);
        auto target = parse_target(request.raw_target);
        if (!below_base) {
            response = problem_response(404, "not_found", "everything is below " + shared_->options.base_path + "/");
        } else if (!target) {
            response = problem_response(400, "malformed", target.error().message);
        } else {
            request.path = std::move(target->path);
            request.query = std::move(target->query);
            auto quick = handle_quickly(request);
            if (quick) {
                response = std::move(*quick);
            } else {
                response = co_await handle(request);
            }
            if (response.later) response = co_await answer_later(std::move(response));
        }
        if (response.websocket) {
            co_await run_websocket(transport_, request, response.websocket, shared_->options.limits, finish_websocket_);
            finish_websocket_ = nullptr;
            co_return;
        }
        const bool written = co_await write(request, std::move(response));
        if (!written || !keep_alive_) break;
    }
    co_await close();
}

asio::awaitable<void> HttpConnection::close() {
    unlimit();
    auto& tcp = transport_.next_layer();
    if (!tcp.socket().is_open()) co_return;
    tcp.expires_after(finishing_ || shared_->stopping ? milliseconds(200) : milliseconds(2000));
    if (transport_.tls() != nullptr) co_await transport_.tls()->async_shutdown(kTuple);
    boost::system::error_code ignored;
    tcp.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    // What the client still sends is read away for a moment: closing on unread bytes resets the connection, and the answer
    // (413, 431) would be lost with it.
    std::array<char, 4096> rest{};
    for (std::size_t total = 0; total < (1U << 20);) {
        const auto [error, size] = co_await tcp.async_read_some(asio::buffer(rest), kTuple);
        if (error) break;
        total += size;
    }
    tcp.close();
}

}  // namespace vantage::net
