// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtsp_source.hpp"

#include "ingest/scripted_camera.hpp"
#include "net/digest.hpp"
#include "net/rtp.hpp"
#include "net/sdp.hpp"
#include "net/text.hpp"

#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace vantage::ingest {
namespace {

namespace asio = boost::asio;

const char* kSdp =
    "v=0\r\ns=test\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 sprop-parameter-sets=Z00AH5WoFAFuQA==,aO48gA==\r\na=control:trackID=1\r\n"
    "m=audio 0 RTP/AVP 8\r\na=control:trackID=2\r\nm=application 0 RTP/AVP 107\r\na=control:trackID=3\r\n";

std::string reply(const net::RtspRequest& request, int status, std::string_view headers = "", std::string_view body = "") {
    auto text =
        fmt::format("RTSP/1.0 {} {}\r\nCSeq: {}\r\n{}", status, net::rtsp_reason(status), request.header("CSeq"), headers);
    if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
    return text + "\r\n" + std::string(body);
}

std::string rtp_packet(std::uint16_t sequence, std::uint32_t timestamp, std::string_view payload, int type = 96,
                       std::uint32_t ssrc = 7) {
    std::string out(net::kRtpHeaderBytes, '\0');
    net::write_rtp_header(reinterpret_cast<std::uint8_t*>(out.data()),
                          {true, static_cast<std::uint8_t>(type), sequence, timestamp, ssrc});
    return out + std::string(payload);
}
std::string interleaved(int channel, std::string_view data) {
    return std::string{'$', static_cast<char>(channel), static_cast<char>(data.size() >> 8),
                       static_cast<char>(data.size())} +
           std::string(data);
}
const std::string kIdr = "\x65\x88\x01\x02";
const std::string kSlice = "\x41\x9a\x01\x02";

// A well-behaved camera: everything but what PLAY is followed by.
std::string polite(const net::RtspRequest& request, const std::string& pictures, std::string_view sdp = kSdp) {
    if (request.method == "OPTIONS") return reply(request, 200, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER\r\n");
    if (request.method == "DESCRIBE") return reply(request, 200, "Content-Type: application/sdp\r\n", sdp);
    if (request.method == "SETUP")
        return reply(request, 200, fmt::format("Session: 42;timeout=60\r\nTransport: {}\r\n", request.header("Transport")));
    if (request.method == "PLAY")
        return reply(request, 200, "Session: 42\r\nRTP-Info: url=x;seq=-1;rtptime=-1\r\n") + pictures;
    return reply(request, 200);
}

SourceOptions options(const std::string& url, Transport transport = Transport::tcp) {
    SourceOptions made;
    made.url = url;
    made.transport = transport;
    return made;
}

std::vector<std::int64_t> times(const SourceRun& run, TrackKind kind) {
    std::vector<std::int64_t> out;
    for (const auto& frame : run.frames)
        if (frame.track == kind) out.push_back(frame.pts->count());
    return out;
}

using Methods = std::vector<std::string>;
using Times = std::vector<std::int64_t>;

TEST(RtspSource, PlaysPictureAndSoundAndTearsDown) {
    const auto pictures = interleaved(0, rtp_packet(1, 1000, kIdr)) + interleaved(2, rtp_packet(9, 80, "abc", 8)) +
                          interleaved(0, rtp_packet(2, 4600, kSlice)) + interleaved(2, rtp_packet(10, 240, "def", 8));
    ScriptedCamera camera([&](const auto& request) { return polite(request, pictures); });
    {
        SourceRun run(options(camera.url()));
        ASSERT_TRUE(run.until([&] { return run.frames.size() == 4; }));
        ASSERT_EQ(run.tracks.size(), 1);
        EXPECT_EQ(run.tracks[0].video->width, 1280);
        EXPECT_EQ(run.tracks[0].audio->codec, Codec::pcma);
        EXPECT_EQ(times(run, TrackKind::video), (Times{1000, 4600}));
        EXPECT_EQ(times(run, TrackKind::audio), (Times{900, 2700})) << "8 kHz on the 90 kHz timeline";
        EXPECT_TRUE(run.frames[0].key);
        EXPECT_EQ(run.source.stats().packets, 4);
        run.source.stop();
        run.source.stop();
        EXPECT_TRUE(run.ends.empty()) << "stop is not an end";
    }
    EXPECT_EQ(camera.methods(), (Methods{"OPTIONS", "DESCRIBE", "SETUP", "SETUP", "PLAY", "TEARDOWN"}));
    EXPECT_EQ(camera.requests()[2].url, camera.url() + "/trackID=1");
    EXPECT_EQ(camera.requests()[3].header("Session"), "42");
    EXPECT_EQ(camera.requests()[4].url, camera.url());
    EXPECT_FALSE(camera.requests()[0].header("User-Agent").empty());
}

TEST(RtspSource, SoundIsNotSetUpWhenItIsNotWanted) {
    ScriptedCamera camera([&](const auto& request) { return polite(request, interleaved(0, rtp_packet(1, 0, kIdr))); });
    auto silent = options(camera.url());
    silent.audio = false;
    SourceRun run(silent);
    ASSERT_TRUE(run.until([&] { return run.frames.size() == 1; }));
    EXPECT_EQ(camera.methods(), (Methods{"OPTIONS", "DESCRIBE", "SETUP", "PLAY"}));
}

TEST(RtspSource, TakesOneByteAtATime) {
    const auto pictures = interleaved(0, rtp_packet(1, 0, kIdr)) + interleaved(0, rtp_packet(2, 3600, kSlice));
    ScriptedCamera camera([&](const auto& request) { return polite(request, pictures); }, 1);
    SourceRun run(options(camera.url()));
    EXPECT_TRUE(run.until([&] { return run.frames.size() == 2; }));
}

TEST(RtspSource, LossWrapReportsAndGarbage) {
    const UtcTime ntp{seconds{1'763'000'000}};
    const auto report = net::write_sender_report({7, ntp, 0xFFFFFF00, 0, 0}, "cam");
    const auto pictures = interleaved(1, as_text(report)) + interleaved(0, rtp_packet(65534, 0xFFFFFF9C, kIdr)) +
                          "garbage\x01\x02" + interleaved(0, rtp_packet(65535, 0xFFFFFF9C + 3600, kSlice)) +
                          interleaved(0, rtp_packet(2, 0xFFFFFF9C + 7200, kSlice)) +
                          interleaved(0, rtp_packet(2, 5, kSlice)) +
                          interleaved(0, rtp_packet(0, 0xFFFFFF9C + 5400, kSlice)) + interleaved(0, "\x01");
    ScriptedCamera camera([&](const auto& request) { return polite(request, pictures); });
    SourceRun run(options(camera.url()));
    ASSERT_TRUE(run.until([&] { return run.frames.size() == 3; }));
    const std::int64_t first = 0xFFFFFF9C;
    run.clock.advance(milliseconds{100});  // the packet before the last does not come
    ASSERT_TRUE(run.until([&] { return run.frames.size() == 4; }));
    EXPECT_EQ(times(run, TrackKind::video), (Times{first, first + 3600, first + 5400, first + 7200}));
    EXPECT_TRUE(run.frames[3].lost_before);
    EXPECT_FALSE(run.frames[2].lost_before) << "it was behind its successor, but nothing is missing";
    ASSERT_EQ(run.reports.size(), 1);
    EXPECT_EQ(run.reports[0].media, Ticks{0xFFFFFF00});
    EXPECT_EQ(run.reports[0].ntp, ntp);
    run.until([&] { return run.source.stats().lost_packets == 1; });
    EXPECT_EQ(run.source.stats().lost_packets, 1);
    EXPECT_EQ(run.source.stats().late_packets, 0);
}

TEST(RtspSource, AnswersDigestAlsoWhenTheNonceGoesStale) {
    std::atomic<int> nonce{1};
    const auto script = [&](const net::RtspRequest& request) {
        const auto answer = net::parse_digest_answer(request.header("Authorization"));
        const bool stale = request.method == "SETUP" && nonce == 1;
        if (stale) nonce = 2;
        if (request.method != "OPTIONS" &&
            (!answer || stale || answer->nonce != std::to_string(nonce) ||
             !net::verify_digest(*answer, request.method, "p@ss:/w") || answer->uri != request.url))
            return reply(request, 401,
                         fmt::format("WWW-Authenticate: Basic realm=\"x\"\r\nWWW-Authenticate: {}\r\n",
                                     net::digest_challenge("cam", std::to_string(nonce), net::DigestHash::md5, stale)));
        return polite(request, interleaved(0, rtp_packet(1, 0, kIdr)));
    };
    ScriptedCamera camera(script);
    SourceRun run(options(camera.url("admin:p%40ss%3a/w@")));
    EXPECT_TRUE(run.until([&] { return run.frames.size() == 1; })) << (run.ends.empty() ? "" : run.ends[0].message);
    SourceRun wrong(options(camera.url("admin:wrong@")));
    ASSERT_TRUE(run.source.stats().packets == 1);
    run.source.stop();
    run.context.run_for(milliseconds{600});
    ASSERT_TRUE(wrong.until_end());
    EXPECT_EQ(wrong.ends[0].code, errc::unauthenticated);
    EXPECT_EQ(wrong.ends[0].message.find("wrong"), std::string::npos) << "no secret in a message";
}

TEST(RtspSource, FollowsRedirectsButNotForEver) {
    ScriptedCamera camera([&](const auto& request) { return polite(request, interleaved(0, rtp_packet(1, 0, kIdr))); });
    ScriptedCamera door([&](const net::RtspRequest& request) {
        if (request.method == "DESCRIBE") return reply(request, 302, fmt::format("Location: {}\r\n", camera.url()));
        return polite(request, "");
    });
    SourceRun run(options(door.url()));
    EXPECT_TRUE(run.until([&] { return run.frames.size() == 1; }));
    std::string own;
    ScriptedCamera circle(
        [&](const net::RtspRequest& request) { return reply(request, 301, fmt::format("Location: {}\r\n", request.url)); });
    SourceRun lost(options(circle.url()));
    ASSERT_TRUE(lost.until_end());
    EXPECT_EQ(lost.ends[0].message, "the camera redirects in a circle");
}

TEST(RtspSource, SaysWhyItCannot) {
    const auto ends_with = [](ScriptedCamera::Script script, errc code, std::string_view part) {
        ScriptedCamera camera(std::move(script));
        SourceRun run(options(camera.url()));
        ASSERT_TRUE(run.until_end());
        EXPECT_EQ(run.ends.size(), 1);
        EXPECT_EQ(run.ends[0].code, code) << run.ends[0].message;
        EXPECT_NE(run.ends[0].message.find(part), std::string::npos) << run.ends[0].message;
    };
    ends_with([](const auto& r) { return polite(r, "", "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"); },
              errc::unsupported, "VP8");
    ends_with([](const auto& r) { return polite(r, "", "v=0\r\nm=audio 0 RTP/AVP 8\r\n"); }, errc::unsupported,
              "audio as PCMA");
    ends_with([](const auto& r) { return polite(r, "", "<html>"); }, errc::malformed, "SDP");
    ends_with([](const auto& r) { return r.method == "DESCRIBE" ? reply(r, 404) : polite(r, ""); }, errc::not_found, "404");
    ends_with([](const auto& r) { return r.method == "DESCRIBE" ? reply(r, 401) : polite(r, ""); }, errc::unauthenticated,
              "user name");
    ends_with([](const auto& r) { return r.method == "PLAY" ? reply(r, 453) : polite(r, ""); }, errc::unavailable, "453");
    ends_with([](const auto& r) { return r.method == "SETUP" ? std::string{} : polite(r, ""); }, errc::unavailable,
              "closed");
    ends_with([](const auto&) { return std::string(2'000'000, 'x'); }, errc::malformed, "not RTSP");
    SourceRun nobody(options("rtsp://127.0.0.1:1/x"));
    ASSERT_TRUE(nobody.until_end());
    EXPECT_EQ(nobody.ends[0].code, errc::unavailable);
    SourceRun bad(options("http://x"));
    ASSERT_TRUE(bad.until_end());
    EXPECT_EQ(bad.ends[0].code, errc::invalid_argument);
}

TEST(RtspSource, EndsWhenNothingComes) {
    ScriptedCamera camera([&](const auto& request) { return polite(request, interleaved(0, rtp_packet(1, 0, kIdr))); });
    SourceRun run(options(camera.url()));
    ASSERT_TRUE(run.until([&] { return run.frames.size() == 1; }));
    run.clock.advance(seconds{9});
    run.context.run_for(milliseconds{60});
    EXPECT_TRUE(run.ends.empty());
    run.clock.advance(seconds{2});
    ASSERT_TRUE(run.until_end());
    EXPECT_EQ(run.ends[0].code, errc::timed_out);
}

TEST(RtspSource, KeepsTheSessionAliveAtHalfItsTimeout) {
    ScriptedCamera camera([&](const net::RtspRequest& request) {
        if (request.method == "SETUP")
            return reply(request, 200,
                         fmt::format("Session: 42;timeout=10\r\nTransport: {}\r\n", request.header("Transport")));
        if (request.method == "GET_PARAMETER") return reply(request, 454);
        return polite(request, interleaved(0, rtp_packet(1, 0, kIdr)));
    });
    SourceRun run(options(camera.url()));
    ASSERT_TRUE(run.until([&] { return run.frames.size() == 1; }));
    EXPECT_EQ(camera.methods().back(), "PLAY");
    run.clock.advance(seconds{5});
    ASSERT_TRUE(run.until_end());
    EXPECT_NE(run.ends[0].message.find("session"), std::string::npos);
    EXPECT_EQ(camera.requests()[5].header("Session"), "42");
}

// A camera that refuses TCP sends by datagram, out of order and with one missing.
TEST(RtspSource, GoesOverToDatagramsAndPutsThemInOrder) {
    asio::io_context context;
    asio::ip::udp::socket socket(context, {asio::ip::address_v4::loopback(), 0});
    std::atomic<int> client_port{0};
    ScriptedCamera camera([&](const net::RtspRequest& request) {
        const auto transport = net::parse_transport(request.header("Transport"));
        if (request.method == "SETUP" && transport.front().tcp) return reply(request, 461);
        if (request.method == "SETUP" && client_port == 0) {
            client_port = transport.front().client_port->first;
            return reply(request, 200,
                         fmt::format("Session: 1\r\nTransport: RTP/AVP;unicast;client_port=1-2;server_port={}-{}\r\n",
                                     socket.local_endpoint().port(), socket.local_endpoint().port()));
        }
        if (request.method == "SETUP") return reply(request, 500);
        if (request.method == "PLAY") {
            const asio::ip::udp::endpoint to(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(client_port));
            for (const int n : {1, 3, 2, 3, 5, 6})  // 4 never comes
                socket.send_to(asio::buffer(rtp_packet(static_cast<std::uint16_t>(n), static_cast<std::uint32_t>(n) * 100,
                                                       n == 1 ? kIdr : kSlice)),
                               to);
        }
        return polite(request, "");
    });
    SourceRun run(options(camera.url()));
    ASSERT_TRUE(run.until([&] { return run.frames.size() == 3; }));
    run.clock.advance(milliseconds{100});
    ASSERT_TRUE(run.until([&] { return run.frames.size() == 5; }));
    EXPECT_EQ(times(run, TrackKind::video), (Times{100, 200, 300, 500, 600}));
    EXPECT_TRUE(run.frames[3].lost_before);
    EXPECT_FALSE(run.tracks[0].audio) << "its SETUP was refused";
    run.until([&] { return run.source.stats().lost_packets == 1; });
    EXPECT_EQ(run.source.stats().lost_packets, 1);
    std::array<char, 64> punch{};
    EXPECT_GT(socket.receive(asio::buffer(punch)), 0) << "the way back was opened";
}

// --- the replies of real cameras

std::string stored(const std::string& name) {
    const char* media = std::getenv("VANTAGE_TEST_MEDIA");
    std::ifstream file(
        std::filesystem::path(media != nullptr ? media : "../shared/media") / "odd/rtsp_replies" / (name + ".txt"),
        std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The stored reply with the number of this request.
std::string numbered(std::string text, const net::RtspRequest& request) {
    const auto lower = net::lower(text.substr(0, text.find("\r\n\r\n") + 2));
    const auto at = lower.find("\r\ncseq:");
    if (at == std::string::npos) return text;
    return text.replace(at + 7, text.find("\r\n", at + 2) - at - 7, fmt::format(" {}", request.header("CSeq")));
}

struct Vendor {
    const char* name;
    const char* describe;  // or a bare session description
    const char* setup;     // nullptr: a plain one
    const char* play;
    Codec video;
    std::optional<Codec> audio;
    const char* control;  // the end of the video's SETUP address
};

TEST(RtspSource, PlaysWithTheRepliesOfEachVendor) {
    if (stored("hikvision_describe").empty()) GTEST_SKIP() << "odd/rtsp_replies is not there";
    const auto none = std::nullopt;
    for (const auto& v : {
             Vendor{"Hikvision", "hikvision_describe", "hikvision_setup", "hikvision_play", Codec::h264, none,
                    "trackID=1?transportmode=unicast&profile=Profile_1"},
             Vendor{"Hikvision, space", "hikvision_describe", "hikvision_setup_ssrc_space", nullptr, Codec::h264, none,
                    "profile=Profile_1"},
             Vendor{"Dahua", "dahua_describe_h264_aac_onvif", "dahua_setup", "dahua_play", Codec::h264, Codec::aac,
                    "proto=Onvif/trackID=0"},
             Vendor{"Dahua H.265", "dahua_describe_h265_pcma", nullptr, "dahua_play", Codec::h265, Codec::pcma,
                    "subtype=2/trackID=0"},
             Vendor{"Reolink", "reolink_describe", "reolink_setup", "reolink_play", Codec::h264, Codec::aac,
                    "main/trackID=1"},
             Vendor{"Reolink, order", "reolink_describe_control_first", nullptr, nullptr, Codec::h264, Codec::aac,
                    "main/trackID=1"},
             Vendor{"Wowza", "bunny_describe", nullptr, "bunny_play", Codec::h264, Codec::aac, "mov/trackID=2"},
             Vendor{"bad rtptime", "bunny_describe", "bunny_setup", "bad_rtptime", Codec::h264, Codec::aac, "mov/trackID=2"},
             Vendor{"GW main", "gw_main_describe", nullptr, "gw_main_play", Codec::h264, Codec::pcmu, "Onvif/video"},
             Vendor{"GW sub", "gw_sub_describe", "gw_sub_setup", "gw_sub_play", Codec::h264, none, "Onvif/video"},
             Vendor{"Foscam", "foscam_describe", nullptr, nullptr, Codec::h264, Codec::pcmu, "videoMain/track1"},
             Vendor{"H264DVR", "h264dvr_describe", nullptr, "h264dvr_play", Codec::h264, Codec::pcma, "camera/trackID=3"},
             Vendor{"IPCAM", "ipcam_describe", nullptr, "laureii_play", Codec::h264, none, "main/trackID=1"},
             Vendor{"Luckfox", "ipcam_describe", "luckfox_rkipc_setup_tcp", nullptr, Codec::h264, none, "main/trackID=1"},
             Vendor{"Macro-video", "macrovideo_describe", nullptr, nullptr, Codec::h264, none, "main/track1"},
             Vendor{"no type", "missing_content_type_describe", nullptr, nullptr, Codec::h264, Codec::aac,
                    "main/streamid=0"},
             Vendor{"VStarcam", "vstarcam_describe", nullptr, nullptr, Codec::h264, Codec::pcma, "main/track0"},
             Vendor{"Anjvision", "anjvision_describe", nullptr, nullptr, Codec::h265, none, "main/trackID=1"},
             Vendor{"Anpviz", "anpviz_sdp", nullptr, nullptr, Codec::h264, Codec::aac, "main/trackID=1"},
             Vendor{"GeoVision", "geovision_sdp", nullptr, nullptr, Codec::h264, none, "192.168.5.237/media/video1/video"},
             Vendor{"TP-Link", "tplink_sdp", nullptr, nullptr, Codec::h265, Codec::pcma, "main/track1"},
             Vendor{"Ubiquiti", "ubiquiti_sdp", nullptr, nullptr, Codec::h264, Codec::aac, "main/trackID=2"},
         }) {
        SCOPED_TRACE(v.name);
        const auto described = stored(v.describe);
        const auto sdp = net::parse_sdp(described.substr(described.find("v=0")));
        ASSERT_TRUE(sdp);
        const auto media =
            std::find_if(sdp->medias.begin(), sdp->medias.end(), [](const auto& m) { return m.kind == "video"; });
        const auto picture = v.video == Codec::h264 ? kIdr : std::string("\x26\x01\xaf\x01\x02", 5);
        ScriptedCamera camera([&](const net::RtspRequest& request) {
            if (request.method == "DESCRIBE" && described.starts_with("RTSP")) return numbered(described, request);
            if (request.method == "DESCRIBE") return reply(request, 200, "", described);
            if (request.method == "SETUP" && v.setup != nullptr && request.header("Transport").ends_with("interleaved=0-1"))
                return numbered(stored(v.setup), request);
            if (request.method == "PLAY") {
                const auto text = v.play != nullptr ? numbered(stored(v.play), request) : polite(request, "");
                return text + interleaved(0, rtp_packet(1, 1000, picture, media->formats[0].payload_type));
            }
            return polite(request, "");
        });
        SourceRun run(options(camera.url()));
        ASSERT_TRUE(run.until([&] { return !run.frames.empty() || !run.ends.empty(); }));
        ASSERT_FALSE(run.frames.empty()) << run.ends[0].message;
        EXPECT_EQ(run.tracks[0].video->codec, v.video);
        EXPECT_EQ(run.tracks[0].audio ? std::optional{run.tracks[0].audio->codec} : none, v.audio);
        const auto requests = camera.requests();
        const auto setup = std::find_if(requests.begin(), requests.end(), [](const auto& r) { return r.method == "SETUP"; });
        EXPECT_TRUE(setup->url.ends_with(v.control)) << setup->url;
    }
}

}  // namespace
}  // namespace vantage::ingest
