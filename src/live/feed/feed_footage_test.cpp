// SPDX-License-Identifier: Apache-2.0
// Footage through the feed: gaps, grants, speeds, seeks.
#include "live/feed/feed_fixture.hpp"

namespace vantage::live {
namespace {

TEST_F(FeedTest, PlaysFootageFromTheFragmentOfAnInstantUpToTheGrant) {
    footage.add(main, 2000, 2020);
    feed->on_text(R"({"type":"play","request":2,"audio":true,"at":2003.5,"speed":1,"until":2006})");
    auto sent = drain();
    ASSERT_EQ(types(sent), (std::vector<std::string>{"init", "ftyp", "moof"}));
    EXPECT_EQ(sent[0].text.at("live"), false);
    EXPECT_EQ(sent[2].start, media_at(2003));
    EXPECT_EQ(sent.size(), 2U + 3 * 3) << "the fragments that begin at 2003, 2004 and 2005";
    EXPECT_EQ(footage.reads, 3U) << "nothing is read that may not be sent";

    feed->on_text(R"({"type":"grant","request":1,"until":2010})");
    EXPECT_TRUE(drain().empty()) << "of another request";
    feed->on_text(R"({"type":"grant","request":2,"until":2007})");
    sent = drain();
    EXPECT_EQ(sent.front().start, media_at(2006));
    EXPECT_EQ(sent.size(), 3U);
}

TEST_F(FeedTest, AGrantThatArrivesWhileReadingIsNotForgotten) {
    footage.add(main, 2000, 2020);
    feed->on_text(R"({"type":"play","request":2,"at":2000,"until":2001})");
    drain(false);
    run_jobs();    // the fragment at 2000
    drain(false);  // asks for the next one, which may not be sent yet
    feed->on_text(R"({"type":"grant","request":2,"until":2002})");
    run_jobs();  // says: nothing before 2001
    const auto sent = drain();
    ASSERT_FALSE(sent.empty());
    EXPECT_EQ(sent.front().start, media_at(2001));
}

TEST_F(FeedTest, GapsAreToldWithTheirReasonAndFootageEnds) {
    footage.add(main, 2000, 2002);
    footage.add(main, 2010, 2011);
    footage.add(main, 2011.1, 2012.1);
    footage.gaps = {{UtcTime(seconds(2002)), UtcTime(seconds(2003)), "clock stepped"},
                    {UtcTime(seconds(2003)), UtcTime(seconds(2010)), "camera lost"}};
    feed->on_text(R"({"type":"play","request":2,"at":"1970-01-01T00:33:20Z","until":3000})");
    const auto sent = drain();
    ASSERT_EQ(types(sent), (std::vector<std::string>{"init", "ftyp", "moof", "gap", "moof", "end"}))
        << "a seam of 100 ms plays";
    const auto gap = std::find_if(sent.begin(), sent.end(), [](const Sent& each) { return type(each) == "gap"; });
    EXPECT_DOUBLE_EQ(gap->text.at("from").as_double(), 2002);
    EXPECT_DOUBLE_EQ(gap->text.at("to").as_double(), 2010);
    EXPECT_EQ(gap->text.at("reason"), "camera lost") << "the longer one";
    EXPECT_NEAR(sent.back().text.at("at").as_double(), 2012.1, 0.001);
    EXPECT_TRUE(drain().empty());
}

TEST_F(FeedTest, AnInstantWithoutFootageBeginsWithAGap) {
    footage.add(main, 2010, 2011);
    feed->on_text(R"({"type":"play","request":2,"at":2000,"until":3000})");
    EXPECT_EQ(types(drain()), (std::vector<std::string>{"gap", "init", "ftyp", "moof", "end"}));
    feed->on_text(R"({"type":"play","request":3,"at":2500,"until":3000})");
    const auto sent = drain();
    ASSERT_EQ(types(sent), std::vector<std::string>{"end"});
    EXPECT_DOUBLE_EQ(sent[0].text.at("at").as_double(), 2500);
}

TEST_F(FeedTest, AGapThatOutlastsTheGrantIsToldAtOnce) {
    footage.add(main, 2000, 2001);
    footage.add(main, 2600, 2601);
    feed->on_text(R"({"type":"play","request":2,"at":2000,"until":2030})");
    EXPECT_EQ(types(drain()), (std::vector<std::string>{"init", "ftyp", "moof", "gap"}));
    EXPECT_TRUE(drain().empty()) << "told once";
    feed->on_text(R"({"type":"grant","request":2,"until":2630})");
    EXPECT_EQ(types(drain()), (std::vector<std::string>{"moof", "end"}));
}

TEST_F(FeedTest, AFragmentThatCannotBeReadIsAGap) {
    footage.add(main, 2000, 2003);
    footage.content.erase(2);
    feed->on_text(R"({"type":"play","request":2,"at":2000,"until":3000})");
    EXPECT_EQ(types(drain()), (std::vector<std::string>{"init", "ftyp", "moof", "gap", "moof", "end"}));
}

TEST_F(FeedTest, FootageFarBehindAGapIsFound) {
    footage.add(main, 2000, 2001);
    footage.add(main, 2000 + 86400 * 100, 2001 + 86400 * 100);
    feed->on_text(R"({"type":"play","request":2,"at":2000,"until":99999999})");
    EXPECT_EQ(types(drain()), (std::vector<std::string>{"init", "ftyp", "moof", "gap", "moof", "end"}));
}

TEST_F(FeedTest, FastFootageIsKeyFramesThatFillTheTime) {
    footage.fragment_bytes = 500'000;
    footage.add(main, 2000, 2020);
    feed->on_text(R"({"type":"play","request":2,"audio":true,"at":2000,"speed":8,"until":3000})");
    const auto sent = drain();
    ASSERT_EQ(types(sent), (std::vector<std::string>{"init", "ftyp", "moof", "end"}));
    EXPECT_EQ(sent[0].text.at("mime"), json::value(mime_type({h264_track(), {}}))) << "nobody listens at this speed";
    ASSERT_EQ(sent.size(), 2U + 20 + 1);
    for (std::size_t i = 0; i < 20; ++i) {
        EXPECT_EQ(sent[2 + i].start, media_at(2000.0 + static_cast<double>(i)));
        EXPECT_EQ(sent[2 + i].samples, 1U);
        EXPECT_EQ(sent[2 + i].duration, kSecond);
    }
    EXPECT_LT(footage.bytes_read, 20 * 50'000U) << "only the beginning of each fragment";
}

TEST_F(FeedTest, AtTheHighestSpeedsKeyFramesAreThinnedOut) {
    footage.add(main, 2000, 2020);
    feed->on_text(R"({"type":"play","request":2,"at":2000,"speed":30,"until":3000})");
    const auto sent = drain();
    ASSERT_EQ(sent.size(), 2U + 10 + 1) << "one in two seconds is 15 a second at this speed";
    EXPECT_EQ(sent[3].start, media_at(2002));
    EXPECT_EQ(sent[3].duration, 2 * kSecond);
    EXPECT_EQ(footage.reads, 10U);
}

TEST_F(FeedTest, ASeekThrowsAwayWhatTheLastOneStillReads) {
    footage.add(main, 2000, 2100);
    feed->on_text(R"({"type":"play","request":2,"at":2000,"until":3000})");
    drain(false);
    ASSERT_EQ(jobs.size(), 1U);
    feed->on_text(R"({"type":"play","request":3,"at":2050,"until":2051})");
    drain(false);
    ASSERT_EQ(jobs.size(), 2U);
    std::swap(jobs[0], jobs[1]);  // the old one is the slower
    const auto sent = drain();
    ASSERT_EQ(types(sent), (std::vector<std::string>{"init", "ftyp", "moof"}));
    EXPECT_EQ(sent[0].text.at("request"), 3);
    for (const auto& each : sent) {
        if (each.box == "moof") {
            EXPECT_GE(each.start, media_at(2050));
        }
    }
}

}  // namespace
}  // namespace vantage::live
