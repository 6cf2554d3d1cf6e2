// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtsp_connection.hpp"

#include "ingest/socket_time.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace vantage::ingest {
namespace {

namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

constexpr std::size_t kMostUnsent = 64 * 1024;
constexpr std::size_t kTlsReadAhead = 128 * 1024;

SSL_CTX* tls_context() {
    static SSL_CTX* context = [] {
        // OpenSSL writes without MSG_NOSIGNAL.
        if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) throw std::runtime_error("cannot ignore SIGPIPE");
        auto* made = SSL_CTX_new(TLS_client_method());
        if (made == nullptr) throw std::runtime_error("OpenSSL gives no context");
        SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
        SSL_CTX_set_security_level(made, 0);
        SSL_CTX_set_min_proto_version(made, TLS1_VERSION);
        SSL_CTX_set_options(made, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
        SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        SSL_CTX_set_read_ahead(made, 1);
        SSL_CTX_set_default_read_buffer_len(made, kTlsReadAhead);
        return made;
    }();
    return context;
}

// recv() that also tells when the last byte came (SO_TIMESTAMPNS, which Linux gives for TCP as well).
ssize_t receive(int fd, std::span<std::uint8_t> into, microseconds* age) {
    if (age == nullptr) return ::recv(fd, into.data(), into.size(), MSG_DONTWAIT);
    iovec vector{into.data(), into.size()};
    alignas(cmsghdr) std::array<char, 128> control;
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto bytes = ::recvmsg(fd, &message, MSG_DONTWAIT);
    if (bytes <= 0) return bytes;
    *age = age_of(message);
    return bytes;
}

}  // namespace

RtspConnection::RtspConnection(asio::any_io_executor executor)
    : executor_(executor), socket_(executor), resolver_(executor), deadline_(executor), ssl_(nullptr, &SSL_free) {}

RtspConnection::~RtspConnection() {
    close();
}

void RtspConnection::arm(milliseconds timeout) {
    timed_out_ = false;
    deadline_.expires_after(timeout);
    // A completion that is already queued may outlive what it was armed for, and this object.
    deadline_.async_wait([this, alive = std::weak_ptr<void>(alive_), round = ++round_](error_code error) {
        if (error || alive.expired() || round != round_) return;
        timed_out_ = true;
        resolver_.cancel();
        error_code ignored;
        socket_.cancel(ignored);
    });
}

void RtspConnection::disarm() {
    ++round_;
    deadline_.cancel();
}

void RtspConnection::cancel() {
    cancelled_ = true;
    disarm();
    resolver_.cancel();
    error_code ignored;
    socket_.cancel(ignored);
}

Error RtspConnection::give_up(const std::string& what) const {
    if (cancelled_) return fail(errc::cancelled, "stopped");
    if (timed_out_) return fail(errc::timed_out, fmt::format("{} did not answer in time", name_));
    return fail(errc::unavailable, what);
}

asio::awaitable<Status> RtspConnection::connect(std::string host, std::uint16_t port, bool tls, milliseconds timeout) {
    close();
    name_ = fmt::format("{}:{}", host, port);
    arm(timeout);
    error_code error;
    const auto found = co_await resolver_.async_resolve(host, std::to_string(port), redirect_error(use_awaitable, error));
    if (error || cancelled_ || timed_out_)
        co_return give_up(fmt::format("the name {} is not known: {}", host, error.message()));
    co_await asio::async_connect(socket_, found, redirect_error(use_awaitable, error));
    if (error || cancelled_ || timed_out_)
        co_return give_up(fmt::format("cannot connect to {}: {}", name_, error.message()));
    prepare();
    Status ready;
    if (tls) ready = co_await handshake(host);
    disarm();
    co_return ready;
}

void RtspConnection::prepare() {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    fd_ = socket_.native_handle();
    const int on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    peer_ = socket_.remote_endpoint(ignored).address();
    local_ = socket_.local_endpoint(ignored).address();
}

asio::awaitable<Status> RtspConnection::handshake(const std::string& host) {
    ssl_.reset(SSL_new(tls_context()));
    if (!ssl_ || SSL_set_fd(ssl_.get(), fd_) != 1) co_return fail(errc::internal, "OpenSSL gives no connection");
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (not_an_address) SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    for (;;) {
        Want want{};
        ERR_clear_error();
        const auto outcome = tls_outcome(SSL_connect(ssl_.get()), want, "TLS handshake");
        if (outcome.has_error()) co_return outcome.error();
        if (*outcome > 0) co_return Status{};
        if (auto waited = co_await wait(want); waited.has_error()) co_return waited;
    }
}

