// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_fixture.hpp"

#include <boost/asio/ip/udp.hpp>

namespace vantage::live {
namespace {

using asio::ip::udp;

TEST(RtspServer, PlaysOverTcpAndSaysTheTrueTimeFirst) {
    RtspTestServer server;
    RtspTestClient client{server};
    EXPECT_NE(client.ask("OPTIONS").header("Public").find("GET_PARAMETER"), std::string_view::npos);
    const auto described = client.ask("DESCRIBE");
    EXPECT_EQ(described.status, 200);
    EXPECT_EQ(described.header("Content-Base"), server.url() + "/");
    EXPECT_NE(described.body.find("sprop-parameter-sets="), std::string::npos);
    EXPECT_NE(client.set_up(0, "RTP/AVP/TCP;unicast;interleaved=4-5").header("Transport").find("interleaved=4-5"),
              std::string_view::npos);
    EXPECT_EQ(client.set_up(1, "RTP/AVP/TCP;unicast;interleaved=6-7").status, 200);
    client.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, false);  // not the first: no key frame
    server.feed->push(1, true);
    server.feed->push(2, false, 3000);
    server.feed->push(2, true, 160, TrackKind::audio);
    const auto played = client.reply();
    ASSERT_EQ(played.status, 200);

    const auto report = client.frame();
    EXPECT_EQ(report.channel, 5);
    const auto senders = net::parse_rtcp(report.data).senders;
    ASSERT_EQ(senders.size(), 1U);
    EXPECT_LT(std::chrono::abs(senders[0].ntp - (kStart + milliseconds{40})), microseconds{12});
    const auto first = client.frame();
    EXPECT_EQ(first.channel, 4);
    const auto rtp = net::parse_rtp(first.data).value();
    EXPECT_EQ(rtp.timestamp, senders[0].rtp);
    EXPECT_EQ(rtp.ssrc, senders[0].ssrc);
    EXPECT_TRUE(rtp.marker);
    const auto info = played.header("RTP-Info");
    EXPECT_NE(info.find(fmt::format("url={}/trackID=0;seq={};rtptime={}", server.url(), rtp.sequence, rtp.timestamp)),
              std::string_view::npos)
        << info;
    for (int i = 1; i <= 3; ++i) {  // the second picture in three pieces
        const auto packet = client.frame();
        const auto next = net::parse_rtp(packet.data).value();
        EXPECT_EQ(next.sequence, static_cast<std::uint16_t>(rtp.sequence + i));
        EXPECT_EQ(next.timestamp, rtp.timestamp + 3600);
        EXPECT_EQ(next.marker, i == 3);
    }
    EXPECT_EQ(client.frame().channel, 7);
    const auto audio_frame = client.frame();
    const auto audio = net::parse_rtp(audio_frame.data).value();
    EXPECT_EQ(audio_frame.channel, 6);
    EXPECT_EQ(audio.payload.size(), 160U);
    EXPECT_NE(info.find(fmt::format("trackID=1;seq={};rtptime={}", audio.sequence, audio.timestamp - 320)),
              std::string_view::npos)
        << info;

    EXPECT_EQ(client.ask("GET_PARAMETER").status, 200);
    EXPECT_EQ(client.ask("PAUSE").status, 200);
    server.wait_playing(0);
    EXPECT_EQ(client.ask("TEARDOWN").status, 200);
}

TEST(RtspServer, PlaysByUdp) {
    RtspTestServer server;
    RtspTestClient client{server};
    udp::socket rtp{client.io, {asio::ip::address_v4::loopback(), 0}};
    udp::socket rtcp{client.io, {asio::ip::address_v4::loopback(), 0}};
    const auto reply = client.set_up(
        0, fmt::format("RTP/AVP;unicast;client_port={}-{}", rtp.local_endpoint().port(), rtcp.local_endpoint().port()));
    ASSERT_EQ(reply.status, 200);
    const auto transport = net::parse_transport(reply.header("Transport")).at(0);
    ASSERT_TRUE(transport.server_port);
    EXPECT_EQ(transport.server_port->first % 2, 0);
    EXPECT_EQ(transport.server_port->second, transport.server_port->first + 1);
    client.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, true, 5000);
    EXPECT_EQ(client.reply().status, 200);
    Bytes datagram(2000);
    datagram.resize(rtcp.receive(asio::buffer(datagram)));
    EXPECT_EQ(net::parse_rtcp(datagram).senders.size(), 1U);
    for (int i = 0; i < 5; ++i) {
        datagram.resize(2000);
        datagram.resize(rtp.receive(asio::buffer(datagram)));
        const auto packet = net::parse_rtp(datagram);
        ASSERT_TRUE(packet);
        EXPECT_LE(packet->payload.size(), 1400U);
        EXPECT_EQ(packet->marker, i == 4);
    }
}

