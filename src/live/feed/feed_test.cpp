// SPDX-License-Identifier: Apache-2.0
#include "live/feed/feed_fixture.hpp"

namespace vantage::live {
namespace {

TEST_F(FeedTest, LiveBeginsAtTheNewestKeyFrameInTheRing) {
    const auto init = init_of(false);
    publish_second(1000, init);
    publish_second(1001, init);
    feed->on_text(R"({"type":"live","request":7,"stream":"main","audio":false})");
    const auto sent = drain();
    ASSERT_EQ(types(sent), (std::vector<std::string>{"init", "ftyp", "moof"}));
    EXPECT_EQ(sent[0].text.at("request"), 7);
    EXPECT_EQ(sent[0].text.at("live"), true);
    EXPECT_EQ(sent[0].text.at("mime"), json::value(init->mime));
    EXPECT_EQ(sent[0].text.at("width"), 1280);
    EXPECT_EQ(sent[1].data.data(), init->data.data()) << "sent from where it lies";
    EXPECT_EQ(sent[2].start, media_at(1001));
    EXPECT_EQ(sent.size(), 7U);

    wakes = 0;
    publish_second(1002, init);
    EXPECT_GE(wakes, 1);
    EXPECT_EQ(drain().size(), 5U);
}

TEST_F(FeedTest, WithoutAudioThePlayerGetsVideoOnly) {
    const auto init = init_of(true);
    feed->on_text(R"({"type":"live","request":1,"audio":false,"codecs":["avc1.640028","mp4a.40.2"]})");
    drain();
    publish_second(1000, init);
    auto sent = drain();
    EXPECT_EQ(sent[0].text.at("mime"), json::value(mime_type({h264_track(), {}})));
    for (const auto& each : sent) {
        if (each.box == "moof") {
            EXPECT_EQ(each.track, TrackKind::video);
        }
    }

    feed->on_text(R"({"type":"live","request":2,"audio":true})");
    sent = drain();
    EXPECT_EQ(sent[0].text.at("mime"), json::value(init->mime));
    EXPECT_TRUE(std::any_of(sent.begin(), sent.end(),
                            [](const Sent& each) { return each.box == "moof" && each.track == TrackKind::audio; }));

    feed->on_text(R"({"type":"live","request":3,"audio":true,"codecs":["avc1.42E01E"]})");
    EXPECT_EQ(drain()[0].text.at("mime"), json::value(mime_type({h264_track(), {}}))) << "a browser without AAC";
}

TEST_F(FeedTest, WhatRunsGoesOnWhereWhatIsAskedWithKeepIsNotToBeHad) {
    const auto init = init_of(false);
    publish_second(1000, init);
    feed->on_text(R"({"type":"live","request":1})");
    (void)drain();
    feed->on_text(R"({"type":"live","request":2,"stream":"360p","keep":true})");
    publish_second(1001, init);
    auto sent = drain();
    ASSERT_EQ(types(sent), (std::vector<std::string>{"error", "moof"}));
    EXPECT_EQ(sent[0].text.at("request"), 2);
    EXPECT_EQ(sent[0].text.at("code"), "overloaded");
    EXPECT_EQ(sent.size(), 6U) << "the part that follows, and each after it";
    feed->on_text(R"({"type":"live","request":3,"stream":"480p","keep":true})");
    sent = drain();
    ASSERT_EQ(types(sent), (std::vector<std::string>{"init", "ftyp", "moof"})) << "where there is room it takes its place";
    EXPECT_EQ(sent[0].text.at("request"), 3);
    feed->on_text(R"({"type":"live","request":4,"stream":"sub","keep":true})");
    publish_second(1002, init);
    EXPECT_EQ(types(drain()), (std::vector<std::string>{"error", "moof"}));
}

TEST_F(FeedTest, TranscodesAreAskedForByName) {
    publish_second(1000, init_of(false));
    feed->on_text(R"({"type":"live","request":1,"stream":"480p"})");
    EXPECT_EQ(drain().at(0).text.at("stream"), "480p");
    feed->on_text(R"({"type":"live","request":2,"stream":"360p"})");
    auto sent = drain();
    ASSERT_EQ(types(sent), std::vector<std::string>{"error"});
    EXPECT_EQ(sent[0].text.at("code"), "overloaded");
    feed->on_text(R"({"type":"live","request":3,"stream":"8k"})");
    EXPECT_EQ(drain().at(0).text.at("code"), "invalid_argument");

    footage.add(main, 1000, 1002);
    feed->on_text(R"({"type":"play","request":4,"stream":"h264","at":1000})");
    EXPECT_EQ(drain().at(0).text.at("stream"), "h264");
    EXPECT_EQ(played, std::vector<StreamName>{Profile::h264});
}

TEST_F(FeedTest, SaysWhenTheBrowserCannotPlayTheStream) {
    publish_second(1000, init_of(false));
    feed->on_text(R"({"type":"live","request":1,"codecs":["hvc1.1.6.L93.B0","opus"]})");
    const auto sent = drain();
    ASSERT_EQ(types(sent), std::vector<std::string>{"error"});
    EXPECT_EQ(sent[0].text.at("code"), "unsupported");
    publish_second(1001, init_of(false));
    EXPECT_TRUE(drain().empty()) << "nothing comes after it";
}

TEST_F(FeedTest, NewParametersAreAnnounced) {
    feed->on_text(R"({"type":"live","request":1,"audio":true})");
    publish_second(1000, init_of(false));
    publish_second(1001, init_of(false));  // another object, the same bytes
    publish_second(1002, init_of(true));
    EXPECT_EQ(types(drain()), (std::vector<std::string>{"init", "ftyp", "moof", "init", "ftyp", "moof"}));
}

TEST_F(FeedTest, ASlowPlayerIsToldWhatItLostAndGoesOnAtAKeyFrame) {
    const auto init = init_of(false);
    stream = std::make_shared<stream::Stream>(20'000);
    feed->on_text(R"({"type":"live","request":1})");
    publish_second(1000, init);
    EXPECT_EQ(type(*std::optional(look(*feed->next()))), "init");
    for (int i = 1; i < 60; ++i) publish_second(1000 + i, init);
    const auto sent = drain();
    const auto dropped = std::find_if(sent.begin(), sent.end(), [](const Sent& each) { return type(each) == "dropped"; });
    ASSERT_NE(dropped, sent.end());
    EXPECT_GT(dropped->text.at("parts").as_int64(), 100);
    EXPECT_EQ((dropped + 1)->start.time_since_epoch() % kSecond, Ticks(0)) << "the start of a fragment";
    EXPECT_EQ(sent.back().start, media_at(1059.8));
}

TEST_F(FeedTest, ALostCameraIsSaidAndLiveGoesOnByItself) {
    const auto init = init_of(false);
    feed->on_text(R"({"type":"live","request":4})");
    publish_second(1000, init);
    drain();
    stream->interrupt({"camera lost", UtcTime(seconds(1001))});
    auto sent = drain();
    ASSERT_EQ(types(sent), std::vector<std::string>{"lost"});
    EXPECT_EQ(sent[0].text.at("since"), "1970-01-01T00:16:41.000Z");
    EXPECT_EQ(sent[0].text.at("detail"), "camera lost");
    publish_second(1010, init);
    EXPECT_EQ(types(drain()), std::vector<std::string>{"moof"});
}

TEST_F(FeedTest, ACameraThatIsLostAlreadyIsSaidAtOnce) {
    lost = FeedLost{UtcTime(seconds(900)), "no route"};
    feed->on_text(R"({"type":"live","request":4})");
    const auto sent = drain();
    ASSERT_EQ(types(sent), std::vector<std::string>{"lost"});
    EXPECT_EQ(sent[0].text.at("detail"), "no route");
}

TEST_F(FeedTest, AChangedCameraIsFollowed) {
    const auto init = init_of(false);
    feed->on_text(R"({"type":"live","request":4})");
    publish_second(1000, init);
    drain();
    stream->close();
    EXPECT_EQ(types(drain()), std::vector<std::string>{"lost"});
    stream = std::make_shared<stream::Stream>(1U << 20);
    publish_second(1005, init);
    feed->ended();
    EXPECT_EQ(types(drain()), std::vector<std::string>{"moof"});
}

TEST_F(FeedTest, StopAndCloseEndWhatRuns) {
    publish_second(1000, init_of(false));
    feed->on_text(R"({"type":"live","request":1})");
    EXPECT_EQ(stream->viewers(), 1U);
    feed->on_text(R"({"type":"stop"})");
    EXPECT_EQ(stream->viewers(), 0U);
    EXPECT_TRUE(drain().empty());
    feed->on_text(R"({"type":"live","request":1})");
    feed->on_close();
    EXPECT_EQ(stream->viewers(), 0U);
}

TEST_F(FeedTest, WhatIsNotUnderstoodIsAnswered) {
    for (const auto* bad :
         {"", "{", "[]", "{}", R"({"type":"dance"})", R"({"type":"live","stream":"third"})",
          R"({"type":"play","request":1})", R"({"type":"play","at":"yesterday"})", R"({"type":"play","at":1e300})",
          R"({"type":"play","at":1,"speed":0})", R"({"type":"play","at":1,"speed":-1})",
          R"({"type":"play","at":1,"speed":1e9})", R"({"type":"grant"})"}) {
        feed->on_text(bad);
        const auto sent = drain();
        ASSERT_EQ(types(sent), std::vector<std::string>{"error"}) << bad;
        EXPECT_EQ(sent[0].text.at("code"), "invalid_argument");
    }
    feed->on_text(R"({"type":"live","request":1,"stream":"sub"})");
    const auto sent = drain();
    EXPECT_EQ(sent.at(0).text.at("code"), "not_found") << "there is no sub stream";
}

}  // namespace
}  // namespace vantage::live
