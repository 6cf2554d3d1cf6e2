// SPDX-License-Identifier: Apache-2.0
// The writing half of a connection: header text, bodies from memory, bodies that are made while they are sent.
#include "base/log.hpp"
#include "net/http_connection.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <sys/socket.h>

namespace vantage::net {
namespace {

namespace asio = boost::asio;
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

// A header that would end its line early is left out.
bool breaks_line(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; });
}

void append_number(std::string& text, std::uint64_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    text.append(digits.begin(), end);
}

bool is_in_memory(const Response& response) {
    return !std::holds_alternative<FileBody>(response.body) &&
           !std::holds_alternative<std::shared_ptr<BodySource>>(response.body);
}

}  // namespace

void HttpConnection::put_head(const Response& response, std::optional<std::uint64_t> length) {
    head_ = "HTTP/1.1 ";
    append_number(head_, static_cast<std::uint64_t>(response.status));
    head_.append(1, ' ').append(reason_phrase(response.status)).append("\r\n");
    const auto put = [this](const std::string& name, const std::string& value) {
        head_.append(name).append(": ").append(value).append("\r\n");
    };
    for (const auto& [name, value] : response.headers)
        if (!breaks_line(name) && !breaks_line(value)) put(name, value);
    for (const auto& [name, value] : shared_->options.every_answer)
        if (!response.headers.has(name)) put(name, value);
    if (length && !has_no_body(response.status)) {
        head_ += "Content-Length: ";
        append_number(head_, *length);
        head_ += "\r\n";
    }
    head_ += date_header();
    head_ += keep_alive_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
}

// Head and body of an answer from memory become `unsent_`.
void HttpConnection::gather(const Request& request, const Response& response) {
    pieces_.assign(1, {});
    if (const auto* text = std::get_if<std::string>(&response.body)) pieces_.push_back(to_iovec(as_bytes(*text)));
    if (const auto* shared = std::get_if<SharedBody>(&response.body)) pieces_.push_back(to_iovec(shared->bytes));
    if (const auto* gathered = std::get_if<GatherBody>(&response.body))
        for (const auto& piece : gathered->pieces) pieces_.push_back(to_iovec(piece.bytes));
    std::uint64_t length = 0;
    for (const auto& piece : pieces_) length += piece.iov_len;
    if (request.method == Method::head || has_no_body(response.status)) pieces_.resize(1);
    put_head(response, length);
    pieces_.front() = to_iovec(as_bytes(head_));
    unsent_ = pieces_;
}

HttpConnection::Sent HttpConnection::write_now(const Request& request, const Response& response) {
    if (finishing_ || shared_->stopping) keep_alive_ = false;
    if (!is_in_memory(response)) return Sent::some;
    gather(request, response);
    if (transport_.tls() != nullptr) return Sent::some;
    const auto now = transport_.write_now(unsent_.first(std::min(unsent_.size(), kMostPieces)));
    if (now < 0) return errno == EAGAIN || errno == EINTR ? Sent::some : Sent::failed;
    consume(unsent_, static_cast<std::size_t>(now));
    return unsent_.empty() ? Sent::all : Sent::some;
}

Task<bool> HttpConnection::send(std::span<iovec> pieces) {
    std::size_t round = kRound;
    limit(shared_->options.limits.write_time, Overdue::stalled);
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
        if (sent >= round) limit(shared_->options.limits.write_time, Overdue::stalled);
        round = sent >= round ? kRound : round - sent;
    }
    unlimit();
    co_return true;
}

Task<bool> HttpConnection::write_all(std::string_view head, std::span<const SharedBody> pieces, std::string_view tail) {
    std::vector<iovec> all;
    all.reserve(pieces.size() + 2);
    all.push_back(to_iovec(as_bytes(head)));
    for (const auto& piece : pieces) all.push_back(to_iovec(piece.bytes));
    all.push_back(to_iovec(as_bytes(tail)));
    auto sending = send(all);
    co_return co_await std::move(sending);
}

Task<bool> HttpConnection::write(const Request& request, Response response) {
    const auto sent = write_now(request, response);
    if (sent != Sent::some) co_return sent == Sent::all;
    auto sending = write_rest(request, std::move(response));
    co_return co_await std::move(sending);
}

Task<bool> HttpConnection::write_rest(const Request& request, Response response) {
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
    auto sending = send(unsent_);
    co_return co_await std::move(sending);
}

Task<bool> HttpConnection::write_source(const Request& request, Response response, std::shared_ptr<BodySource> source) {
    const bool chunked = !old_client_;
    if (chunked) response.headers.set("Transfer-Encoding", "chunked");
    if (!chunked) keep_alive_ = false;
    put_head(response, std::nullopt);
    const bool begun = co_await write_all(head_, {});
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

Task<bool> HttpConnection::send_source(BodySource& source, bool chunked) {
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
        co_await asio::post(transport_.get_executor(), kAwait);
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
