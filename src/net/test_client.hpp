// SPDX-License-Identifier: Apache-2.0
// For tests: a client of bare sockets that can misbehave. Blocks, with a bound of ten seconds a read.
#pragma once
#include "net/http_message.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace vantage::net {

class TestClient {
  public:
    explicit TestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval bound{10, 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
        connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~TestClient() { close(); }
    TestClient(const TestClient&) = delete;
    TestClient& operator=(const TestClient&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    void close() {
        if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    }

    bool send(std::string_view text) {
        while (!text.empty()) {
            const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    // False at the end of the stream, a reset, or after ten seconds of silence.
    bool receive() {
        std::array<char, 65536> piece{};
        const auto got = recv(socket_, piece.data(), piece.size(), 0);
        if (got <= 0) return false;
        buffer_.append(piece.data(), static_cast<std::size_t>(got));
        return true;
    }
    // Says that nothing more will be sent.
    void end() { shutdown(socket_, SHUT_WR); }
    void discard() { buffer_.clear(); }
    [[nodiscard]] std::size_t buffered() const { return buffer_.size(); }
    // Everything up to the end of the stream.
    std::string rest() {
        while (receive()) {
        }
        return std::exchange(buffer_, {});
    }

    // Status 0 when the connection ended first.
    Response response(bool head = false) {
        Response answer;
        answer.status = 0;
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
            if (!receive()) return answer;
        parse_head(std::string_view(buffer_).substr(0, end), answer);
        buffer_.erase(0, end + 4);
        if (!head && answer.headers.get("Transfer-Encoding") == "chunked") {
            answer.body = chunks();
            return answer;
        }
        const auto length = answer.headers.get("Content-Length");
        const auto size = head || length.empty() || answer.status == 304 ? 0 : std::stoul(std::string(length));
        while (buffer_.size() < size)
            if (!receive()) break;
        answer.body = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return answer;
    }

    // `headers`: whole lines, each with its CRLF.
    Response request(std::string_view method, std::string_view target, std::string_view headers = {},
                     std::string_view body = {}) {
        auto text = fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n{}", method, target, headers);
        if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
        send(text + "\r\n" + std::string(body));
        return response(method == "HEAD");
    }

    // The answer to the upgrade; 101 when it became a WebSocket.
    Response open_websocket(std::string_view target, std::string_view headers = {}) {
        return request("GET", target,
                       fmt::format("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}",
                                   headers));
    }
    // RFC 6455 section 5.2; the mask is zero. opcode 1: text, 8: close.
    bool send_frame(int opcode, std::string_view payload) {
        std::string frame(1, static_cast<char>(0x80 | opcode));
        if (payload.size() < 126) {
            frame += static_cast<char>(0x80 | payload.size());
        } else {
            frame += static_cast<char>(0x80 | 126);
            frame += static_cast<char>(payload.size() >> 8);
            frame += static_cast<char>(payload.size() & 0xff);
        }
        return send(frame + std::string(4, '\0') + std::string(payload));
    }
    struct Frame {
        int opcode{-1};  // -1: the connection ended
        std::string payload;
    };
    Frame frame() {
        if (!fill(2)) return {};
        const int opcode = buffer_[0] & 0x0f;
        std::size_t size = buffer_[1] & 0x7f, head = 2;
        if (size == 126) {
            if (!fill(4)) return {};
            size = load_u16(bytes() + 2);
            head = 4;
        } else if (size == 127) {
            if (!fill(10)) return {};
            size = load_u64(bytes() + 2);
            head = 10;
        }
        if (!fill(head + size)) return {};
        Frame frame{opcode, buffer_.substr(head, size)};
        buffer_.erase(0, head + size);
        return frame;
    }

  private:
    const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(buffer_.data()); }
    bool fill(std::size_t size) {
        while (buffer_.size() < size)
            if (!receive()) return false;
        return true;
    }
    // A chunked body without its frame; ends with "(cut)" when the connection ended before it did.
    std::string chunks() {
        std::string body;
        for (;;) {
            std::size_t line = 0;
            while ((line = buffer_.find("\r\n")) == std::string::npos)
                if (!receive()) return body + "(cut)";
            const auto size = std::stoul(buffer_.substr(0, line), nullptr, 16);
            if (!fill(line + 2 + size + 2)) return body + "(cut)";
            body += buffer_.substr(line + 2, size);
            buffer_.erase(0, line + 2 + size + 2);
            if (size == 0) return body;
        }
    }
    static void parse_head(std::string_view head, Response& answer) {
        answer.status = std::stoi(std::string(head.substr(9, 3)));
        for (auto line = head.find("\r\n"); line != std::string_view::npos;) {
            const auto next = head.find("\r\n", line + 2);
            const auto text = head.substr(line + 2, next == std::string_view::npos ? next : next - line - 2);
            const auto colon = text.find(": ");
            if (colon != std::string_view::npos)
                answer.headers.add(std::string(text.substr(0, colon)), std::string(text.substr(colon + 2)));
            line = next;
        }
    }

    int socket_;
    bool connected_{false};
    std::string buffer_;
};

inline const std::string& body_of(const Response& response) {
    return std::get<std::string>(response.body);
}

}  // namespace vantage::net
