// SPDX-License-Identifier: Apache-2.0
#include "live/feed/feed.hpp"

#include "live/feed_fakes.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace vantage::live {
namespace {

namespace json = boost::json;
using namespace vantage::test;

// What left the feed, shortened: texts as JSON, binaries as the box they begin with and their decode time.
struct Sent {
    json::object text;
    std::string box;
    MediaTime start;
    TrackKind track{TrackKind::video};
    std::size_t samples{0};
    Ticks duration{0};
    ByteView data;
};

class FeedTest : public testing::Test {
  protected:
    FeedTest() {
        feed->on_open([this] { ++wakes; });
    }

    FeedSources sources() {
        return {*CameraId::parse("door"),
                "test",
                [this](const StreamName& name) -> Result<std::shared_ptr<stream::Stream>> {
                    if (name == StreamName(Profile::p360)) return fail(errc::overloaded, "too many");
                    if (name == StreamName(StreamKind::sub)) return fail(errc::not_found, "there is no sub stream");
                    return stream;
                },
                [this](StreamKind) { return lost; },
                [] { return std::nullopt; },
                [this](std::function<void()> job) { jobs.push_back(std::move(job)); },
                [this](const StreamName& name) {
                    played.push_back(name);
                    return std::shared_ptr<const footage::Footage>(std::shared_ptr<void>(), &footage);
                },
                clock};
    }
    void run_jobs() {
        for (auto& job : std::exchange(jobs, {})) job();
    }
    // Everything that comes out until it stands still; reading threads run in between.
    std::vector<Sent> drain(bool with_jobs = true) {
        std::vector<Sent> all;
        for (;;) {
            while (auto message = feed->next()) all.push_back(look(*message));
            if (!with_jobs || jobs.empty()) return all;
            run_jobs();
        }
    }
    static Sent look(const net::WebSocketMessage& message) {
        Sent sent;
        sent.data = message.data;
        if (!message.binary) {
            sent.text = json::parse(as_text(message.data)).as_object();
            return sent;
        }
        sent.box = std::string(as_text(message.data).substr(4, 4));
        if (sent.box != "moof") return sent;
        const auto part = mp4::parse_part(message.data).value();
        sent.start = part.start;
        sent.track = part.track;
        sent.samples = part.samples.size();
        for (const auto& sample : part.samples) sent.duration += sample.duration;
        return sent;
    }
    static std::string type(const Sent& sent) {
        return sent.text.empty() ? sent.box : std::string(sent.text.at("type").as_string());
    }
    static std::vector<std::string> types(const std::vector<Sent>& all) {
        std::vector<std::string> out;
        for (const auto& sent : all)
            if (out.empty() || type(sent) != "moof" || out.back() != "moof") out.push_back(type(sent));
        return out;
    }
    // One second: a key frame part and four more.
    void publish_second(double at, const InitPtr& init) {
        for (int i = 0; i < 5; ++i)
            stream->publish(video_part(init, media_at(at) + Ticks(18000) * i, 5, Ticks(3600), i == 0));
        if (init->tracks.audio) stream->publish(audio_part(init, media_at(at), kSecond));
        clock.advance(seconds(1));
    }

    const StreamKey main{*CameraId::parse("door"), StreamKind::main};
    SimulatedClock clock{UtcTime(seconds(1000))};
    std::shared_ptr<stream::Stream> stream = std::make_shared<stream::Stream>(1U << 20);
    FakeFootage footage;
    std::vector<StreamName> played;
    std::optional<FeedLost> lost;
    std::vector<std::function<void()>> jobs;
    int wakes{0};
    std::shared_ptr<FeedSession> feed = std::make_shared<FeedSession>(sources());
};

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
