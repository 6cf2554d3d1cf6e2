// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.hpp"

#include "base/log.hpp"
#include "net/http_encoding.hpp"
#include "net/http_parser.hpp"
#include "net/websocket_connection.hpp"

#include <boost/beast/http/read.hpp>
#include <fmt/format.h>

namespace vantage::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

std::string remote_address(const Socket& socket) {
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
            ~Last() { answer->give_up(); }
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
    void give_up() {
        {
            const std::lock_guard hold(mutex_);
            if (given_) return;
        }
        give(problem_response(500, "internal", "the server failed; its log says why"));
    }
    void give(Response response) {
        {
            const std::lock_guard hold(mutex_);
            if (std::exchange(given_, true)) return;
            response_ = std::move(response);
            response_->later = nullptr;
            response_->websocket = nullptr;
        }
        wakeup_->wake_now();
    }

    const std::shared_ptr<Wakeup> wakeup_;
    std::mutex mutex_;
    bool given_{false};  // guarded by mutex_, as the next
    std::optional<Response> response_;
};

// Asks for the answer, which may come before this returns.
std::shared_ptr<LaterAnswer> ask_later(const Response& response, const std::shared_ptr<Wakeup>& wakeup) {
    auto answer = std::make_shared<LaterAnswer>(wakeup);
    wakeup->forget();
    try {
        response.later(answer->taker());
    } catch (const std::exception& e) {
        log::error("http", "an answer that was to come later: {}", e.what());  // the taker has gone: 500
    }
    return answer;
}

}  // namespace

HttpConnection::HttpConnection(Socket socket, asio::ssl::context* tls, std::shared_ptr<HttpShared> shared)
    : shared_(std::move(shared)),
      transport_(std::move(socket), tls),
      wakeup_(std::make_shared<Wakeup>(shared_->wakeups, transport_.get_executor())),
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
            if (overdue == Overdue::stalled) ++self->shared_->stalled;
            if (overdue == Overdue::close || overdue == Overdue::stalled) self->break_off();
            if (overdue == Overdue::cancel) {  // what is just between two reads is caught by closing
                self->transport_.next_layer().cancel();
                self->limit(self->least_limit_, Overdue::close);
                self->timed_out_ = true;
            }
        }
        self->tick();
    });
}

Task<bool> HttpConnection::handshake() {
    if (transport_.tls() == nullptr) co_return true;
    transport_.next_layer().expires_after(shared_->options.limits.header_time);
    const auto [error] = co_await transport_.tls()->async_handshake(asio::ssl::stream_base::server, kTuple);
    transport_.next_layer().expires_never();
    co_return !error;
}

// False when no further request is wanted.
bool HttpConnection::begin_to_wait() {
    idle_ = true;
    if (finishing_ || shared_->stopping) return false;
    limit(shared_->options.limits.idle_time, Overdue::close);
    return true;
}

// The rest of a request of which `error` tells how far it has come; false when it was refused or the client has gone.
Task<bool> HttpConnection::read_rest(RequestParser& parser, const Request& request, beast::error_code error) {
    const auto& limits = shared_->options.limits;
    limit(limits.header_time, Overdue::cancel);
    if (error == http::error::need_more)
        std::tie(error, std::ignore) = co_await http::async_read_header(transport_, buffer_, parser, kTuple);
    if (!error && !parser.is_done()) {
        limit(limits.body_time, Overdue::cancel);
        if (equals_ignoring_case(request.headers.get("Expect"), "100-continue")) {
            const bool sent = co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
            if (!sent) co_return false;
            limit(limits.body_time, Overdue::cancel);
        }
        std::tie(error, std::ignore) = co_await http::async_read(transport_, buffer_, parser, kTuple);
    }
    unlimit();
    if (!error) co_return true;
    if (!timed_out_ && is_gone(error)) co_return false;
    const auto refusal = timed_out_ ? kTooSlow : refusal_of(error);
    co_await refuse(refusal.status, refusal.code, refusal.detail);
    co_return false;
}

