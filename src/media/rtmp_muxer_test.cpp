// SPDX-License-Identifier: Apache-2.0
// What a real server makes of the frames is tested in tests/system/test_push.py; here: sockets that are no such server.
#include "media/rtmp_muxer.hpp"

#include "media/silent_audio.hpp"
#include "media/test_deaf_server.hpp"
#include "media/test_packets.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace vantage {
namespace {

using test::DeafServer;

RtmpTarget target_of(const DeafServer& server, const char* scheme = "rtmp") {
    return {fmt::format("{}://127.0.0.1:{}/live/secret-key", scheme, server.port()), "secret-key"};
}

const TrackSet kTracks{test::h264_track(), {}};

TEST(RtmpMuxer, AClosedPortCannotBeReached) {
    DeafServer server;
    server.close();
    const auto opened = RtmpMuxer::open(target_of(server), kTracks, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::unavailable);
    EXPECT_EQ(opened.error().message, "the server cannot be reached: Connection refused");
}

TEST(RtmpMuxer, AStopEndsAConnectThatHangs) {
    const DeafServer server;
    std::stop_source stop;
    auto opening =
        std::async(std::launch::async, [&] { return RtmpMuxer::open(target_of(server), kTracks, stop.get_token()); });
    const int client = server.accept();
    const auto began = std::chrono::steady_clock::now();
    stop.request_stop();
    const auto opened = opening.get();
    EXPECT_LT(std::chrono::steady_clock::now() - began, seconds{2});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::cancelled);
    ::close(client);
}

TEST(RtmpMuxer, AServerThatSaysNothingTimesOut) {
    const DeafServer server;
    auto target = target_of(server);
    target.timeout = seconds{1};
    const auto opened = RtmpMuxer::open(target, kTracks, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::timed_out);
    EXPECT_EQ(opened.error().message, "the server takes nothing, or too little, for 1 s");
}

TEST(RtmpMuxer, AServerThatSpeaksSomethingElseIsToldApart) {
    for (const auto* scheme : {"rtmp", "rtmps"}) {
        const DeafServer server;
        std::thread talks([&] {
            const int client = server.accept();
            const std::string_view text = "SSH-2.0-nothing for you\r\n";
            EXPECT_EQ(::write(client, text.data(), text.size()), static_cast<ssize_t>(text.size()));
            ::shutdown(client, SHUT_WR);
            char byte = 0;
            while (::read(client, &byte, 1) > 0) continue;
            ::close(client);
        });
        const auto opened = RtmpMuxer::open(target_of(server, scheme), kTracks, {});
        talks.join();
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, errc::unavailable);
        EXPECT_NE(opened.error().message.find("does not speak"), std::string::npos) << opened.error().message;
    }
}

TEST(RtmpMuxer, WhatFlvDoesNotCarryIsRefusedBeforeConnecting) {
    auto tracks = kTracks;
    tracks.video->codec = Codec::h265;
    const auto opened = RtmpMuxer::open({"rtmp://127.0.0.1:1/live/k", "k"}, tracks, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::unsupported);
}

TEST(SilentAudio, IsAacOfAFewBytes) {
    const auto silence = make_silent_audio();
    ASSERT_TRUE(silence);
    EXPECT_EQ(codec_string(silence->track), "mp4a.40.2");
    EXPECT_LT(silence->packet.size(), 32U);
    EXPECT_GT(silence->packet.size(), 2U);
}

}  // namespace
}  // namespace vantage
