// SPDX-License-Identifier: Apache-2.0
#include "net/sdp.hpp"

#include "net/rtsp_url.hpp"

#include <gtest/gtest.h>

namespace vantage::net {
namespace {

TEST(Sdp, ReadsMediasFormatsAndParameters) {
    const auto sdp = parse_sdp(
        "v=0\r\ns=Media Server\r\na=control:*\r\na=recvonly\r\n"
        "m=video 0 RTP/AVP 96 97\r\na=control:trackID=0\r\na=rtpmap:96 H264/90000 \r\n"
        "a=fmtp:96 packetization-mode=1; Profile-Level-Id=64001E;sprop-parameter-sets=Z2Q=,aO4=\r\n"
        "m=audio 0 RTP/AVP 8\t \r\na=sendonly\r\n"
        "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 MPEG4-GENERIC/16000/2\r\na=fmtp:0 config=1408\r\n"
        "m=application/TP-LINK 0 RTP/AVP smart/1/90000\r\na=rtpmap:95 TP-LINK/90000\r\n");
    ASSERT_TRUE(sdp);
    EXPECT_EQ(sdp->name, "Media Server");
    ASSERT_EQ(sdp->medias.size(), 4);
    const auto& video = sdp->medias[0];
    EXPECT_EQ(video.kind, "video");
    EXPECT_EQ(video.control, "trackID=0");
    EXPECT_EQ(video.direction, SdpDirection::recvonly);
    ASSERT_EQ(video.formats.size(), 2);
    EXPECT_EQ(video.formats[0].encoding, "H264");
    EXPECT_EQ(video.formats[0].clock_rate, 90000);
    EXPECT_EQ(video.formats[0].parameter("profile-level-id"), "64001E");
    EXPECT_EQ(video.formats[0].parameter("sprop-parameter-sets"), "Z2Q=,aO4=");
    EXPECT_EQ(sdp->medias[1].formats[0].encoding, "PCMA");
    EXPECT_EQ(sdp->medias[1].direction, SdpDirection::sendonly);
    EXPECT_EQ(sdp->medias[2].formats[0].encoding, "MPEG4-GENERIC");
    EXPECT_EQ(sdp->medias[2].formats[0].channels, 2);
    EXPECT_TRUE(sdp->medias[3].formats.empty());
}

TEST(Sdp, RefusesWhatIsNone) {
    EXPECT_FALSE(parse_sdp(""));
    EXPECT_FALSE(parse_sdp("<html>"));
    std::string many = "v=0\n";
    for (int i = 0; i < 40; ++i) many += "m=video 0 RTP/AVP 96\n";
    EXPECT_EQ(parse_sdp(many).error().code, errc::overloaded);
}

struct ControlCase {
    const char* content_base;
    const char* control;
    const char* expected;
};

TEST(Sdp, ResolvesControlAddressesOfCameras) {
    const std::string request = "rtsp://10.0.0.5/main";
    for (const auto& [base, control, expected] : {
             ControlCase{"rtsp://10.0.0.5/main/", "trackID=1", "rtsp://10.0.0.5/main/trackID=1"},
             ControlCase{"", "trackID=1", "rtsp://10.0.0.5/main/trackID=1"},
             ControlCase{"192.168.1.10:554/stream0/", "trackID=1", "rtsp://10.0.0.5/main/trackID=1"},
             ControlCase{"rtsp://h/cam?channel=1&subtype=1/", "trackID=0", "rtsp://h/cam?channel=1&subtype=1/trackID=0"},
             ControlCase{"rtsp://h:5050/H264?channel=1", "video", "rtsp://h:5050/H264?channel=1/video"},
             ControlCase{"rtsp://h/101/", "rtsp://h/101/trackID=1?p=1", "rtsp://h/101/trackID=1?p=1"},
             ControlCase{"rtsp://h/a/", "*", "rtsp://h/a/"},
             ControlCase{"", "", "rtsp://10.0.0.5/main"},
             ControlCase{"rtsp://h/a/", "/track1", "rtsp://h/a/track1"},
         })
        EXPECT_EQ(resolve_control(base_url(base, "", request), control), expected) << base << " " << control;
}

TEST(RtspUrl, ReadsWhatPeoplePaste) {
    const auto plain = parse_rtsp_url("rtsp://10.0.0.5/main?x=1").value();
    EXPECT_EQ(plain.port, 554);
    EXPECT_EQ(plain.request_url(), "rtsp://10.0.0.5/main?x=1");
    const auto secret = parse_rtsp_url(" RTSP://admin:p%40ss@w#rd:1@cam:8554/a ").value();
    EXPECT_EQ(secret.credentials.user, "admin");
    EXPECT_EQ(secret.credentials.password, "p@ss@w#rd:1");
    EXPECT_EQ(secret.request_url(), "rtsp://cam:8554/a");
    const auto slash = parse_rtsp_url("rtsp://admin:a/b?c@cam/a@b").value();
    EXPECT_EQ(slash.host, "b") << "undecidable: the last @ counts once the first / cannot be a path";
    const auto both = parse_rtsp_url("rtsp://admin:p@ss:w/rd@cam:8554/one").value();
    EXPECT_EQ(both.credentials.password, "p@ss:w/rd");
    EXPECT_EQ(both.request_url(), "rtsp://cam:8554/one");
    const auto at_in_path = parse_rtsp_url("rtsp://cam:554/a@b").value();
    EXPECT_EQ(at_in_path.host, "cam");
    EXPECT_EQ(at_in_path.path, "/a@b");
    const auto six = parse_rtsp_url("rtsps://u:100%@[fe80::1]:322/x y").value();
    EXPECT_TRUE(six.tls);
    EXPECT_EQ(six.credentials.password, "100%");
    EXPECT_EQ(six.host, "fe80::1");
    EXPECT_EQ(six.request_url(), "rtsps://[fe80::1]:322/x%20y");
    EXPECT_EQ(parse_rtsp_url("rtsps://cam").value().port, 322);
    for (const auto* bad :
         {"http://cam/", "rtsp://", "rtsp://cam:99999/", "rtsp://cam:0/", "rtsp:/cam", "rtsp://a b/", "rtsp://h/\r\nX: y"})
        EXPECT_FALSE(parse_rtsp_url(bad)) << bad;
}

}  // namespace
}  // namespace vantage::net