// Completes a request that was read; an answer when it is refused.
std::optional<Response> HttpConnection::accept_request(const RequestParser& parser, Request& request) {
    const auto& headers = request.headers;
    keep_alive_ = false;
    old_client_ = parser.is_http_1_0();
    if (headers.has("Content-Length") && headers.has("Transfer-Encoding"))
        return problem_response(400, "malformed", "both Content-Length and Transfer-Encoding");
    if (!old_client_ && headers.count("Host") != 1) return problem_response(400, "malformed", "exactly one Host is needed");
    keep_alive_ = parser.keep_alive();
    request.wants_websocket =
        list_contains(headers.get("Connection"), "upgrade") && list_contains(headers.get("Upgrade"), "websocket");
    shared_->proxies.resolve(peer_, transport_.tls() != nullptr, request);
    if (!strip_base(shared_->options.base_path, request.raw_target))
        return problem_response(404, "not_found", "everything is below " + shared_->options.base_path + "/");
    auto target = parse_target(request.raw_target);
    if (!target) return problem_response(400, "malformed", target.error().message);
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    return std::nullopt;
}

// Nothing: a worker is asked.
std::optional<Response> HttpConnection::answer_at_once(Request& request) const {
    if (!shared_->quick) return std::nullopt;
    try {
        return shared_->quick(request);
    } catch (const std::exception& e) {
        log::error("http", "{} {}: {}", to_string(request.method), request.path, e.what());
        return problem_response(500, "internal", "the server failed; its log says why");
    }
}

Task<Response> HttpConnection::handle(const Request& request) {
    auto work = on_worker([this, &request] {
        try {
            auto response = shared_->handler(request);
            compress(request, response);
            return response;
        } catch (const std::exception& e) {
            log::error("http", "{} {}: {}", to_string(request.method), request.path, e.what());
            return problem_response(500, "internal", "the server failed; its log says why");
        }
    });
    co_return co_await std::move(work);
}

Task<bool> HttpConnection::refuse(int status, std::string_view code, std::string_view detail) {
    keep_alive_ = false;
    const Request none;
    auto response = problem_response(status, code, detail);
    auto sending = write(none, std::move(response));
    co_return co_await std::move(sending);
}

Task<void> HttpConnection::run() {
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

Task<void> HttpConnection::serve() {
    auto& socket = transport_.next_layer().socket();
    socket.set_option(asio::ip::tcp::no_delay(true));
    bool open = co_await handshake();
    Request request;
    while (open) {
        while (open && buffer_.size() == 0) {
            if (!begin_to_wait()) {
                open = false;
                break;
            }
            // Without Beast's time limits, which have a timer of their own.
            auto reading = transport_.tls() != nullptr ? transport_.tls()->async_read_some(buffer_.prepare(4096), kTuple)
                                                       : socket.async_receive(buffer_.prepare(4096), kTuple);
            const auto [error, size] = co_await std::move(reading);
            buffer_.commit(size);
            open = !error;
        }
        idle_ = false;
        if (!open) break;
        request.clear();
        RequestParser parser(shared_->options.limits, request);
        const auto error = parser.take(buffer_);
        unlimit();
        if (error || !parser.is_done()) {
            const bool whole = co_await read_rest(parser, request, error);
            if (!whole) break;
        }
        auto response = accept_request(parser, request);
        if (!response) response = answer_at_once(request);
        if (!response) response = co_await handle(request);
        if (response->later) {  // here, not in a coroutine of its own: hundreds wait at a time, each for its frame
            const auto answer = ask_later(*response, wakeup_);
            auto given = answer->take();
            for (; !given && !broken_ && !finishing_; given = answer->take())
                if (!wakeup_->take_woken()) co_await wakeup_->suspend();
            if (!given) given = problem_response(503, "overloaded", "the server stops");
            given->headers.add_missing(std::move(response->headers));
            response = std::move(given);
        }
        if (response->websocket) {
            co_await run_websocket(transport_, request, response->websocket, shared_->options.limits, shared_->wakeups,
                                   shared_->stalled, finish_websocket_);
            finish_websocket_ = nullptr;
            co_return;
        }
        const auto sent = write_now(request, *response);
        open = sent != Sent::failed;
        if (sent == Sent::some) open = co_await write_rest(request, std::move(*response));
        open = open && keep_alive_;
    }
    co_await close();
}

Task<void> HttpConnection::close() {
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
