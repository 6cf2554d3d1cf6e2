// SPDX-License-Identifier: Apache-2.0
// For tests of the RTSP server: the server on a thread of its own, and a client that waits for answers. Tests only.
#pragma once
#include "live/rtsp/rtsp_fakes.hpp"
#include "live/rtsp/rtsp_server.hpp"
#include "net/rtp.hpp"
#include "net/rtsp_message.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <future>
#include <thread>

namespace vantage::live {

namespace asio = boost::asio;

struct RtspTestServer {
    explicit RtspTestServer(RtspServerOptions options = {}, bool password = false) {
        options.port = 0;
        RtspServerHooks hooks;
        hooks.find_feed = [this](std::string_view path) -> std::shared_ptr<RtspFeed> {
            return path == "door" ? feed : nullptr;
        };
        if (password) hooks.access = &access;
        server.emplace(io, options, hooks);
        EXPECT_TRUE(server->listen());
        thread = std::jthread([this] { io.run(); });
    }
    ~RtspTestServer() {
        asio::post(io, [this] { server->stop(); });
        thread.join();
    }
    void wait_playing(std::size_t count) const {
        const auto until = std::chrono::steady_clock::now() + seconds{20};
        while (server->stats().playing != count && std::chrono::steady_clock::now() < until) std::this_thread::yield();
        ASSERT_EQ(server->stats().playing, count);
    }
    // Until what was posted so far is done.
    void settle() {
        std::promise<void> done;
        asio::post(io, [&] { done.set_value(); });
        done.get_future().wait();
    }
    [[nodiscard]] std::string url(const std::string& rest = "door") const {
        return fmt::format("rtsp://127.0.0.1:{}/{}", server->port(), rest);
    }

    std::shared_ptr<FakeRtspFeed> feed = std::make_shared<FakeRtspFeed>();
    FakeRtspAccess access;
    asio::io_context io;
    std::optional<RtspServer> server;
    std::jthread thread;
};

class RtspTestClient {
  public:
    explicit RtspTestClient(const RtspTestServer& server) : server_(server) {
        socket.connect({asio::ip::address_v4::loopback(), server.server->port()});
    }

    void send(const std::string& method, const std::string& url, const std::vector<std::string>& headers = {}) {
        std::string text = fmt::format("{} {} RTSP/1.0\r\nCSeq: {}\r\n", method, url, ++cseq_);
        for (const auto& header : headers) text += header + "\r\n";
        if (!session.empty()) text += "Session: " + session + "\r\n";
        raw(text + "\r\n");
    }
    void raw(const std::string& text) {
        boost::system::error_code ignored;
        asio::write(socket, asio::buffer(text), ignored);
    }
    struct Frame {
        int channel{-1};
        Bytes data;
    };
    // The next message or frame; nothing when the server has closed.
    std::variant<std::monostate, net::RtspReply, Frame> next() {
        for (;;) {
            auto item = receiver_.next().value();
            if (auto* reply = std::get_if<net::RtspReply>(&item)) return std::move(*reply);
            if (auto* frame = std::get_if<net::Interleaved>(&item))
                return Frame{frame->channel, {frame->data.begin(), frame->data.end()}};
            boost::system::error_code error;
            const auto space = receiver_.space();
            const auto count = socket.read_some(asio::buffer(space.data(), space.size()), error);
            if (error) return {};
            receiver_.commit(count);
        }
    }
    net::RtspReply reply() {
        for (;;) {
            auto item = next();
            if (auto* reply = std::get_if<net::RtspReply>(&item)) {
                if (const auto id = net::parse_session(reply->header("Session")).id; !id.empty()) session = id;
                return *reply;
            }
            if (std::holds_alternative<std::monostate>(item)) return {{}, 0, {}};
        }
    }
    Frame frame() {
        auto item = next();
        EXPECT_TRUE(std::holds_alternative<Frame>(item));
        return std::holds_alternative<Frame>(item) ? std::get<Frame>(item) : Frame{};
    }
    net::RtspReply ask(const std::string& method, const std::string& rest = "door",
                       const std::vector<std::string>& headers = {}) {
        send(method, server_.url(rest), headers);
        return reply();
    }
    net::RtspReply set_up(int track, const std::string& transport) {
        return ask("SETUP", fmt::format("door/trackID={}", track), {"Transport: " + transport});
    }

    asio::io_context io;
    asio::ip::tcp::socket socket{io};
    std::string session;

  private:
    const RtspTestServer& server_;
    net::RtspReceiver receiver_;
    int cseq_{0};
};

// Plays what is set up, from frame 0 on, a key frame.
inline void play(RtspTestServer& server, RtspTestClient& client) {
    client.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, true);
    EXPECT_EQ(client.reply().status, 200);
}

// Sets up so many tracks, the video's on channel 0, the sound's on channel 2 of the connection.
inline void set_up(RtspTestClient& client, int tracks) {
    for (int i = 0; i < tracks; ++i)
        EXPECT_EQ(client.set_up(i, fmt::format("RTP/AVP/TCP;unicast;interleaved={}-{}", 2 * i, 2 * i + 1)).status, 200);
}

}  // namespace vantage::live
