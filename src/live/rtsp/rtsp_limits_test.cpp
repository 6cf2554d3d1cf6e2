// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_fixture.hpp"
#include "media/test_media.hpp"

#include <filesystem>
#include <random>

namespace vantage::live {
namespace {

TEST(RtspServer, WhoNeverReadsIsEnded) {
    RtspServerOptions options;
    options.most_queued_bytes = 100'000;
    options.stall_timeout = seconds{1};
    RtspTestServer server{options};
    RtspTestClient deaf{server};
    set_up(deaf, 1);
    deaf.send("PLAY", server.url());
    server.wait_playing(1);
    const auto until = std::chrono::steady_clock::now() + seconds{20};
    for (int n = 0; server.server->stats().stalled == 0 && std::chrono::steady_clock::now() < until; ++n) {
        deaf.raw("GET_PARAMETER * RTSP/1.0\r\nCSeq: 9\r\n\r\n");  // a sign of life is not enough
        server.feed->push(n, true, 50'000);
        server.settle();
    }
    EXPECT_EQ(server.server->stats().stalled, 1U);
    EXPECT_GT(server.server->stats().dropped_frames, 0U);
    server.wait_playing(0);
}

TEST(RtspServer, ASlowReaderGoesOnAtAKeyFrameAndHoldsUpNobody) {
    RtspServerOptions options;
    options.most_queued_bytes = 100'000;
    RtspTestServer server{options};
    RtspTestClient slow{server}, quick{server};
    for (auto* client : {&slow, &quick}) {
        set_up(*client, 1);
        client->send("PLAY", server.url());
    }
    server.wait_playing(2);
    constexpr int kFrames = 400;
    auto reader = std::async(std::launch::async, [&] {
        int pictures = 0;
        for (;;) {
            auto item = quick.next();
            if (std::holds_alternative<std::monostate>(item)) return pictures;
            const auto* frame = std::get_if<RtspTestClient::Frame>(&item);
            if (frame != nullptr && frame->channel == 0 && net::parse_rtp(frame->data)->marker && ++pictures == kFrames)
                return pictures;
        }
    });
    for (int n = 0; n < kFrames; ++n) {  // 20 MB in all, in the order of what sockets buffer and more
        server.feed->push(n, n % 10 == 0, 50'000);
        server.settle();
    }
    const auto dropped = server.server->stats().dropped_frames;
    EXPECT_GT(dropped, 0U);
    // The slow one reads on now: after each hole comes a key frame.
    std::optional<std::uint32_t> first, last;
    bool hole = false;
    for (int pushed = kFrames; !hole;) {
        auto item = slow.next();
        ASSERT_FALSE(std::holds_alternative<std::monostate>(item));
        const auto* frame = std::get_if<RtspTestClient::Frame>(&item);
        if (frame == nullptr || frame->channel != 0) continue;
        const auto packet = net::parse_rtp(frame->data).value();
        if (!first) first = packet.timestamp;
        const auto n = (packet.timestamp - *first) / 3600;
        hole = last && n > *last + 1;
        EXPECT_TRUE(!hole || n % 10 == 0) << n;
        last = n;
        // Ten frames hold a key frame: there is always something to read.
        for (int i = 0; i < 10; ++i, ++pushed) server.feed->push(pushed, pushed % 10 == 0, 1000);
    }
    boost::system::error_code ignored;
    quick.socket.shutdown(asio::socket_base::shutdown_both, ignored);
    EXPECT_GT(reader.get(), 20);
}

TEST(RtspServer, ConnectionsAreBounded) {
    RtspServerOptions options;
    options.most_connections = 2;
    RtspTestServer server{options};
    RtspTestClient one{server}, two{server};
    EXPECT_EQ(one.ask("OPTIONS").status, 200);
    EXPECT_EQ(two.ask("OPTIONS").status, 200);
    RtspTestClient three{server};
    EXPECT_EQ(three.ask("OPTIONS").status, 0);
    EXPECT_EQ(one.ask("OPTIONS").status, 200);
}

TEST(RtspServer, NoBytesBringItDown) {
    const auto folder = test::media_root() / "odd/rtsp_seeds";
    std::vector<std::string> seeds{
        "DESCRIBE rtsp://h/door RTSP/1.0\r\nCSeq: 1\r\n\r\nSETUP rtsp://h/door/trackID=0 RTSP/1.0\r\nCSeq: 2\r\n"
        "Transport: RTP/AVP/TCP;interleaved=0-1\r\n\r\nPLAY rtsp://h/door RTSP/1.0\r\nCSeq: 3\r\nSession: x\r\n\r\n",
        std::string(20'000, 'A'), "GET / HTTP/1.1\r\nHost: x\r\n\r\n", std::string("$\0\xFF\xFFxyz", 7),
        "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999999\r\n\r\n"};
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
        const auto bytes = test::read_file(entry.path().string());
        seeds.emplace_back(bytes.begin(), bytes.end());
    }
    RtspTestServer server;
    std::mt19937 random{11};
    for (const auto& seed : seeds)
        for (int round = 0; round < 12; ++round) {
            auto text = seed;
            for (int i = 0; i < round && !text.empty(); ++i) {
                const auto at = random() % text.size();
                if (random() % 3 == 0) text.erase(at, random() % 9);
                if (random() % 3 == 0) text.insert(at, 1 + random() % 5, static_cast<char>(random()));
                if (!text.empty()) text[random() % text.size()] = static_cast<char>(random());
            }
            RtspTestClient client{server};
            client.raw(text);
            boost::system::error_code ignored;
            client.socket.shutdown(asio::socket_base::shutdown_send, ignored);
            std::array<char, 4096> sink{};
            while (!ignored) client.socket.read_some(asio::buffer(sink), ignored);
        }
    RtspTestClient client{server};
    EXPECT_EQ(client.ask("DESCRIBE").status, 200);
}

}  // namespace
}  // namespace vantage::live
