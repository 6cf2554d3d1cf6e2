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

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, asio::ssl::context* tls, std::shared_ptr<HttpShared> shared)
    : shared_(std::move(shared)),
      transport_(std::move(socket), tls),
      buffer_(shared_->options.limits.header_bytes + (64U << 10)),
      deadline_(transport_.get_executor()) {
    peer_ = remote_address(transport_.next_layer().socket());
}

void HttpConnection::finish() {
    asio::post(transport_.get_executor(), [self = shared_from_this()] {
        self->finishing_ = true;
        if (self->finish_websocket_) {
            self->finish_websocket_();
        } else if (self->idle_) {
            self->transport_.next_layer().close();
        }
    });
}

void HttpConnection::cut() {
    asio::post(transport_.get_executor(), [self = shared_from_this()] { self->transport_.next_layer().close(); });
}

void HttpConnection::arm(milliseconds time) {
    timed_out_ = false;
    transport_.next_layer().expires_never();
    deadline_.expires_after(time);
    deadline_.async_wait([weak = weak_from_this(), number = ++armed_](boost::system::error_code error) {
        const auto self = weak.lock();
        if (error || !self || self->armed_ != number) return;
        self->timed_out_ = true;
        self->transport_.next_layer().cancel();
    });
}

void HttpConnection::disarm() {
    ++armed_;
    deadline_.cancel();
}

asio::awaitable<bool> HttpConnection::handshake() {
    if (transport_.tls() == nullptr) co_return true;
    transport_.next_layer().expires_after(shared_->options.limits.header_time);
    const auto [error] = co_await transport_.tls()->async_handshake(asio::ssl::stream_base::server, kTuple);
    co_return !error;
}

asio::awaitable<bool> HttpConnection::wait_for_request() {
    if (buffer_.size() > 0) co_return true;
    idle_ = true;
    if (finishing_ || shared_->stopping) co_return false;
    transport_.next_layer().expires_after(shared_->options.limits.idle_time);
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
    arm(limits.header_time);
    auto [error, read] = co_await http::async_read_header(transport_, buffer_, parser, kTuple);
    if (!error && !parser.is_done()) {
        arm(limits.body_time);
        if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            const bool sent = co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
            if (!sent) co_return Read::gone;
            arm(limits.body_time);
        }
        std::tie(error, read) = co_await http::async_read(transport_, buffer_, parser, kTuple);
    }
    disarm();
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
    request.method = to_method(message.method());
    request.raw_target = std::string(message.target());
    for (const auto& field : message) request.headers.add(std::string(field.name_string()), std::string(field.value()));
    request.body = std::move(message.body());
    request.wants_websocket = list_contains(request.headers.get("Connection"), "upgrade") &&
                              list_contains(request.headers.get("Upgrade"), "websocket");
    shared_->proxies.resolve(peer_, transport_.tls() != nullptr, request);
    co_return Read::request;
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

asio::awaitable<bool> HttpConnection::refuse(int status, std::string_view code, std::string_view detail) {
    keep_alive_ = false;
    const Request none;
    auto response = problem_response(status, code, detail);
    auto sending = write(none, std::move(response));
    co_return co_await std::move(sending);
}

asio::awaitable<void> HttpConnection::run() {
    const auto self = shared_from_this();
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
            response = co_await handle(request);
        }
        if (response.websocket) {
            transport_.next_layer().expires_never();
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
