// SPDX-License-Identifier: Apache-2.0
// What a real server makes of the frames is tested in tests/system/test_push.py; here: sockets that are no such server.
#include "media/rtmp_muxer.hpp"

#include "media/silent_audio.hpp"
#include "media/test_packets.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace vantage {
namespace {

// Listens on a free port and never answers; accept() tells when somebody has come.
class Deaf {
  public:
    Deaf() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 4) != 0 ||
            ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no socket");
        port_ = ntohs(address.sin_port);
    }
    ~Deaf() { close(); }
    Deaf(const Deaf&) = delete;
    Deaf& operator=(const Deaf&) = delete;
    [[nodiscard]] int accept() const { return ::accept(fd_, nullptr, nullptr); }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    [[nodiscard]] RtmpTarget target(const char* scheme = "rtmp") const {
        return {scheme + std::string("://127.0.0.1:") + std::to_string(port_) + "/live/secret-key", "secret-key"};
    }

  private:
    int fd_;
    std::uint16_t port_{0};
};

const TrackSet kTracks{test::h264_track(), {}};

TEST(RtmpMuxer, AClosedPortCannotBeReached) {
    Deaf server;
    server.close();
    const auto opened = RtmpMuxer::open(server.target(), kTracks, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::unavailable);
    EXPECT_EQ(opened.error().message, "the server cannot be reached: Connection refused");
}

TEST(RtmpMuxer, AStopEndsAConnectThatHangs) {
    const Deaf server;
    std::stop_source stop;
    auto opening =
        std::async(std::launch::async, [&] { return RtmpMuxer::open(server.target(), kTracks, stop.get_token()); });
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
    const Deaf server;
    auto target = server.target();
    target.timeout = seconds{1};
    const auto opened = RtmpMuxer::open(target, kTracks, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::timed_out);
    EXPECT_EQ(opened.error().message, "the server takes nothing, or too little, for 1 s");
}

TEST(RtmpMuxer, AServerThatSpeaksSomethingElseIsToldApart) {
    for (const auto* scheme : {"rtmp", "rtmps"}) {
        const Deaf server;
        std::thread talks([&] {
            const int client = server.accept();
            const std::string_view text = "SSH-2.0-nothing for you\r\n";
            EXPECT_EQ(::write(client, text.data(), text.size()), static_cast<ssize_t>(text.size()));
            ::shutdown(client, SHUT_WR);
            char byte = 0;
            while (::read(client, &byte, 1) > 0) continue;
            ::close(client);
        });
        const auto opened = RtmpMuxer::open(server.target(scheme), kTracks, {});
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
