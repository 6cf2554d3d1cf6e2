// SPDX-License-Identifier: Apache-2.0
// The server against a client of bare sockets, over loopback: what it serves, and what it refuses.
#include "net/http_server.hpp"

#include "net/test_client.hpp"
#include "net/websocket.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>

namespace vantage::net {
namespace {

namespace fs = std::filesystem;

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

class HttpServerTest : public testing::Test {
  protected:
    void start(HttpOptions options = {}) {
        options.address = "127.0.0.1";
        options.port = 0;
        server = std::make_unique<HttpServer>(
            io, options, [this](const Request& request) { return answer(request); },
            [this](const Request& request) { return answer_quickly(request); });
        const auto started = server->start();
        ASSERT_TRUE(started) << started.error().message;
        thread = std::jthread([this] { io.run(); });
    }
    void TearDown() override {
        server.reset();
        guard.reset();
        if (thread.joinable()) thread.join();
        fs::remove_all(directory);
    }
    Response answer(const Request& request) {
        if (request.path == "/file") {
            Response response;
            response.headers.add("Content-Type", "video/mp4");
            response.body = FileBody{(directory / "file").string()};
            return response;
        }
        if (request.path == "/throw") throw std::runtime_error("secret detail");
        if (request.path == "/slow") {
            in_slow.count_down();
            release.wait();
        }
        if (request.path == "/ws" && request.wants_websocket) {
            Response response;
            response.websocket = echo;
            return response;
        }
        return text_response(200, "text/plain",
                             std::string(to_string(request.method)) + " " + request.path + " " + request.body);
    }
    std::optional<Response> answer_quickly(const Request& request) const {
        if (request.path == "/quick/throw") throw std::runtime_error("secret detail");
        if (!request.path.starts_with("/quick/")) return std::nullopt;
        return text_response(200, "text/plain", std::this_thread::get_id() == thread.get_id() ? "at once" : "elsewhere");
    }
    std::string write_file(std::size_t size) {
        std::string content(size, '\0');
        for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>('a' + i % 23);
        std::ofstream(directory / "file", std::ios::binary) << content;
        return content;
    }
    static fs::path make_directory() {
        std::string name = (fs::temp_directory_path() / "vantage-http-XXXXXX").string();
        return mkdtemp(name.data());
    }

    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
    fs::path directory = make_directory();
    std::shared_ptr<Echo> echo = std::make_shared<Echo>();
    std::latch in_slow{1}, release{1};
    std::unique_ptr<HttpServer> server;
    std::jthread thread;
};

TEST_F(HttpServerTest, KeepsAliveAndPipelines) {
    start();
    TestClient client(server->port());
    EXPECT_EQ(body_of(client.request("GET", "/a")), "GET /a ");
    EXPECT_EQ(body_of(client.request("POST", "/b", "", "body")), "POST /b body");
    client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(body_of(client.response()), "GET /1 ");
    const auto last = client.response();
    EXPECT_EQ(body_of(last), "GET /2 ");
    EXPECT_EQ(last.headers.get("Connection"), "close");
    EXPECT_EQ(client.rest(), "");
}

TEST_F(HttpServerTest, HeadHasLengthButNoBody) {
    start();
    TestClient client(server->port());
    const auto head = client.request("HEAD", "/a");
    EXPECT_EQ(head.headers.get("Content-Length"), "8");
    EXPECT_EQ(body_of(client.request("GET", "/b")), "GET /b ");
}

TEST_F(HttpServerTest, TakesChunkedBodiesAndExpect) {
    start();
    TestClient client(server->port());
    client.send("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_EQ(body_of(client.response()), "POST /c abcde");
    client.send("POST /d HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.response().status, 100);
    client.send("hi");
    EXPECT_EQ(body_of(client.response()), "POST /d hi");
}

TEST_F(HttpServerTest, RefusesWhatIsTooLarge) {
    start();
    TestClient header(server->port());
    EXPECT_EQ(header.request("GET", "/", "X-Long: " + std::string(20000, 'x') + "\r\n").status, 431);
    TestClient body(server->port());
    EXPECT_EQ(body.request("POST", "/", "", std::string((1U << 20) + 1, 'x')).status, 413);
    TestClient announced(server->port());
    announced.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
    EXPECT_EQ(announced.response().status, 413);
    TestClient target(server->port());
    EXPECT_EQ(target.request("GET", "/" + std::string(20000, 'x')).status, 431);
}

TEST_F(HttpServerTest, RefusesWhatIsMalformed) {
    start();
    for (const auto* bad : {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "GET /a%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                            "GET /../x HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
                            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"}) {
        TestClient client(server->port());
        client.send(bad);
        EXPECT_EQ(client.response().status, 400) << bad;
    }
    TestClient after(server->port());
    EXPECT_EQ(after.request("GET", "/").status, 200);
}

TEST_F(HttpServerTest, SlowRequestsAreCutOff) {
    HttpOptions options;
    options.limits.header_time = milliseconds(150);
    options.limits.body_time = milliseconds(150);
    options.limits.idle_time = milliseconds(150);
    start(options);
    TestClient header(server->port());
    header.send("GET / HTTP/1.1\r\nHo");
    EXPECT_EQ(header.response().status, 408);
    TestClient body(server->port());
    body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
    EXPECT_EQ(body.response().status, 408);
    TestClient silent(server->port());
    EXPECT_EQ(silent.rest(), "");
}

TEST_F(HttpServerTest, RefusesConnectionsAboveTheBound) {
    HttpOptions options;
    options.limits.connections = 3;
    start(options);
    std::vector<std::unique_ptr<TestClient>> held;
    for (int i = 0; i < 3; ++i) {
        held.push_back(std::make_unique<TestClient>(server->port()));
        ASSERT_EQ(held.back()->request("GET", "/").status, 200);
    }
    TestClient extra(server->port());
    EXPECT_EQ(extra.response().status, 503);
    held.pop_back();
    int status = 0;
    for (int i = 0; i < 1000 && status != 200; ++i) {
        TestClient again(server->port());
        status = again.request("GET", "/").status;
    }
    EXPECT_EQ(status, 200) << "a place became free";
}

TEST_F(HttpServerTest, SendsFilesInRanges) {
    const auto content = write_file(700'000);
    start();
    TestClient client(server->port());
    const auto whole = client.request("GET", "/file");
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(body_of(whole), content);
    const std::string etag(whole.headers.get("ETag"));
    const auto part = client.request("GET", "/file", "Range: bytes=300000-600000\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.headers.get("Content-Range"), "bytes 300000-600000/700000");
    EXPECT_EQ(body_of(part), content.substr(300000, 300001));
    EXPECT_EQ(body_of(client.request("GET", "/file", "Range: bytes=-5\r\n")), content.substr(699'995));
    const auto behind = client.request("GET", "/file", "Range: bytes=700000-\r\n");
    EXPECT_EQ(behind.status, 416);
    EXPECT_EQ(behind.headers.get("Content-Range"), "bytes */700000");
    EXPECT_EQ(client.request("GET", "/file", "Range: bytes=0-1\r\nIf-Range: \"other\"\r\n").status, 200);
    EXPECT_EQ(client.request("GET", "/file", "Range: bytes=0-1\r\nIf-Range: " + etag + "\r\n").status, 206);
    EXPECT_EQ(client.request("GET", "/file", "If-None-Match: " + etag + "\r\n").status, 304);
    EXPECT_EQ(client.request("HEAD", "/file").headers.get("Content-Length"), "700000");
    fs::remove(directory / "file");
    EXPECT_EQ(client.request("GET", "/file").status, 404);
    write_file(0);
    const auto empty = client.request("GET", "/file");
    EXPECT_EQ(empty.status, 200);
    EXPECT_EQ(body_of(empty), "");
}

TEST_F(HttpServerTest, FollowsNoLinkOutOfTheStore) {
    start();
    fs::create_symlink("/etc/hostname", directory / "file");
    TestClient client(server->port());
    EXPECT_EQ(client.request("GET", "/file").status, 404);
}

TEST_F(HttpServerTest, AFailingHandlerTellsNothing) {
    start();
    TestClient client(server->port());
    const auto response = client.request("GET", "/throw");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(body_of(response).find("secret"), std::string::npos);
    EXPECT_EQ(client.request("GET", "/").status, 200);
}

TEST_F(HttpServerTest, WhatNeedsNoWaitingIsAnsweredWithoutAWorker) {
    HttpOptions options;
    options.limits.workers = 1;
    start(options);
    TestClient slow(server->port()), client(server->port());
    slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    in_slow.wait();
    EXPECT_EQ(body_of(client.request("GET", "/quick/a")), "at once");
    EXPECT_EQ(client.request("GET", "/quick/throw").status, 500);
    release.count_down();
    EXPECT_EQ(body_of(client.request("GET", "/a")), "GET /a ");
    EXPECT_EQ(slow.response().status, 200);
}

TEST_F(HttpServerTest, LivesBelowABasePath) {
    HttpOptions options;
    options.base_path = "/cams";
    start(options);
    TestClient client(server->port());
    EXPECT_EQ(body_of(client.request("GET", "/cams/a")), "GET /a ");
    EXPECT_EQ(body_of(client.request("GET", "/cams")), "GET / ");
    EXPECT_EQ(client.request("GET", "/camsx/a").status, 404);
    EXPECT_EQ(client.request("GET", "/a").status, 404);
}

TEST_F(HttpServerTest, WebSocketSendsAndReceives) {
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

TEST_F(HttpServerTest, WebSocketIsClosedWhenItsSessionEnds) {
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

TEST_F(HttpServerTest, SilentWebSocketIsPingedThenClosed) {
    HttpOptions options;
    options.limits.ping_time = milliseconds(200);
    start(options);
    TestClient client(server->port());
    ASSERT_EQ(client.open_websocket("/ws").status, 101);
    client.frame();
    EXPECT_EQ(client.frame().opcode, 9);
    EXPECT_EQ(client.frame().opcode, -1) << "no pong came";
}

TEST_F(HttpServerTest, AWebSocketThatReadsNothingIsCut) {
    HttpOptions options;
    options.limits.write_time = milliseconds(200);
    options.limits.watch_time = milliseconds(20);
    start(options);
    TestClient client(server->port());
    ASSERT_EQ(client.open_websocket("/ws").status, 101);
    client.send_frame(1, "flood");
    echo->closed.wait();
}

TEST_F(HttpServerTest, AWebSocketAnswersPingsBetweenMessagesNotInsideThem) {
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

TEST_F(HttpServerTest, StopFinishesWhatRuns) {
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
    EXPECT_EQ(server->connections(), 0U);
    EXPECT_FALSE(TestClient(server->port()).connected());
}

TEST_F(HttpServerTest, ATakenPortIsSaid) {
    start();
    HttpOptions options;
    options.address = "127.0.0.1";
    options.port = server->port();
    HttpServer second(io, options, [](const Request&) { return Response{}; });
    const auto started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, errc::already_exists);
}

TEST_F(HttpServerTest, ServesTlsWithACertificateOfItsOwn) {
    write_file(700'000);
    HttpOptions options;
    options.tls = *ensure_self_signed(directory / "tls", {"192.168.1.5", "cams.local"},
                                      std::chrono::floor<microseconds>(std::chrono::system_clock::now()));
    const auto first = *certificate_fingerprint(options.tls->certificate);
    EXPECT_EQ(first.size(), 95U);
    EXPECT_EQ(*certificate_fingerprint(ensure_self_signed(directory / "tls", {}, {})->certificate), first) << "made once";
    EXPECT_EQ(fs::status(options.tls->key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    start(options);

    namespace ssl = boost::asio::ssl;
    boost::asio::io_context client_io;
    ssl::context context(ssl::context::tls_client);
    context.load_verify_file(options.tls->certificate.string());
    context.set_verify_mode(ssl::verify_peer);
    ssl::stream<boost::asio::ip::tcp::socket> stream(client_io, context);
    stream.set_verify_callback(ssl::host_name_verification("cams.local"));
    stream.lowest_layer().connect({boost::asio::ip::make_address("127.0.0.1"), server->port()});
    stream.handshake(ssl::stream_base::client);
    boost::asio::write(stream,
                       boost::asio::buffer(std::string("GET /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
    std::string text;
    boost::system::error_code error;
    boost::asio::read(stream, boost::asio::dynamic_buffer(text), error);
    EXPECT_EQ(error, boost::asio::error::eof) << "closed with close_notify: " << error.message();
    EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK"));
    EXPECT_EQ(text.size() - text.find("\r\n\r\n") - 4, 700'000U);

    TestClient plain(server->port());
    EXPECT_EQ(plain.request("GET", "/").status, 0) << "no plain HTTP on a TLS port";
}

TEST(Tls, SaysWhichFileIsWrong) {
    const auto missing = make_tls_context({"/nonexistent/a.crt", "/nonexistent/a.key"});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("/nonexistent/a.crt"), std::string::npos);
}

}  // namespace
}  // namespace vantage::net
