// SPDX-License-Identifier: Apache-2.0
// The writing half of a connection: header text, bodies from memory, files in pieces.
#include "net/http_connection.hpp"
#include "net/http_range.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vantage::net {
namespace {

namespace asio = boost::asio;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kPiece = 256U << 10;

class OpenFile {
  public:
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    ~OpenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    [[nodiscard]] int get() const { return descriptor_; }

  private:
    int descriptor_;
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

}  // namespace

std::string HttpConnection::header_text(const Response& response, std::uint64_t length) const {
    std::string text = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
    for (const auto& [name, value] : response.headers) {
        if (value.find_first_of("\r\n") != std::string::npos || name.find_first_of("\r\n") != std::string::npos) continue;
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (response.status != 204 && response.status != 304) text += fmt::format("Content-Length: {}\r\n", length);
    text += fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", fmt::gmtime(std::time(nullptr)));
    text += keep_alive_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    return text;
}

asio::awaitable<bool> HttpConnection::write_all(std::string_view head, ByteView body) {
    auto& tcp = transport_.next_layer();
    bool first = true;
    while (first || !body.empty()) {
        tcp.expires_after(shared_->options.limits.write_time);
        const auto piece = body.first(std::min(body.size(), kPiece));
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(piece.data(), piece.size())};
        const auto [error, size] = co_await asio::async_write(transport_, buffers, kTuple);
        if (error) co_return false;
        body = body.subspan(piece.size());
        head = {};
        first = false;
    }
    co_return true;
}

asio::awaitable<bool> HttpConnection::write(const Request& request, Response response) {
    if (finishing_ || shared_->stopping) keep_alive_ = false;
    if (const auto* file = std::get_if<FileBody>(&response.body)) {
        const std::string path = file->path;
        auto sending = write_file(request, std::move(response), path);
        co_return co_await std::move(sending);
    }
    const auto* shared = std::get_if<SharedBody>(&response.body);
    const auto body = shared != nullptr ? shared->bytes : as_bytes(std::get<std::string>(response.body));
    const auto head = header_text(response, body.size());
    const bool without_body = request.method == Method::head || response.status == 204 || response.status == 304;
    auto sending = write_all(head, without_body ? ByteView{} : body);
    co_return co_await std::move(sending);
}

asio::awaitable<bool> HttpConnection::write_file(const Request& request, Response response, const std::string& path) {
    struct stat about{};
    // Opening and reading may wait for a slow disk: on a worker, never here.
    auto open_work = [&path, &about]() -> asio::awaitable<int> { co_return open_regular(path, about); };
    const OpenFile file(co_await asio::co_spawn(shared_->workers.get_executor(), std::move(open_work), asio::use_awaitable));
    if (file.get() < 0) {
        auto sending = write(request, problem_response(404, "not_found", "the file is gone"));
        co_return co_await std::move(sending);
    }
    const auto size = static_cast<std::uint64_t>(about.st_size);
    const auto etag = etag_of(about);
    response.headers.set("ETag", etag);
    response.headers.set("Accept-Ranges", "bytes");
    const auto if_range = request.headers.get("If-Range");
    const bool range_holds = if_range.empty() || if_range == etag;
    const auto range = parse_range(range_holds ? request.headers.get("Range") : std::string_view{}, size);
    if (range.kind == ByteRange::Kind::part) {
        response.status = 206;
        response.headers.set("Content-Range",
                             fmt::format("bytes {}-{}/{}", range.first, range.first + range.size - 1, size));
    } else if (range.kind == ByteRange::Kind::unsatisfiable) {
        response = problem_response(416, "invalid_argument", "the range begins behind the end");
        response.headers.set("Content-Range", fmt::format("bytes */{}", size));
        auto sending = write(request, std::move(response));
        co_return co_await std::move(sending);
    } else if (request.headers.get("If-None-Match") == etag) {
        response.status = 304;
    }
    std::string head = header_text(response, range.size);
    auto left = request.method == Method::head || response.status == 304 ? 0 : range.size;
    Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
    for (auto at = range.first; left > 0 || !head.empty();) {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece));
        auto read_work = [&file, &piece, want, at]() -> asio::awaitable<ssize_t> {
            co_return want == 0 ? 0 : pread(file.get(), piece.data(), want, static_cast<off_t>(at));
        };
        const auto got = co_await asio::co_spawn(shared_->workers.get_executor(), std::move(read_work), asio::use_awaitable);
        if (got < 0 || (want > 0 && got == 0)) co_return false;  // cut short: the length was promised already
        const bool sent = co_await write_all(head, ByteView(piece.data(), static_cast<std::size_t>(got)));
        if (!sent) co_return false;
        head.clear();
        at += static_cast<std::uint64_t>(got);
        left -= static_cast<std::uint64_t>(got);
    }
    co_return true;
}

}  // namespace vantage::net
