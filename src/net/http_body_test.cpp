// SPDX-License-Identifier: Apache-2.0
// Bodies that are more than a string, over loopback: gathered, made while they are sent, answers that come later. What the
// client does wrong here: it reads nothing, or goes away.
#include "net/http_body.hpp"

#include "net/http_fixture.hpp"

#include <boost/asio/post.hpp>

#include <latch>

namespace vantage::net {
namespace {

// Hands out what the test has put in.
class Feed : public BodySource {
  public:
    void on_open(std::function<void()> wake) override {
        const std::lock_guard hold(mutex_);
        wake_ = std::move(wake);
        opened.count_down();
    }
    std::optional<Piece> next() override {
        const std::lock_guard hold(mutex_);
        if (endless_) return Piece{nullptr, as_bytes(flood_)};
        if (pieces_.empty()) return std::nullopt;
        const auto owner = std::make_shared<const std::string>(std::move(pieces_.front()));
        pieces_.pop_front();
        return Piece{owner, as_bytes(*owner)};
    }
    [[nodiscard]] bool finished() const override {
        const std::lock_guard hold(mutex_);
        return finished_;
    }
    void on_close() override { closed.count_down(); }

    void add(std::string piece) {
        change([&] { pieces_.push_back(std::move(piece)); });
    }
    void finish() {
        change([&] { finished_ = true; });
    }
    void flood() {
        change([&] { endless_ = true; });
    }
    std::latch opened{1}, closed{1};

  private:
    void change(const std::function<void()>& action) {
        std::function<void()> wake;
        {
            const std::lock_guard hold(mutex_);
            action();
            wake = wake_;
        }
        if (wake) wake();
    }
    mutable std::mutex mutex_;
    std::function<void()> wake_;
    std::deque<std::string> pieces_;
    bool finished_{false}, endless_{false};
    const std::string flood_ = std::string(100'000, 'x');
};

class HttpBodyTest : public HttpFixture {
  protected:
    void start_feed(const HttpLimits& limits = {}) {
        HttpOptions options;
        options.limits = limits;
        start([this](const Request& request) { return request.path == "/feed" ? response_of(feed) : text("plain"); },
              options);
    }

