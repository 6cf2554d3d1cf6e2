// SPDX-License-Identifier: Apache-2.0
// What a hostile client may try over a real socket: requests within requests, broken lengths and chunks, and thousands of
// damaged requests. A request that one parser could read otherwise than another must end the connection.
#include "net/http_fixture.hpp"

#include <atomic>
#include <random>

namespace vantage::net {
namespace {

class HostileTest : public HttpFixture {
  protected:
    void SetUp() override {
        start([this](const Request& request) {
            if (request.path == "/smuggled") ++smuggled;
            return text(request.path);
        });
    }
    // Everything that comes back when nothing follows.
    std::string exchange(std::string_view request) {
        TestClient client(server->port());
        client.send(request);
        client.end();
        return client.rest();
    }

    std::atomic<int> smuggled{0};
};

constexpr std::string_view kHidden = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(HostileTest, NoRequestHidesInAnother) {
    for (const std::string_view opening : {
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 40\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\r\n0\r\n\r\n",
         }) {
        const auto reply = exchange(std::string(opening) + std::string(kHidden));
        EXPECT_TRUE(reply.starts_with("HTTP/1.1 4")) << opening << reply;
        EXPECT_NE(reply.find("Connection: close"), std::string::npos) << opening;
        EXPECT_EQ(reply.find("HTTP/1.1", 1), std::string::npos) << "one answer, then the end: " << opening;
    }
    EXPECT_EQ(smuggled, 0);
}

TEST_F(HostileTest, AChunkedBodyIsBoundedHoweverItIsCut) {
    std::string many = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 20; ++i) many += "10000\r\n" + std::string(65536, 'x') + "\r\n";
    EXPECT_TRUE(exchange(many).starts_with("HTTP/1.1 413")) << "above a megabyte in all";
    EXPECT_TRUE(exchange("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nx")
                    .starts_with("HTTP/1.1 413"));
}

TEST_F(HostileTest, DamagedRequestsHarmNobody) {
    const std::array<std::string, 4> sound{
        "GET /a?b=c%20d HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nCookie: a=b; c=d\r\nRange: bytes=0-5\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"name\":\"ab\"}",
        "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
        "GET /d HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"};
    std::mt19937 random(20261121);
    const auto below = [&random](std::size_t bound) { return static_cast<std::size_t>(random()) % bound; };
    for (int round = 0; round < 400; ++round) {
        auto text = sound.at(below(sound.size()));
        for (auto damage = below(4) + 1; damage > 0 && !text.empty(); --damage) {
            const auto at = below(text.size());
            switch (below(5)) {
                case 0:
                    text[at] = static_cast<char>(random());
                    break;
                case 1:
                    text.erase(at, below(8));
                    break;
                case 2:
                    text.resize(at);
                    break;
                case 3:
                    text.insert(at, text.substr(below(text.size()), below(40)));
                    break;
                default:
                    text.insert(at, below(300), static_cast<char>(random()));
            }
        }
        const auto reply = exchange(text);
        ASSERT_TRUE(reply.empty() || reply.starts_with("HTTP/1.1 ")) << "round " << round << ": " << text;
    }
    TestClient after(server->port());
    EXPECT_EQ(body_of(after.request("GET", "/still")), "/still");
}

}  // namespace
}  // namespace vantage::net
