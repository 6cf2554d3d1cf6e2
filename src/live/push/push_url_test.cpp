// SPDX-License-Identifier: Apache-2.0
#include "live/push/push_url.hpp"

#include <gtest/gtest.h>

namespace vantage::live {
namespace {

TEST(PushUrl, HidesTheKeyWithItsQueryAndWhoLogsIn) {
    const auto plain = parse_push_url("rtmp://a.rtmp.youtube.com/live2/abcd-efgh-1234").value();
    EXPECT_EQ(plain.shown, "rtmp://a.rtmp.youtube.com/live2/***");
    EXPECT_EQ(plain.key, "abcd-efgh-1234");
    const auto full = parse_push_url("rtmps://me:word@10.0.0.5:4443/app/instance/cam?sign=a/b&t=1").value();
    EXPECT_EQ(full.shown, "rtmps://***@10.0.0.5:4443/app/instance/***");
    EXPECT_EQ(full.key, "cam?sign=a/b&t=1");
}

TEST(PushUrl, RefusesWhatIsNoPushAddressWithoutTellingTheKey) {
    for (const auto* url : {"", "http://host/live/secret", "rtmp:/host/live/secret", "rtmp:///live/secret", "rtmp://host",
                            "rtmp://host/secret", "rtmp://host/live/", "rtmp://host/live/?secret", "rtmp://host//secret",
                            "rtmp://host/live/sec ret", "file:///etc/secret", "rtmp://host?secret"}) {
        const auto parsed = parse_push_url(url);
        ASSERT_FALSE(parsed) << url;
        EXPECT_EQ(parsed.error().code, errc::invalid_argument);
        EXPECT_EQ(parsed.error().message.find("secret"), std::string::npos) << parsed.error().message;
    }
    EXPECT_FALSE(parse_push_url("rtmp://host/live/" + std::string(2000, 'k')));
}

TEST(PushUrl, TheHiddenKeyMeansTheStoredOneOnlyForTheSameServer) {
    const std::string stored = "rtmp://host/live/key-1";
    EXPECT_EQ(with_stored_key("rtmp://host/live/***", stored).value(), stored);
    EXPECT_EQ(with_stored_key("rtmp://host/live/key-2", stored).value(), "rtmp://host/live/key-2");
    EXPECT_FALSE(with_stored_key("rtmp://evil/live/***", stored));
    EXPECT_FALSE(with_stored_key("rtmp://host/other/***", stored));
    EXPECT_FALSE(with_stored_key("rtmp://host/live/***", ""));
}

}  // namespace
}  // namespace vantage::live
