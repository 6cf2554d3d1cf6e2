// SPDX-License-Identifier: Apache-2.0
// Bodies that are more than a string, over loopback: gathered, made while they are sent, files that grow, answers that come
// later. What the client does wrong here: it reads nothing, or goes away.
#include "net/http_body.hpp"

#include "net/http_fixture.hpp"

#include <boost/asio/post.hpp>

#include <fstream>
#include <latch>

namespace vantage::net {
namespace {

namespace fs = std::filesystem;

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
    std::string write_file(std::size_t size) {
        std::string content(size, '\0');
        for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>('a' + i % 23);
        std::ofstream(directory / "file", std::ios::binary) << content;
        return content;
    }
    void start_file() {
        start([this](const Request&) {
            auto response = response_of(FileBody{(directory / "file").string(), {}, {}});
            response.headers.add("Content-Type", "video/mp4");
            return response;
        });
    }
    // A file that grows under the test's hand.
    void grow(std::string_view more) {
        std::ofstream(directory / "file", std::ios::binary | std::ios::app) << more;
        written += more.size();
        growth->wrote(written);
    }
    void start_growing(std::uint64_t size) {
        growth = std::make_shared<FileGrowth>(size);
        grow("");
        start([this](const Request&) { return response_of(FileBody{(directory / "file").string(), growth, "\"e1\""}); });
    }

    std::shared_ptr<Feed> feed = std::make_shared<Feed>();
    std::shared_ptr<FileGrowth> growth;
    std::uint64_t written{0};
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

TEST_F(HttpBodyTest, AFileIsDownloadedWhileItGrows) {
    const std::string first(300'000, 'a'), second(500'000, 'b'), third(200'000, 'c');
    start_growing(1'000'000);
    grow(first);
    TestClient whole(server->port()), part(server->port()), stale(server->port());
    whole.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    part.send("GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=799999-800000\r\nIf-Range: \"e1\"\r\n\r\n");
    stale.send("GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=5-6\r\nIf-Range: \"e0\"\r\n\r\n");
    TestClient ready(server->port());
    EXPECT_EQ(body_of(ready.request("GET", "/", "Range: bytes=299999-299999\r\n")), "a");
    EXPECT_EQ(ready.request("HEAD", "/").headers.get("Content-Length"), "1000000");
    EXPECT_EQ(ready.request("GET", "/", "If-None-Match: \"e1\"\r\n").status, 304);
    grow(second);
    grow(third);
    EXPECT_EQ(body_of(whole.response()), first + second + third);
    const auto range = part.response();
    EXPECT_EQ(range.status, 206);
    EXPECT_EQ(range.headers.get("ETag"), "\"e1\"");
    EXPECT_EQ(range.headers.get("Content-Range"), "bytes 799999-800000/1000000");
    EXPECT_EQ(body_of(range), "bc");
    const auto all = stale.response();
    EXPECT_EQ(all.status, 200) << "it had another file in mind";
    EXPECT_EQ(body_of(all).size(), 1'000'000U);
}

TEST_F(HttpBodyTest, ADownloadIsCutWhenTheFileFails) {
    start_growing(1'000'000);
    grow(std::string(1000, 'a'));
    TestClient client(server->port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    while (client.buffered() < 1000) ASSERT_TRUE(client.receive());
    growth->fail();
    const auto all = client.rest();
    EXPECT_NE(all.find("Content-Length: 1000000"), std::string::npos);
    EXPECT_TRUE(all.ends_with("\r\n\r\n" + std::string(1000, 'a'))) << "and no more: the client sees that it was cut";
    TestClient late(server->port());
    EXPECT_EQ(late.request("GET", "/").status, 500);
}

TEST(FileGrowth, TellsWhenEnoughIsThereOrItFailed) {
    FileGrowth growth(100);
    std::string told;
    growth.watch(50, [&] { told += "a"; });
    const auto forgotten = growth.watch(10, [&] { told += "b"; });
    growth.forget(forgotten);
    growth.wrote(50);
    EXPECT_EQ(told, "") << "byte 50 is not there yet";
    growth.wrote(51);
    EXPECT_EQ(told, "a");
    growth.watch(20, [&] { told += "c"; });
    EXPECT_EQ(told, "ac");
    growth.watch(60, [&] { told += growth.progress().failed ? "d" : "?"; });
    growth.fail();
    EXPECT_EQ(told, "acd");
    growth.wrote(1000);
    EXPECT_EQ(growth.progress().written, 100U);
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

TEST_F(HttpBodyTest, SendsFilesInRanges) {
    const auto content = write_file(700'000);
    start_file();
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

// Every byte is a function of its place.
class Counting final : public Content {
  public:
    explicit Counting(std::uint64_t size) : size_(size) {}
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
        most = std::max(most.load(), into.size());
        for (auto& byte : into) byte = static_cast<std::uint8_t>('a' + offset++ % 23);
        return !broken;
    }
    mutable std::atomic<std::size_t> most{0};
    std::atomic<bool> broken{false};

  private:
    std::uint64_t size_;
};

TEST_F(HttpBodyTest, SendsWhatLiesNowhereInRanges) {
    const auto made = std::make_shared<Counting>(3'000'000);
    start([made](const Request&) { return response_of(FileBody{{}, {}, "\"m1\"", made}); });
    const auto content = write_file(3'000'000);
    TestClient client(server->port());
    const auto whole = client.request("GET", "/");
    EXPECT_EQ(whole.headers.get("Accept-Ranges"), "bytes");
    EXPECT_EQ(whole.headers.get("ETag"), "\"m1\"");
    EXPECT_EQ(body_of(whole), content);
    EXPECT_LE(made->most, 256U << 10) << "in pieces";
    const auto part = client.request("GET", "/", "Range: bytes=299999-2600000\r\nIf-Range: \"m1\"\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.headers.get("Content-Range"), "bytes 299999-2600000/3000000");
    EXPECT_EQ(body_of(part), content.substr(299'999, 2'300'002));
    EXPECT_EQ(client.request("GET", "/", "Range: bytes=0-1\r\nIf-Range: \"m0\"\r\n").status, 200);
    EXPECT_EQ(client.request("GET", "/", "Range: bytes=3000000-\r\n").status, 416);
    EXPECT_EQ(client.request("GET", "/", "If-None-Match: \"m1\"\r\n").status, 304);
    EXPECT_EQ(client.request("HEAD", "/").headers.get("Content-Length"), "3000000");
    made->broken = true;
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_LT(client.rest().size(), 3000U) << "cut: the client sees that it is not whole";
}

TEST_F(HttpBodyTest, FollowsNoLinkOutOfTheStore) {
    start_file();
    fs::create_symlink("/etc/hostname", directory / "file");
    TestClient client(server->port());
    EXPECT_EQ(client.request("GET", "/file").status, 404);
}

}  // namespace
}  // namespace vantage::net