// 0 with `want` set when it has to wait.
Result<std::size_t> RtspConnection::tls_outcome(int result, Want& want, const char* what) {
    if (result > 0) return static_cast<std::size_t>(result);
    const auto why = SSL_get_error(ssl_.get(), result);
    want = why == SSL_ERROR_WANT_WRITE ? Want::write : Want::read;
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return std::size_t{0};
    if (why == SSL_ERROR_ZERO_RETURN) return fail(errc::unavailable, fmt::format("{} has closed the connection", name_));
    const auto code = ERR_get_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    return fail(errc::unavailable,
                fmt::format("{} with {} failed: {}", what, name_, reason != nullptr ? reason : "connection lost"));
}

asio::awaitable<Status> RtspConnection::wait(Want want) {
    error_code error;
    const auto kind = want == Want::write ? asio::ip::tcp::socket::wait_write : asio::ip::tcp::socket::wait_read;
    if (!cancelled_ && !timed_out_) co_await socket_.async_wait(kind, redirect_error(use_awaitable, error));
    if (error || cancelled_ || timed_out_) co_return give_up(fmt::format("{}: {}", name_, error.message()));
    co_return Status{};
}

Result<std::size_t> RtspConnection::read_some(std::span<std::uint8_t> into, Want& want, microseconds* age) {
    if (ssl_) {
        ERR_clear_error();
        return tls_outcome(SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size())), want, "reading over TLS");
    }
    const auto bytes = receive(fd_, into, age);
    if (bytes > 0) return static_cast<std::size_t>(bytes);
    if (bytes == 0) return fail(errc::unavailable, fmt::format("{} has closed the connection", name_));
    want = Want::read;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::size_t{0};
    return fail(errc::unavailable, fmt::format("the connection to {} broke: {}", name_, std::strerror(errno)));
}

Result<std::size_t> RtspConnection::write_some(std::string_view text, Want& want) {
    if (ssl_) {
        ERR_clear_error();
        return tls_outcome(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())), want, "writing over TLS");
    }
    const auto bytes = ::send(fd_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (bytes >= 0) return static_cast<std::size_t>(bytes);
    want = Want::write;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::size_t{0};
    return fail(errc::unavailable, fmt::format("the connection to {} broke: {}", name_, std::strerror(errno)));
}

asio::awaitable<Result<std::size_t>> RtspConnection::read(std::span<std::uint8_t> into, milliseconds timeout) {
    arm(timeout);
    for (;;) {
        Want want{};
        const auto bytes = read_some(into, want, nullptr);
        if (bytes.has_error() || *bytes > 0) {
            disarm();
            co_return bytes;
        }
        if (auto waited = co_await wait(want); waited.has_error()) co_return waited.error();
    }
}

asio::awaitable<Status> RtspConnection::write(std::string_view text, milliseconds timeout) {
    arm(timeout);
    while (!text.empty()) {
        Want want{};
        const auto bytes = write_some(text, want);
        if (bytes.has_error()) co_return bytes.error();
        text.remove_prefix(*bytes);
        if (*bytes > 0) continue;
        if (auto waited = co_await wait(want); waited.has_error()) co_return waited;
    }
    disarm();
    co_return Status{};
}

// Asio's reactor reports every arriving segment, awaited or not: the descriptor has to leave it.
void RtspConnection::detach() {
    error_code error;
    fd_ = socket_.release(error);
    detached_ = true;
}

Result<RtspConnection::Polled> RtspConnection::poll_read(std::span<std::uint8_t> into) {
    Polled polled;
    Want want{};
    const auto bytes = read_some(into, want, &polled.age);
    if (bytes.has_error()) return bytes.error();
    polled.bytes = *bytes;
    return polled;
}

Status RtspConnection::poll_write(std::string_view text) {
    unsent_ += text;
    while (!unsent_.empty()) {
        Want want{};
        const auto bytes = write_some(unsent_, want);
        if (bytes.has_error()) return bytes.error();
        if (*bytes == 0) break;
        unsent_.erase(0, *bytes);
    }
    if (unsent_.size() > kMostUnsent) return fail(errc::overloaded, fmt::format("{} takes no data", name_));
    return {};
}

void RtspConnection::shut_down() {
    if (ssl_) SSL_shutdown(ssl_.get());
    if (fd_ >= 0) ::shutdown(fd_, SHUT_WR);
}

void RtspConnection::close() {
    ssl_.reset();
    error_code ignored;
    if (detached_ && fd_ >= 0) ::close(fd_);
    socket_.close(ignored);
    fd_ = -1;
    detached_ = false;
    unsent_.clear();
}

}  // namespace vantage::ingest
