// SPDX-License-Identifier: Apache-2.0
// The whole HTTP side over real sockets: log in, watch, be thrown out.
#include "serve/server.hpp"

#include "net/test_client.hpp"
#include "serve/test_services.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace vantage::serve {
namespace {

using namespace vantage::test;

class ServerTest : public testing::Test {
  protected:
    void SetUp() override {
        ServerOptions options;
        options.http.address = "127.0.0.1";
        options.http.port = 0;
        options.http.limits.watch_time = milliseconds(10);
        options.password_cost = cheap();
        settings = std::move(store::create_settings(folder.path() / "settings.db", clock).value());
        stream_access =
            std::make_unique<StreamAccess>(*settings, store::Sealer::open(folder.path() / "sealed.key").value(), clock);
        server = std::make_unique<Server>(io, options, control, *settings, *stream_access, clock, TestServices::files);
        const auto listening = server->listen();
        ASSERT_TRUE(listening) << listening.error().message;
        server->accept();
        thread = std::jthread([this] { io.run(); });
    }
    void TearDown() override {
        server.reset();
        guard.reset();
        thread.join();
    }
    // Sets the admin up through the socket, as a person would; the headers that a browser then sends.
    std::string set_up() {
        net::TestClient client(server->port());
        const auto body =
            fmt::format(R"({{"token":"{}","name":"root","password":"a good password"}})", **server->setup_token());
        const auto response = client.request("POST", "/api/v1/setup", "Content-Type: application/json\r\n", body);
        EXPECT_EQ(response.status, 200) << body_text(response);
        const std::string cookie(response.headers.get("Set-Cookie"));
        return "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\nOrigin: http://test\r\n";
    }
    void publish(int count) {
        const auto init = init_of(false);
        for (int i = 0; i < count; ++i, ++second)
            control.streams.at(door)->publish(video_part(init, media_at(1'763'665'445.0 + second), 25, Ticks(3600), true));
    }

    const StreamKey door{*CameraId::parse("door"), StreamKind::main};
    store::TestFolder folder;
    SimulatedClock clock{UtcTime(seconds(1'763'665'445))};
    FakeControl control;
    std::unique_ptr<store::Settings> settings;
    std::unique_ptr<StreamAccess> stream_access;
    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
    std::unique_ptr<Server> server;
    std::jthread thread;
    int second{0};
};

TEST_F(ServerTest, EveryAnswerSaysWhatABrowserMayDoWithIt) {
    net::TestClient client(server->port());
    for (const auto* path : {"/", "/healthz", "/api/v1/me", "/door/stream/live/playlist.m3u8", "/none/such"}) {
        const auto answer = client.request("GET", path, "");
        EXPECT_EQ(answer.headers.get("X-Content-Type-Options"), "nosniff") << path;
        EXPECT_EQ(answer.headers.get("Referrer-Policy"), "same-origin") << path;
        EXPECT_EQ(answer.headers.get("X-Frame-Options"), "DENY") << path;
        EXPECT_EQ(answer.headers.count("Cache-Control"), 1) << path;
    }
    EXPECT_EQ(client.request("GET", "/", "").headers.get("Cache-Control"), "no-cache") << "the page says it itself";
    EXPECT_EQ(client.request("GET", "/api/v1/me", "").headers.get("Cache-Control"), "no-store");
    const auto refused = client.request("GET", "/%zz", "");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.headers.get("X-Content-Type-Options"), "nosniff");
}

TEST_F(ServerTest, LiveComesOverTheSocketByteForByte) {
    const auto browser = set_up();
    publish(2);
    net::TestClient socket(server->port());
    ASSERT_EQ(socket.open_websocket("/door/feed", browser).status, 101);
    socket.send_frame(1, R"({"type":"live","request":1,"stream":"main","audio":false})");
    const auto init = socket.frame();
    EXPECT_EQ(init.opcode, 1);
    EXPECT_NE(init.payload.find(R"("type":"init")"), std::string::npos);
    EXPECT_EQ(socket.frame().payload, as_text(init_of(false)->data));
    const auto newest = socket.frame();
    EXPECT_EQ(newest.opcode, 2);
    EXPECT_EQ(mp4::parse_part(as_bytes(newest.payload))->start, media_at(1'763'665'446.0));
    publish(1);
    const auto next = socket.frame();
    EXPECT_EQ(next.payload, as_text(video_part(init_of(false), media_at(1'763'665'447.0), 25, Ticks(3600), true)->data));
}

TEST_F(ServerTest, FootageComesOverTheSocketAsFarAsGranted) {
    control.recorded.add(door, 2000, 2010, false);
    const auto browser = set_up();
    net::TestClient socket(server->port());
    ASSERT_EQ(socket.open_websocket("/door/feed", browser).status, 101);
    socket.send_frame(1, R"({"type":"play","request":5,"at":2000,"until":2001})");
    EXPECT_NE(socket.frame().payload.find(R"("request":5)"), std::string::npos);
    socket.frame();
    EXPECT_EQ(mp4::parse_part(as_bytes(socket.frame().payload))->start, media_at(2000));
    socket.frame();
    socket.send_frame(1, R"({"type":"grant","request":5,"until":2002})");
    EXPECT_EQ(mp4::parse_part(as_bytes(socket.frame().payload))->start, media_at(2001));
}

TEST_F(ServerTest, AFeedEndsWhenItsUserIsRemoved) {
    set_up();
    ASSERT_TRUE(server->accounts().add({"vera", "a good password", Role::viewer, {}}, {"console", ""}));
    net::TestClient login(server->port());
    const auto body = fmt::format(R"({{"link_token":"{}"}})", server->make_login_token("vera", seconds(60)));
    const auto response = login.request("POST", "/api/v1/login", "Content-Type: application/json\r\n", body);
    const std::string cookie(response.headers.get("Set-Cookie"));
    const auto browser = "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\nOrigin: http://test\r\n";
    net::TestClient socket(server->port());
    ASSERT_EQ(socket.open_websocket("/door/feed", browser).status, 101);
    ASSERT_TRUE(server->accounts().remove("vera", {"root", ""}));
    clock.advance(seconds(5));
    const auto close = socket.frame();
    EXPECT_EQ(close.opcode, 8);
    EXPECT_EQ(close.payload.substr(2), "logged out");
}

TEST_F(ServerTest, FeedsNeedALoginAndAnOrigin) {
    const auto browser = set_up();
    EXPECT_EQ(net::TestClient(server->port()).open_websocket("/door/feed").status, 401);
    const auto cookie_only = browser.substr(0, browser.find("Origin"));
    EXPECT_EQ(net::TestClient(server->port()).open_websocket("/door/feed", cookie_only).status, 403);
    EXPECT_EQ(
        net::TestClient(server->port()).open_websocket("/door/feed", cookie_only + "Origin: http://evil.example\r\n").status,
        403);
    EXPECT_EQ(net::TestClient(server->port()).request("GET", "/door/feed", browser).status, 426);
    EXPECT_EQ(net::TestClient(server->port()).open_websocket("/nowhere/feed", browser).status, 404);
}

TEST_F(ServerTest, TraversalFindsNothing) {
    const auto browser = set_up();
    for (const auto* target :
         {"/../../etc/passwd", "/door/main/../../../etc/passwd", "/door/main/2025-11-20/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
          "/door/main/..%2f..%2f/x.mp4", "//etc/passwd", "/door/main/2025-11-20//etc/passwd", "/assets/../../settings.db",
          "/%2e%2e/settings.db", "/door/main/2025-11-20/190405.123Z.mp4%00.txt"}) {
        net::TestClient client(server->port());
        const auto response = client.request("GET", target, browser);
        EXPECT_TRUE(response.status == 400 || response.status == 404) << target << " " << response.status;
    }
}

TEST_F(ServerTest, AnswersAreCompressedAndThePageIsThere) {
    const auto browser = set_up();
    for (int i = 0; i < 40; ++i) control.add_view(fmt::format("cam{}", i), false);
    net::TestClient client(server->port());
    const auto cameras = client.request("GET", "/api/v1/cameras", browser + "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(cameras.headers.get("Content-Encoding"), "gzip");
    EXPECT_LT(body_text(cameras).size(), 4000U);
    const auto index = client.request("GET", "/");
    EXPECT_EQ(body_text(index), TestServices::kIndex);
}

TEST_F(ServerTest, StopClosesFeeds) {
    const auto browser = set_up();
    net::TestClient socket(server->port());
    ASSERT_EQ(socket.open_websocket("/door/feed", browser).status, 101);
    std::jthread stopper([this] { server->stop(milliseconds(3000)); });
    const auto close = socket.frame();
    EXPECT_EQ(close.opcode, 8);
    socket.send_frame(8, close.payload);
    socket.close();
    stopper.join();
    EXPECT_FALSE(net::TestClient(server->port()).connected());
}

}  // namespace
}  // namespace vantage::serve