    std::shared_ptr<Feed> feed = std::make_shared<Feed>();
};

TEST_F(HttpBodyTest, GathersPiecesInOrder) {
    GatherBody body;
    std::string whole;
    for (int i = 0; i < 150; ++i) {
        const auto piece =
            std::make_shared<const std::string>(static_cast<std::size_t>(i * 40), static_cast<char>('a' + i % 26));
        whole += *piece;
        body.pieces.push_back({piece, as_bytes(*piece)});
    }
    start([&](const Request&) { return response_of(body); });
    TestClient client(server->port());
    EXPECT_EQ(body_of(client.request("GET", "/")), whole);
    EXPECT_EQ(client.request("HEAD", "/").headers.get("Content-Length"), std::to_string(whole.size()));
    EXPECT_EQ(body_of(client.request("GET", "/")), whole);
}

TEST_F(HttpBodyTest, ASourceIsSentInChunksWhileItIsMade) {
    start_feed();
    TestClient client(server->port());
    client.send("GET /feed HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\n\r\n");
    feed->opened.wait();
    feed->add("one ");
    feed->add("");
    feed->add(std::string(600'000, 'y'));
    feed->add("last");
    feed->finish();
    const auto response = client.response();
    EXPECT_EQ(response.headers.get("Transfer-Encoding"), "chunked");
    EXPECT_FALSE(response.headers.has("Content-Length"));
    EXPECT_EQ(body_of(response), "one " + std::string(600'000, 'y') + "last");
    EXPECT_EQ(body_of(client.response()), "plain") << "the connection goes on";
    feed->closed.wait();
}

TEST_F(HttpBodyTest, AnOldClientGetsTheBodyUpToTheEndOfTheConnection) {
    start_feed();
    feed->add("all of it");
    feed->finish();
    TestClient client(server->port());
    client.send("GET /feed HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto all = client.rest();
    EXPECT_EQ(all.find("Transfer-Encoding"), std::string::npos);
    EXPECT_NE(all.find("Connection: close"), std::string::npos);
    EXPECT_EQ(all.substr(all.find("\r\n\r\n") + 4), "all of it");
}

TEST_F(HttpBodyTest, HeadDoesNotOpenASource) {
    start_feed();
    TestClient client(server->port());
    EXPECT_EQ(client.request("HEAD", "/feed").headers.get("Transfer-Encoding"), "chunked");
    EXPECT_EQ(body_of(client.request("GET", "/")), "plain");
    EXPECT_FALSE(feed->opened.try_wait());
    EXPECT_FALSE(feed->closed.try_wait());
}

TEST_F(HttpBodyTest, ASourceIsClosedWhenItsClientGoes) {
    start_feed();
    TestClient client(server->port());
    client.send("GET /feed HTTP/1.1\r\nHost: x\r\n\r\n");
    feed->opened.wait();
    client.close();
    feed->closed.wait();
    feed->add("nobody reads this");
}

TEST_F(HttpBodyTest, ASourceWhoseClientReadsNothingIsClosed) {
    HttpLimits limits;
    limits.write_time = milliseconds(200);
    start_feed(limits);
    feed->flood();
    TestClient client(server->port());
    client.send("GET /feed HTTP/1.1\r\nHost: x\r\n\r\n");
    feed->closed.wait();
    EXPECT_EQ(server->stats().stalled, 1U);
}

TEST_F(HttpBodyTest, AnEndlessSourceLeavesOthersTheirTurn) {
    start_feed();
    feed->flood();
    TestClient fast(server->port()), other(server->port());
    fast.send("GET /feed HTTP/1.1\r\nHost: x\r\n\r\n");
    std::jthread reading([&] {
        while (fast.receive()) fast.discard();
    });
    feed->opened.wait();
    EXPECT_EQ(body_of(other.request("GET", "/")), "plain");
    server->stop(seconds(20));
    feed->closed.wait();
}

TEST_F(HttpBodyTest, StoppingCutsASourceThatHasNotFinished) {
    start_feed();
    TestClient client(server->port());
    client.send("GET /feed HTTP/1.1\r\nHost: x\r\n\r\n");
    feed->opened.wait();
    feed->add("begun");
    const auto began = std::chrono::steady_clock::now();
    std::jthread stopper([&] { server->stop(seconds(20)); });
    EXPECT_TRUE(body_of(client.response()).ends_with("(cut)"));
    stopper.join();
    feed->closed.wait();
    EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(10));
    EXPECT_EQ(server->stats().connections, 0U);
    feed->add("too late");
}

// Keeps the answers' functions, for the test to call.
class LaterTest : public HttpBodyTest {
  protected:
    using Done = std::function<void(Response)>;
    void start_later(std::ptrdiff_t requests = 3) {
        asked.emplace(requests);
        HttpOptions options;
        options.limits.workers = 1;
        start(
            [this](const Request& request) {
                if (request.path != "/later") return text("at once");
                Response response;
                response.headers.add("X-Frame-Options", "DENY");
                response.headers.add("Content-Type", "application/octet-stream");
                response.headers.add("Vary", "Origin");
                response.later = [this](Done done) {
                    const std::lock_guard hold(mutex);
                    waiting.push_back(std::move(done));
                    asked->count_down();
                };
                return response;
            },
            options);
    }
    std::mutex mutex;
    std::vector<Done> waiting;
    std::optional<std::latch> asked;
};

TEST_F(LaterTest, AnAnswerComesLaterAndHoldsNoWorker) {
    start_later();
    TestClient a(server->port()), b(server->port()), c(server->port()), quick(server->port());
    for (auto* client : {&a, &b, &c}) client->send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    asked->wait();
    EXPECT_EQ(body_of(quick.request("GET", "/")), "at once");
    std::jthread([this] {
        for (const auto& done : waiting) {
            done(text("now"));
            done(text("twice"));
        }
    }).join();
    for (auto* client : {&a, &b, &c}) {
        EXPECT_EQ(body_of(client->response()), "now");
        EXPECT_EQ(body_of(client->request("GET", "/")), "at once");
    }
}

TEST_F(LaterTest, WhatWasSaidBeforeGoesWithTheAnswer) {
    start_later(1);
    TestClient client(server->port());
    client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    asked->wait();
    auto answer = text("now");
    answer.headers.add("Vary", "Accept-Encoding");
    waiting.front()(answer);
    const auto got = client.response();
    EXPECT_EQ(got.headers.get("X-Frame-Options"), "DENY");
    EXPECT_EQ(got.headers.get("Content-Type"), "text/plain") << "the later word counts";
    EXPECT_EQ(got.headers.count("Content-Type"), 1U);
    EXPECT_EQ(got.headers.count("Vary"), 2U);
}

// From the thread and from another.
TEST_F(LaterTest, ManyAreAnsweredAtOnce) {
    constexpr std::ptrdiff_t kMany = 300;
    start_later(kMany);
    std::vector<std::unique_ptr<TestClient>> clients;
    for (std::ptrdiff_t i = 0; i < kMany; ++i) {
        clients.push_back(std::make_unique<TestClient>(server->port()));
        clients.back()->send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    asked->wait();
    for (std::size_t i = 0; i < kMany / 2; ++i) waiting[i](text("from here"));
    boost::asio::post(io, [this] {
        for (std::size_t i = kMany / 2; i < kMany; ++i) waiting[i](text("from there"));
    });
    std::size_t here = 0;
    for (const auto& client : clients) {
        const auto body = body_of(client->response());
        EXPECT_TRUE(body == "from here" || body == "from there") << body;
        here += body == "from here" ? 1 : 0;
        EXPECT_EQ(body_of(client->request("GET", "/")), "at once");
    }
    EXPECT_EQ(here, kMany / 2);
}

TEST_F(LaterTest, AnAnswerThatNobodyGivesIsAFailure) {
    start_later();
    TestClient a(server->port()), b(server->port()), gone(server->port());
    for (auto* client : {&a, &b, &gone}) client->send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    asked->wait();
    gone.close();
    waiting.clear();
    EXPECT_EQ(a.response().status, 500);
    EXPECT_EQ(b.response().status, 500);
}

TEST_F(LaterTest, StoppingAnswersAndLateAnswersAreHarmless) {
    start_later();
    TestClient a(server->port()), b(server->port()), c(server->port());
    for (auto* client : {&a, &b, &c}) client->send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    asked->wait();
    std::jthread stopper([this] { server->stop(seconds(20)); });
    EXPECT_EQ(a.response().status, 503);
    EXPECT_EQ(a.rest(), "");
    b.close();
    c.close();
    stopper.join();
    server.reset();
    for (const auto& done : waiting) done(text("too late"));
}

}  // namespace
}  // namespace vantage::net
