// SPDX-License-Identifier: Apache-2.0
// HLS addresses as a player asks for them: over router and archive, with footage in memory.
#include "serve/test_services.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace vantage::serve {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const StreamKey kDoor{*CameraId::parse("door"), StreamKind::main};
constexpr double kMidnight = 1'763'679'600;  // 2025-11-21T00:00+01:00, a Friday

class StreamApi : public testing::Test {
  protected:
    StreamApi() {
        services.add_user("vera", Role::viewer, std::vector<std::string>{"door"});
        browser.log_in("vera");
        clock.step(std::chrono::duration_cast<seconds>(UtcTime(seconds(std::int64_t{1'763'679'590})) - clock.now()));
    }
    void record(double from, double to) {
        auto& footage = services.control.recorded;
        footage.add(kDoor, from, to);
        footage.files.push_back(footage.all[kDoor].back().segment);
    }
    std::vector<std::string> lines(const std::string& path) {
        const auto answer = browser.get(path);
        EXPECT_EQ(answer.status, 200) << path << ": " << body_text(answer);
        std::vector<std::string> out;
        std::istringstream text(body_text(answer));
        for (std::string line; std::getline(text, line);) out.push_back(line);
        return out;
    }
    int status(const std::string& path) { return browser.get(path).status; }

    TestServices services;
    SimulatedClock& clock = services.control.live_clock;
    Browser browser{services};
};

std::string media_in(const std::vector<std::string>& playlist) {
    return *std::ranges::find_if(playlist, [](const std::string& line) { return line.ends_with(".m4s"); });
}
std::string init_in(const std::vector<std::string>& playlist) {
    const auto map = *std::ranges::find_if(playlist, [](const auto& line) { return line.starts_with("#EXT-X-MAP"); });
    return map.substr(16, map.size() - 17);
}

// A player has the day's list and goes on with it until it loads the next one.
TEST_F(StreamApi, WhatTodayListedAnswersAWhileBehindMidnight) {
    record(kMidnight - 60, kMidnight);
    const std::string today = "/door/stream/today/";
    const auto before = lines(today + "playlist.m3u8");
    const auto media = media_in(before), init = init_in(before);
    EXPECT_EQ(status(today + media), 200);
    clock.step(15s);
    // There is nothing of the new day yet: the old one goes on.
    const auto meanwhile = lines(today + "playlist.m3u8");
    EXPECT_EQ(media_in(meanwhile), media);
    EXPECT_THAT(meanwhile, Not(Contains("#EXT-X-ENDLIST")));
    EXPECT_EQ(status(today + "index.m3u8"), 200);
    EXPECT_EQ(status(today + "manifest.mpd"), 200);
    record(kMidnight, kMidnight + 20);
    const auto after = lines(today + "playlist.m3u8");
    EXPECT_NE(media_in(after), media);
    for (const auto minutes : {0min, 9min}) {
        clock.step(minutes);
        EXPECT_EQ(status(today + media), 200);
        EXPECT_EQ(status(today + init), 200);
        EXPECT_EQ(status("/door/stream/2025-11-21/" + media), 404) << "a date is what it says";
        EXPECT_EQ(status("/door/stream/2025-11-20/" + media), 200);
    }
    clock.step(2min);
    EXPECT_EQ(status(today + media), 404);
    EXPECT_EQ(status("/door/stream/2025-11-20/" + media), 200);
}

TEST_F(StreamApi, ASignedLinkOfTodayOpensYesterdayNoLongerThanThat) {
    record(kMidnight - 60, kMidnight);
    const auto media = "/door/stream/today/" + media_in(lines("/door/stream/today/playlist.m3u8"));
    const auto link = services.links.sign({"/door/stream/today/playlist.m3u8", {}}, seconds(86400)).url;
    const auto linked = link.substr(0, link.find("/door")) + media;
    Browser stranger(services);
    EXPECT_EQ(stranger.get(linked).status, 200);
    clock.step(5min);
    EXPECT_EQ(stranger.get(linked).status, 200);
    clock.step(6min);
    EXPECT_EQ(stranger.get(linked).status, 404);
}

// What runs already is as much as may: 404 would tell a player never to ask again.
TEST_F(StreamApi, ATranscodeOverTheBoundIsForLater) {
    for (const auto* path : {"/door/stream/live/h264/playlist.m3u8", "/door/stream/live/h264-video/s1.m4s"}) {
        const auto answer = browser.get(path);
        EXPECT_EQ(answer.status, 503) << path;
        EXPECT_EQ(answer.headers.get("Retry-After"), "10");
        EXPECT_THAT(body_text(answer), HasSubstr("2 streams are transcoded"));
    }
    EXPECT_EQ(status("/door/stream/live/dance/playlist.m3u8"), 404);
}

// Rewound in a player that does not take the camera's codec: the same list, media when it is made.
TEST_F(StreamApi, FootageIsTranscodedForWhoeverAsks) {
    record(kMidnight - 60, kMidnight - 30);
    const auto as_is = lines("/door/stream/today/playlist.m3u8");
    const auto list = lines("/door/stream/today/h264/playlist.m3u8");
    EXPECT_EQ(media_in(list), media_in(as_is).substr(5));
    EXPECT_EQ(list.size(), as_is.size());
    auto& view = services.control.archive_view;
    auto answer = browser.get("/door/stream/today/h264-video/" + media_in(list));
    ASSERT_TRUE(answer.later);
    std::optional<net::Response> got;
    answer.later([&](net::Response response) { got = std::move(response); });
    ASSERT_EQ(view.later.size(), 1U);
    EXPECT_FALSE(got) << "nobody waits on a worker";
    view.later.front()();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(std::get<net::GatherBody>(got->body).pieces.size(), 12U) << "two parts of video a second, for 6 s";
    // Sound is as it was.
    const auto sound = lines("/door/stream/today/h264-audio/playlist.m3u8");
    EXPECT_EQ(status("/door/stream/today/h264-audio/" + media_in(sound)), 200);
    view.busy = true;
    answer = browser.get("/door/stream/2025-11-20/720p/" + media_in(list));
    ASSERT_TRUE(answer.later);
    answer.later([&](net::Response response) { got = std::move(response); });
    EXPECT_EQ(got->status, 503);
    EXPECT_EQ(got->headers.get("Retry-After"), "10");
    EXPECT_EQ(status("/door/stream/today/dance/playlist.m3u8"), 404);
}

}  // namespace
}  // namespace vantage::serve