TEST(RtspServer, SaysWhatIsWrong) {
    RtspTestServer server;
    RtspTestClient client{server};
    EXPECT_EQ(client.ask("DESCRIBE", "window").status, 404);
    EXPECT_EQ(client.ask("PLAY").status, 455);
    EXPECT_EQ(client.ask("PAUSE").status, 455);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {"Require: play.scale"}).status, 551);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {"Require: play.scale"}).header("Unsupported"), "play.scale");
    EXPECT_EQ(client.set_up(0, "RTP/AVP;multicast").status, 461);
    EXPECT_EQ(client.ask("SETUP").status, 461);
    EXPECT_EQ(client.ask("SETUP", "window/trackID=0", {"Transport: RTP/AVP/TCP"}).status, 404);
    EXPECT_EQ(client.ask("RECORD").status, 405);
    EXPECT_EQ(client.ask("DANCE").status, 501);
    client.session = "12345";
    EXPECT_EQ(client.ask("PLAY").status, 454);
    EXPECT_EQ(client.ask("GET_PARAMETER").status, 454);
    client.session.clear();
    EXPECT_EQ(client.set_up(0, "RTP/AVP/TCP;unicast").status, 200);
    EXPECT_EQ(client.ask("PLAY", "window").status, 455);
    const auto session = std::exchange(client.session, {});
    EXPECT_EQ(client.ask("PLAY").status, 454);
    client.session = session;
    client.raw("OPTIONS * RTSP/1.0\r\n\r\n");  // no CSeq
    EXPECT_EQ(client.reply().status, 400);
    EXPECT_EQ(client.ask("OPTIONS").status, 200);
}

TEST(RtspServer, WhoJoinsLaterBeginsWithTheLastKeyFrameAtOnce) {
    RtspTestServer server;
    RtspTestClient first{server}, second{server};
    set_up(first, 2);
    set_up(second, 2);
    play(server, first);
    server.feed->push(1, true);
    server.feed->push(1, true, 160, TrackKind::audio);
    server.feed->push(2, false);
    server.settle();
    const auto played = second.ask("PLAY");
    ASSERT_EQ(played.status, 200);
    std::vector<std::pair<int, net::RtpHeader>> got;
    while (got.size() < 3) {
        const auto frame = second.frame();
        if (frame.channel % 2 == 0) got.emplace_back(frame.channel, *net::parse_rtp(frame.data));
    }
    EXPECT_EQ(got[0].first, 0);
    EXPECT_EQ(got[1].first, 2);
    EXPECT_EQ(got[2].first, 0);
    EXPECT_EQ(got[2].second.timestamp, got[0].second.timestamp + 3600);
    const auto info = played.header("RTP-Info");
    for (const auto& [channel, rtp] : {got[0], got[1]})
        EXPECT_NE(info.find(fmt::format("trackID={};seq={};rtptime={}", channel / 2, rtp.sequence, rtp.timestamp)),
                  std::string_view::npos)
            << info;
    // And goes on with everybody else.
    server.feed->push(3, false);
    EXPECT_EQ(net::parse_rtp(second.frame().data)->timestamp, got[0].second.timestamp + 2 * 3600);
}

TEST(RtspServer, WhoAsksWhileTheCameraIsAwayIsToldSoAndOthersStay) {
    RtspServerOptions options;
    options.start_timeout = seconds{1};
    RtspTestServer server{options};
    RtspTestClient client{server}, late{server};
    set_up(client, 1);
    play(server, client);
    server.feed->leave();
    server.settle();
    EXPECT_EQ(late.ask("DESCRIBE").status, 503);
    server.feed->push(500, true);
    server.settle();
    EXPECT_EQ(late.ask("DESCRIBE").status, 200);
    EXPECT_EQ(server.server->stats().playing, 1U);
}

TEST(RtspServer, NewParametersGoInBandAndATrackThatLeavesEndsNothing) {
    RtspTestServer server;
    RtspTestClient client{server};
    set_up(client, 2);
    play(server, client);
    server.feed->tell({video_track(), std::nullopt});  // the microphone is off
    server.feed->push(1, true);
    server.feed->tell({video_track(), audio_track()});
    server.feed->push(2, true, 160, TrackKind::audio);
    std::vector<int> channels;
    while (channels.size() < 3) {
        const auto frame = client.frame();
        if (frame.channel % 2 == 0) channels.push_back(frame.channel);
    }
    EXPECT_EQ(channels, (std::vector{0, 0, 2}));
    // Sound that is coded differently cannot be told to a session that has begun.
    auto other = audio_track();
    other.codec = Codec::pcma;
    server.feed->tell({video_track(), other});
    while (!std::holds_alternative<std::monostate>(client.next())) {
    }
    server.wait_playing(0);
}

TEST(RtspServer, AFeedThatEndsEndsItsSessions) {
    RtspTestServer server;
    RtspTestClient client{server};
    EXPECT_EQ(client.set_up(0, "RTP/AVP/TCP;unicast").status, 200);
    play(server, client);
    server.feed->end();
    while (!std::holds_alternative<std::monostate>(client.next())) {
    }
    server.wait_playing(0);
}

}  // namespace
}  // namespace vantage::live
