// SPDX-License-Identifier: Apache-2.0
// The writing half of a connection: header text, bodies from memory, bodies that are made while they are sent.
#include "base/log.hpp"
#include "net/http_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <sys/socket.h>

namespace vantage::net {
namespace {

namespace asio = boost::asio;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
// What one write takes at most; each has the whole write time.
constexpr std::size_t kRound = 256U << 10;
constexpr std::size_t kMostPieces = 64;

iovec to_iovec(ByteView bytes) {
    return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

// Takes `size` bytes off the front.
void consume(std::span<iovec>& pieces, std::size_t size) {
    while (!pieces.empty() && size >= pieces.front().iov_len) {
        size -= pieces.front().iov_len;
        pieces = pieces.subspan(1);
    }
    if (pieces.empty()) return;
    pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + size;
    pieces.front().iov_len -= size;
}

// The Date header, made once a second.
const std::string& date_header() {
    thread_local std::time_t made = -1;
    thread_local std::string text;
    const auto now = std::time(nullptr);
    if (now != made) {
        text = fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", fmt::gmtime(now));
        made = now;
    }
    return text;
}

bool has_no_body(int status) {
    return status == 204 || status == 304;
}

}  // namespace

std::string HttpConnection::header_text(const Response& response, std::optional<std::uint64_t> length) const {
    std::string text;
    text.reserve(512);
    const auto out = std::back_inserter(text);
    fmt::format_to(out, "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
    for (const auto& [name, value] : response.headers) {
        if (value.find_first_of("\r\n") != std::string::npos || name.find_first_of("\r\n") != std::string::npos) continue;
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (length && !has_no_body(response.status)) fmt::format_to(out, "Content-Length: {}\r\n", *length);
    text += date_header();
    text += keep_alive_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    return text;
}

asio::awaitable<bool> HttpConnection::send(std::span<iovec> pieces) {
    std::size_t round = kRound;
    limit(shared_->options.limits.write_time, Overdue::close);
    for (consume(pieces, 0); !pieces.empty(); consume(pieces, 0)) {
        if (broken_) co_return false;
        std::size_t sent = 0;
        if (transport_.tls() == nullptr) {
            const auto now = transport_.write_now(pieces.first(std::min(pieces.size(), kMostPieces)));
            if (now < 0 && errno != EAGAIN && errno != EINTR) co_return false;
            if (now < 0) {
                const auto [error] =
                    co_await transport_.next_layer().socket().async_wait(asio::socket_base::wait_write, kTuple);
                if (error) co_return false;
                continue;
            }
            sent = static_cast<std::size_t>(now);
        } else {
            const asio::const_buffer front(pieces.front().iov_base, std::min(pieces.front().iov_len, kRound));
            const auto [error, size] = co_await transport_.async_write_some(front, kTuple);
            if (error) co_return false;
            sent = size;
        }
        consume(pieces, sent);
        if (sent >= round) limit(shared_->options.limits.write_time, Overdue::close);
        round = sent >= round ? kRound : round - sent;
    }
    unlimit();
    co_return true;
}

asio::awaitable<bool> HttpConnection::write_all(std::string_view head, std::span<const SharedBody> pieces,
                                                std::string_view tail) {
    std::vector<iovec> all;
    all.reserve(pieces.size() + 2);
    all.push_back(to_iovec(as_bytes(head)));
    for (const auto& piece : pieces) all.push_back(to_iovec(piece.bytes));
    all.push_back(to_iovec(as_bytes(tail)));
    auto sending = send(all);
    co_return co_await std::move(sending);
}

asio::awaitable<bool> HttpConnection::write(const Request& request, Response response) {
    if (finishing_ || shared_->stopping) keep_alive_ = false;
    if (auto* file = std::get_if<FileBody>(&response.body)) {
        auto body = std::move(*file);
        auto sending = write_file(request, std::move(response), std::move(body));
        co_return co_await std::move(sending);
    }
    if (auto* source = std::get_if<std::shared_ptr<BodySource>>(&response.body)) {
        auto body = std::move(*source);
        auto sending = write_source(request, std::move(response), std::move(body));
        co_return co_await std::move(sending);
    }
    SharedBody single;
    std::span<const SharedBody> pieces(&single, 1);
    if (const auto* text = std::get_if<std::string>(&response.body)) single.bytes = as_bytes(*text);
    if (const auto* shared = std::get_if<SharedBody>(&response.body)) single.bytes = shared->bytes;
    if (const auto* gather = std::get_if<GatherBody>(&response.body)) pieces = gather->pieces;
    std::uint64_t length = 0;
    for (const auto& piece : pieces) length += piece.bytes.size();
    const auto head = header_text(response, length);
    if (request.method == Method::head || has_no_body(response.status)) pieces = {};
    auto sending = write_all(head, pieces);
    co_return co_await std::move(sending);
}

asio::awaitable<bool> HttpConnection::write_source(const Request& request, Response response,
                                                   std::shared_ptr<BodySource> source) {
    const bool chunked = !old_client_;
    if (chunked) response.headers.set("Transfer-Encoding", "chunked");
    if (!chunked) keep_alive_ = false;
    const auto head = header_text(response, std::nullopt);
    const bool begun = co_await write_all(head, {});
    if (!begun || request.method == Method::head || source == nullptr) co_return begun;
    streaming_ = true;
    wakeup_->forget();
    watch_peer();
    bool whole = false;
    std::exception_ptr failure;
    try {
        source->on_open([wakeup = wakeup_] { wakeup->wake(); });
        whole = co_await send_source(*source, chunked);
    } catch (...) {
        failure = std::current_exception();
    }
    unwatch_peer();
    streaming_ = false;
    source->on_close();
    if (failure) std::rethrow_exception(failure);
    if (!whole) break_off();
    co_return whole;
}

asio::awaitable<bool> HttpConnection::send_source(BodySource& source, bool chunked) {
    while (!broken_ && !finishing_) {
        std::vector<SharedBody> pieces;
        std::size_t size = 0;
        while (size < kRound && pieces.size() < kMostPieces - 2) {
            auto piece = source.next();
            if (!piece) break;
            size += piece->bytes.size();
            if (!piece->bytes.empty()) pieces.push_back({std::move(piece->owner), piece->bytes});
        }
        if (size == 0) {
            if (source.finished()) {
                auto ending = write_all(chunked ? "0\r\n\r\n" : "", {});
                co_return co_await std::move(ending);
            }
            co_await wakeup_->wait();
            continue;
        }
        const auto head = chunked ? fmt::format("{:x}\r\n", size) : std::string();
        const bool sent = co_await write_all(head, pieces, chunked ? "\r\n" : "");
        if (!sent) break;
        // A fast client with much to get lets others have their turn.
        co_await asio::post(transport_.get_executor(), asio::use_awaitable);
    }
    co_return false;
}

void HttpConnection::watch_peer() {
    auto& socket = transport_.next_layer().socket();
    socket.async_wait(
        asio::socket_base::wait_read, [weak = weak_from_this(), number = ++peer_watch_](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!self || error || self->peer_watch_ != number) return;
            char byte = 0;
            const auto got = recv(self->transport_.next_layer().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
            if (got > 0 || (got < 0 && errno == EAGAIN)) return;  // it asks for more already
            self->broken_ = true;
            self->wakeup_->wake_here();
        });
}

void HttpConnection::unwatch_peer() {
    ++peer_watch_;
    boost::system::error_code ignored;
    transport_.next_layer().socket().cancel(ignored);
}

}  // namespace vantage::net
