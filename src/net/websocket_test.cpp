// SPDX-License-Identifier: Apache-2.0
// WebSockets against a client of bare sockets, over loopback.
#include "net/websocket.hpp"

#include "net/http_fixture.hpp"

#include <latch>

namespace vantage::net {
namespace {

// Echoes texts in upper case as binary, then `greeting` first.
class Echo : public WebSocketSession {
  public:
    void on_open(std::function<void()> wake) override {
        wake_ = std::move(wake);
        out_.push_back(text_message("hello"));
    }
    void on_text(std::string_view message) override {
        if (message == "end") ending_ = true;
        if (message == "flood") flood_ = true;
        auto answer = text_message(std::string(message));
        answer.binary = true;
        out_.push_back(std::move(answer));
    }
    std::optional<WebSocketMessage> next() override {
        if (flood_ && out_.empty()) return text_message(std::string(100'000, 'x'));
        if (out_.empty()) return std::nullopt;
        auto message = std::move(out_.front());
        out_.pop_front();
        return message;
    }
    std::optional<std::string> ended() override { return ending_ ? std::optional<std::string>("logged out") : std::nullopt; }
    void on_close() override { closed.count_down(); }
    std::latch closed{1};

  private:
    std::function<void()> wake_;
    std::deque<WebSocketMessage> out_;
    bool ending_{false}, flood_{false};
};

class WebSocketTest : public HttpFixture {
  protected:
    void start(HttpOptions options = {}) {
        HttpFixture::start([this](const Request& request) { return answer(request); }, std::move(options));
    }
    Response answer(const Request& request) {
        if (request.path == "/slow") {
            in_slow.count_down();
            release.wait();
        }
        auto response = text("");
        if (request.path == "/ws" && request.wants_websocket) response.websocket = echo;
        return response;
    }

    std::shared_ptr<Echo> echo = std::make_shared<Echo>();
    std::latch in_slow{1}, release{1};
};

TEST_F(WebSocketTest, SendsAndReceives) {
    start();
    TestClient client(server->port());
    ASSERT_EQ(client.open_websocket("/ws").status, 101);
    const auto hello = client.frame();
    EXPECT_EQ(hello.opcode, 1);
    EXPECT_EQ(hello.payload, "hello");
    client.send_frame(1, "some text");
    const auto echoed = client.frame();
    EXPECT_EQ(echoed.opcode, 2);
    EXPECT_EQ(echoed.payload, "some text");
    client.send_frame(1, std::string(17 << 10, 'x'));
    EXPECT_EQ(client.frame().opcode, 8) << "over the bound of a message";
    EXPECT_EQ(client.rest(), "");
    echo->closed.wait();
}

TEST_F(WebSocketTest, IsClosedWhenItsSessionEnds) {
    HttpOptions options;
    options.limits.watch_time = milliseconds(20);
    start(options);
    TestClient client(server->port());
    ASSERT_EQ(client.open_websocket("/ws").status, 101);
    client.frame();
    client.send_frame(1, "end");
    client.frame();
    const auto close = client.frame();
    EXPECT_EQ(close.opcode, 8);
    EXPECT_EQ(close.payload.substr(2), "logged out");
}

TEST_F(WebSocketTest, ASilentOneIsPingedThenClosed) {
    HttpOptions options;
    options.limits.ping_time = milliseconds(200);
    start(options);
    TestClient client(server->port());
    ASSERT_EQ(client.open_websocket("/ws").status, 101);
    client.frame();
    EXPECT_EQ(client.frame().opcode, 9);
    EXPECT_EQ(client.frame().opcode, -1) << "no pong came";
}

TEST_F(WebSocketTest, OneThatReadsNothingIsCut) {
    HttpOptions options;
    options.limits.write_time = milliseconds(200);
    options.limits.watch_time = milliseconds(20);
    start(options);
    TestClient client(server->port());
    ASSERT_EQ(client.open_websocket("/ws").status, 101);
    client.send_frame(1, "flood");
    echo->closed.wait();
    EXPECT_EQ(server->stats().stalled, 1U);
}

TEST_F(WebSocketTest, AnswersPingsBetweenMessagesNotInsideThem) {
    start();
    TestClient client(server->port());
    ASSERT_EQ(client.open_websocket("/ws").status, 101);
    client.send_frame(1, "flood");
    for (int i = 0; i < 3; ++i) {
        client.send_frame(9, "ping " + std::to_string(i));
        for (auto frame = client.frame(); frame.opcode != 10; frame = client.frame()) {
            ASSERT_TRUE(frame.opcode == 1 || frame.opcode == 2) << frame.opcode;
            ASSERT_TRUE(frame.payload.size() < 10 || frame.payload == std::string(100'000, 'x'));
        }
    }
}

TEST_F(WebSocketTest, StopFinishesWhatRuns) {
    start();
    TestClient idle(server->port()), slow(server->port()), socket(server->port());
    EXPECT_EQ(idle.request("GET", "/").status, 200);
    ASSERT_EQ(socket.open_websocket("/ws").status, 101);
    socket.frame();
    slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    in_slow.wait();
    std::jthread stopper([this] { server->stop(milliseconds(5000)); });
    EXPECT_EQ(idle.rest(), "") << "closed at once";
    const auto close = socket.frame();
    EXPECT_EQ(close.opcode, 8);
    EXPECT_EQ(close.payload.substr(0, 2), "\x03\xe9") << "1001";
    socket.send_frame(8, close.payload);
    socket.close();
    release.count_down();
    const auto finished = slow.response();
    EXPECT_EQ(finished.status, 200);
    EXPECT_EQ(finished.headers.get("Connection"), "close");
    stopper.join();
    EXPECT_EQ(server->stats().connections, 0U);
    EXPECT_FALSE(TestClient(server->port()).connected());
}

}  // namespace
}  // namespace vantage::net
