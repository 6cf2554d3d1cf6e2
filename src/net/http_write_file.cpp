// SPDX-License-Identifier: Apache-2.0
// Files: ranges, files that are still written. Plain connections get them from the kernel (sendfile), TLS reads them in
// pieces. Opening and reading may wait for a slow disk, so both happen on a worker.
#include "net/http_connection.hpp"
#include "net/http_range.hpp"

#include <fmt/format.h>

#include <csignal>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vantage::net {
namespace {

namespace asio = boost::asio;
constexpr std::uint64_t kPiece = 256U << 10;
// What a worker sends before others get their turn.
constexpr std::uint64_t kTurn = 8U << 20;

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }

  private:
    int number_;
};

// -1 when it is no readable regular file.
int open_regular(const std::string& path, struct stat& about) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file >= 0 && (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))) {
        ::close(file);
        return -1;
    }
    return file;
}

std::string etag_of(const struct stat& about) {
    return fmt::format("\"{:x}-{:x}.{:x}\"", about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
}

// sendfile has no MSG_NOSIGNAL; a thread that blocks the signal gets EPIPE alone.
void block_broken_pipe_signal() {
    thread_local bool blocked = false;
    if (std::exchange(blocked, true)) return;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

enum class FileSent : std::uint8_t { all, full, failed };

// Sends [at, end) until the socket takes no more; moves `at`.
FileSent send_some(int socket, int file, std::uint64_t& at, std::uint64_t end) {
    block_broken_pipe_signal();
    for (auto offset = static_cast<off_t>(at); at < end; at = static_cast<std::uint64_t>(offset)) {
        const auto got = ::sendfile(socket, file, &offset, static_cast<std::size_t>(end - at));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno == EAGAIN ? FileSent::full : FileSent::failed;
        if (got == 0) return FileSent::failed;  // the file became shorter
    }
    return FileSent::all;
}

// Sets status and headers; false when a problem is to be sent instead of the file, which is then in `response`.
bool choose_range(const Request& request, Response& response, const std::string& etag, std::uint64_t size,
                  ByteRange& range) {
    if (!etag.empty()) response.headers.set("ETag", etag);
    response.headers.set("Accept-Ranges", "bytes");
    const auto if_range = request.headers.get("If-Range");
    const bool holds = if_range.empty() || (!etag.empty() && if_range == etag);
    range = parse_range(holds ? request.headers.get("Range") : std::string_view{}, size);
    if (range.kind == ByteRange::Kind::part) {
        response.status = 206;
        response.headers.set("Content-Range",
                             fmt::format("bytes {}-{}/{}", range.first, range.first + range.size - 1, size));
    } else if (range.kind == ByteRange::Kind::unsatisfiable) {
        response = problem_response(416, "invalid_argument", "the range begins behind the end");
        response.headers.set("Content-Range", fmt::format("bytes */{}", size));
        return false;
    } else if (!etag.empty() && request.headers.get("If-None-Match") == etag) {
        response.status = 304;
    }
    return true;
}

}  // namespace

Task<bool> HttpConnection::write_file(const Request& request, Response response, FileBody body) {
    if (body.content) {
        auto sending = write_content(request, std::move(response), body);
        co_return co_await std::move(sending);
    }
    struct stat about{};
    auto opening = on_worker([&body, &about] { return open_regular(body.path, about); });
    const Descriptor file(co_await std::move(opening));
    const bool failed = body.growth && body.growth->progress().failed;
    if (file.get() < 0 || failed) {
        auto sending = write(request, failed ? problem_response(500, "internal", "the file could not be written to its end")
                                             : problem_response(404, "not_found", "the file is gone"));
        co_return co_await std::move(sending);
    }
    const auto size = body.growth ? body.growth->final_size() : static_cast<std::uint64_t>(about.st_size);
    if (body.etag.empty() && !body.growth) body.etag = etag_of(about);
    ByteRange range;
    if (!choose_range(request, response, body.etag, size, range)) {
        auto sending = write(request, std::move(response));
        co_return co_await std::move(sending);
    }
    put_head(response, range.size);
    const bool begun = co_await write_all(head_, {});
    if (!begun || request.method == Method::head || response.status == 304) co_return begun;
    auto sending = send_file({file.get(), range.first, range.first + range.size, body.growth.get()});
    co_return co_await std::move(sending);
}

Task<bool> HttpConnection::write_content(const Request& request, Response response, const FileBody& body) {
    ByteRange range;
    if (!choose_range(request, response, body.etag, body.content->size(), range)) {
        auto sending = write(request, std::move(response));
        co_return co_await std::move(sending);
    }
    put_head(response, range.size);
    const bool begun = co_await write_all(head_, {});
    if (!begun || request.method == Method::head || response.status == 304) co_return begun;
    Bytes piece;
    for (auto at = range.first; at < range.first + range.size; at += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min(range.first + range.size - at, kPiece)));
        auto reading = on_worker([&body, &piece, at] { return body.content->read(at, piece); });
        const bool whole = co_await std::move(reading);
        if (!whole || broken_) co_return false;
        const SharedBody next{nullptr, piece};
        const bool sent = co_await write_all({}, {&next, 1});
        if (!sent) co_return false;
    }
    co_return true;
}

