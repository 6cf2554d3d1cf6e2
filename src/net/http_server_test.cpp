// SPDX-License-Identifier: Apache-2.0
// The server against a client of bare sockets, over loopback: what it answers, and what it refuses.
#include "net/http_fixture.hpp"

#include <latch>

namespace vantage::net {
namespace {

class HttpServerTest : public HttpFixture {
  protected:
    void start(HttpOptions options = {}) {
        HttpFixture::start([this](const Request& request) { return answer(request); }, std::move(options),
                           [this](const Request& request) { return answer_quickly(request); });
    }
    Response answer(const Request& request) {
        if (request.path == "/throw") throw std::runtime_error("secret detail");
        if (request.path == "/slow") {
            in_slow.count_down();
            release.wait();
        }
        return text(std::string(to_string(request.method)) + " " + request.path + " " + request.body);
    }
    std::optional<Response> answer_quickly(const Request& request) const {
        if (request.path == "/quick/throw") throw std::runtime_error("secret detail");
        if (!request.path.starts_with("/quick/")) return std::nullopt;
        return text(std::this_thread::get_id() == thread.get_id() ? "at once" : "elsewhere");
    }

    std::latch in_slow{1}, release{1};
};

TEST_F(HttpServerTest, WhoComesBeforeItAcceptsIsAnsweredThen) {
    std::atomic<bool> ready{false};
    listen([&ready](const Request&) { return text(ready ? "ready" : "too early"); });
    TestClient client(server->port());
    client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    ready = true;
    server->accept();
    EXPECT_EQ(body_of(client.response()), "ready");
}

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

TEST_F(HttpServerTest, ATakenPortIsSaid) {
    start();
    HttpOptions options;
    options.address = "127.0.0.1";
    options.port = server->port();
    HttpServer second(io, options, [](const Request&) { return Response{}; });
    const auto started = second.listen();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, errc::already_exists);
}

}  // namespace
}  // namespace vantage::net
