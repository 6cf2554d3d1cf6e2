// SPDX-License-Identifier: Apache-2.0
#include "net/rtsp_message.hpp"

#include "net/sdp.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace vantage::net {
namespace {

// What a receiver hands out, as text: "frame 1 abc", "reply 200 body", "request PLAY url".
std::vector<std::string> drain(RtspReceiver& receiver) {
    std::vector<std::string> out;
    for (;;) {
        auto item = receiver.next();
        if (item.has_error()) {
            out.push_back(std::string("error ") + to_string(item.error().code));
            return out;
        }
        if (auto* frame = std::get_if<Interleaved>(&*item))
            out.push_back("frame " + std::to_string(frame->channel) + " " + std::string(as_text(frame->data)));
        else if (auto* reply = std::get_if<RtspReply>(&*item))
            out.push_back("reply " + std::to_string(reply->status) + " " + reply->body);
        else if (auto* request = std::get_if<RtspRequest>(&*item))
            out.push_back("request " + request->method + " " + request->url + " " + request->body);
        else
            return out;
    }
}

std::string frame(int channel, std::string_view data) {
    return std::string{'$', static_cast<char>(channel), static_cast<char>(data.size() >> 8),
                       static_cast<char>(data.size())} +
           std::string(data);
}

using Items = std::vector<std::string>;

const std::string kMixed = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\nabc" + frame(0, "\x80one") +
                           frame(1, "") + "\r\nOPTIONS * RTSP/1.0\nCSeq: 7\n\n" + frame(2, "\x80two");
const Items kMixedItems{"reply 200 abc", "frame 0 \x80one", "frame 1 ", "request OPTIONS * ", "frame 2 \x80two"};

TEST(RtspReceiver, MixesMessagesAndFrames) {
    RtspReceiver receiver;
    receiver.append(as_bytes(kMixed));
    EXPECT_EQ(drain(receiver), kMixedItems);
}

TEST(RtspReceiver, TakesEveryChunking) {
    for (std::size_t chunk = 1; chunk < 9; ++chunk) {
        RtspReceiver receiver;
        Items items;
        for (std::size_t at = 0; at < kMixed.size(); at += chunk) {
            receiver.append(as_bytes(std::string_view(kMixed).substr(at, chunk)));
            for (auto& item : drain(receiver)) items.push_back(item);
        }
        EXPECT_EQ(items, kMixedItems) << chunk;
    }
}

TEST(RtspReceiver, KeepsAPartialFrameWhenTheBufferTurnsOver) {
    RtspReceiver receiver({}, 1);
    const auto one = frame(4, std::string(60'000, '\x80'));
    std::size_t frames = 0;
    for (int i = 0; i < 50; ++i) {
        receiver.append(as_bytes(one.substr(0, 50'000)));
        frames += drain(receiver).size();
        receiver.append(as_bytes(one.substr(50'000)));
        frames += drain(receiver).size();
    }
    EXPECT_EQ(frames, 50);
}

TEST(RtspReceiver, AClientSkipsLostBytesUpToTheNextFrame) {
    RtspReceiver receiver;
    receiver.append(as_bytes(frame(0, "\x80ok") + "\x01\x02$garbage R" + frame(0, "\x80next") + "RTSP/1.0 200 OK\r\n\r\n"));
    EXPECT_EQ(drain(receiver), (Items{"frame 0 \x80ok", "frame 0 \x80next", "reply 200 "}));
    EXPECT_EQ(receiver.skipped_bytes(), 12);
}

TEST(RtspReceiver, AServerTakesNoGarbage) {
    RtspLimits limits;
    limits.resynchronise = false;
    for (const auto* text :
         {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01 tls", "play x RTSP/1.0\r\n\r\n", "OPTIONS RTSP/1.0\r\n\r\n"}) {
        RtspReceiver receiver(limits);
        receiver.append(as_bytes(text));
        EXPECT_EQ(drain(receiver), Items{"error malformed"}) << text;
    }
}

TEST(RtspReceiver, EndlessGarbageIsAnError) {
    RtspReceiver receiver;
    Items items;
    for (int i = 0; i < 40 && items.empty(); ++i) {
        receiver.append(Bytes(60'000, 0x55));
        items = drain(receiver);
    }
    EXPECT_EQ(items, Items{"error malformed"});
}

TEST(RtspReceiver, BoundsHeadHeadersAndBody) {
    RtspLimits limits;
    limits.resynchronise = false;
    std::string many = "OPTIONS * RTSP/1.0\r\n";
    for (int i = 0; i < 65; ++i) many += "a: b\r\n";
    for (const auto& text : {"OPTIONS * RTSP/1.0\r\nx: " + std::string(20'000, 'x'), many + "\r\n",
                             std::string("OPTIONS * RTSP/1.0\r\nContent-Length: 300000\r\n\r\n")}) {
        RtspReceiver receiver(limits);
        receiver.append(as_bytes(text));
        EXPECT_EQ(drain(receiver), Items{"error overloaded"});
    }
}

TEST(RtspMessage, WritesWhatItReads) {
    RtspRequest request;
    request.method = "SET_PARAMETER";
    request.url = "rtsp://host/a b?c";
    request.add("CSeq", "3");
    request.body = "x: y\r\n";
    RtspReceiver receiver;
    receiver.append(as_bytes(to_text(request)));
    RtspReply reply;
    reply.status = 454;
    receiver.append(as_bytes(to_text(reply)));
    EXPECT_EQ(drain(receiver), (Items{"request SET_PARAMETER rtsp://host/a b?c x: y\r\n", "reply 454 "}));
    EXPECT_NE(to_text(reply).find("RTSP/1.0 454 Session Not Found\r\n"), std::string::npos);
}

TEST(RtspMessage, JoinsContinuationsAndFindsHeadersInAnyCase) {
    RtspReceiver receiver;
    receiver.append(as_bytes("RTSP/1.0 200\r\nTransport: a;\r\n  b\r\nno colon here\r\nCseq: 12 \r\n\r\n"));
    auto item = receiver.next();
    const auto& reply = std::get<RtspReply>(*item);
    EXPECT_EQ(reply.header("transport"), "a; b");
    EXPECT_EQ(reply.cseq(), 12);
    EXPECT_EQ(reply.headers.size(), 2);
}

TEST(RtspHeaders, SessionAndTransportAsCamerasSendThem) {
    EXPECT_EQ(parse_session("       708345999;timeout=60").id, "708345999");
    EXPECT_EQ(parse_session("9a90de54; timeout=120").timeout, 120);
    EXPECT_FALSE(parse_session("l0TtlUFSR").timeout);
    const auto tcp = parse_transport("RTP/AVP/TCP;ssrc= d6d6627;interleaved=2-3;mode=\"play\"");
    ASSERT_EQ(tcp.size(), 1);
    EXPECT_TRUE(tcp[0].tcp);
    EXPECT_EQ(tcp[0].ssrc, 0xd6d6627);
    EXPECT_EQ(tcp[0].interleaved, (std::pair{2, 3}));
    EXPECT_EQ(tcp[0].mode, "play");
    const auto several =
        parse_transport("RAW/RAW/UDP;x,RTP/AVP;multicast;client_port=5000,RTP/AVP/UDP;server_port=6-7;source=1.2.3.4");
    ASSERT_EQ(several.size(), 2);
    EXPECT_TRUE(several[0].multicast);
    EXPECT_EQ(several[0].client_port, (std::pair{5000, 5001}));
    EXPECT_EQ(several[1].source, "1.2.3.4");
}

// Every stored reply of a real camera is read whole, and each with a body has medias.
TEST(RtspMessage, ReadsTheRepliesOfRealCameras) {
    const char* media = std::getenv("VANTAGE_TEST_MEDIA");
    const std::filesystem::path folder = std::filesystem::path(media ? media : "../shared/media") / "odd/rtsp_replies";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there";
    std::size_t replies = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        if (text.starts_with("v=0")) {
            EXPECT_TRUE(parse_sdp(text)) << entry.path();
            continue;
        }
        RtspReceiver receiver;
        receiver.append(as_bytes(text));
        const auto item = receiver.next();
        ASSERT_TRUE(item) << entry.path() << item.error().message;
        if (std::holds_alternative<RtspRequest>(*item)) continue;
        ASSERT_TRUE(std::holds_alternative<RtspReply>(*item)) << entry.path() << " is incomplete";
        const auto& reply = std::get<RtspReply>(*item);
        EXPECT_TRUE(reply.status == 200 || reply.status == 401) << entry.path();
        EXPECT_TRUE(reply.body.empty() || parse_sdp(reply.body)) << entry.path();
        ++replies;
    }
    EXPECT_GE(replies, 40);
}

}  // namespace
}  // namespace vantage::net