Task<bool> HttpConnection::send_file(FileSpan span) {
    while (span.at < span.end) {
        auto ready = span.end;
        if (span.growth != nullptr) {
            const auto progress = span.growth->progress();
            ready = std::min(ready, progress.written);
            if (ready <= span.at) {
                if (progress.failed) co_return false;  // cut short: the length was promised already
                const bool more = co_await wait_for_growth(*span.growth, span.at);
                if (!more) co_return false;
                continue;
            }
        }
        const bool sent = co_await send_ready(span, std::min(ready, span.at + kTurn));
        if (!sent) co_return false;
    }
    co_return true;
}

Task<bool> HttpConnection::send_ready(FileSpan& span, std::uint64_t end) {
    if (transport_.tls() != nullptr) {
        Bytes piece(static_cast<std::size_t>(std::min(end - span.at, kPiece)));
        auto reading =
            on_worker([&span, &piece] { return pread(span.file, piece.data(), piece.size(), static_cast<off_t>(span.at)); });
        const auto got = co_await std::move(reading);
        if (got <= 0) co_return false;
        const SharedBody body{nullptr, ByteView(piece.data(), static_cast<std::size_t>(got))};
        span.at += static_cast<std::uint64_t>(got);
        auto sending = write_all({}, {&body, 1});
        co_return co_await std::move(sending);
    }
    // A descriptor of its own: the connection may be cut, and its number used again, while the worker sends.
    auto& socket = transport_.next_layer().socket();
    const Descriptor own(fcntl(socket.native_handle(), F_DUPFD_CLOEXEC, 0));
    if (own.get() < 0) co_return false;
    for (auto counted = span.at; span.at < end;) {
        auto sending = on_worker([&span, &own, end] { return send_some(own.get(), span.file, span.at, end); });
        const auto sent = co_await std::move(sending);
        if (sent == FileSent::failed || broken_) co_return false;
        if (sent == FileSent::all) break;
        if (overdue_ == Overdue::nothing || span.at - counted >= kPiece) {
            limit(shared_->options.limits.write_time, Overdue::stalled);
            counted = span.at;
        }
        const auto [error] = co_await socket.async_wait(asio::socket_base::wait_write, kTuple);
        if (error) co_return false;
    }
    unlimit();
    co_return true;
}

Task<bool> HttpConnection::wait_for_growth(FileGrowth& growth, std::uint64_t at) {
    wakeup_->forget();
    watch_peer();
    const auto number = growth.watch(at, [wakeup = wakeup_] { wakeup->wake(); });
    co_await wakeup_->wait();
    growth.forget(number);
    unwatch_peer();
    co_return !broken_;
}

}  // namespace vantage::net
