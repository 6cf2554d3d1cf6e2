// SPDX-License-Identifier: Apache-2.0
#include "media/test_clip.hpp"
#include "serve/json.hpp"
#include "serve/test_services.hpp"

#include <gtest/gtest.h>

namespace vantage::serve {
namespace {

using net::Method;

const StreamKey kDoor{*CameraId::parse("door"), StreamKind::main};
constexpr UtcTime kNoon{seconds(1'763'636'400)};  // 2025-11-20 12:00 in Berlin

// A camera with a key frame a minute for an hour of yesterday, and one that is not on the viewer's list.
class TimelapseApi : public testing::Test {
  protected:
    TimelapseApi() {
        services.add_user("vera", Role::viewer, std::vector<std::string>{"door"});
        services.add_user("yves", Role::viewer, std::vector<std::string>{"yard"});
        services.add_user("olga", Role::operator_);
        viewer.log_in("vera");
        other.log_in("yves");
        owner.log_in("olga");
        auto& footage = services.control.recorded;
        auto segment = std::make_shared<footage::SegmentInfo>(
            footage::SegmentInfo{1, kDoor, "noon.mp4", kNoon, kNoon + std::chrono::hours(1), 0, {}, false, {}, nullptr});
        footage.files.push_back(segment);
        for (int n = 0; n < 60; ++n) {
            const auto start = to_media(kNoon + std::chrono::minutes(n));
            const auto clip = vantage::test::make_clip({.width = 320, .height = 180, .frames = 1, .gop = 1, .start = start});
            const auto place = static_cast<std::uint64_t>(n);
            footage.content[place] = vantage::test::fragment_of(clip, 1);
            footage.all[kDoor].push_back(
                {segment, start, Ticks{std::chrono::minutes(1)}, place, 1000, 0, true, {}, Ticks{0}});
        }
        auto& timelapses = services.control.timelapses;
        EXPECT_TRUE(timelapses.jobs.open());
        timelapses.clock.step(kNoon + std::chrono::hours(24) - timelapses.clock.now());
        stills::TimelapseSettings one_a_minute;
        one_a_minute.seconds = 144;
        one_a_minute.fps = 10;
        timelapses.days.set_cameras({{kDoor.camera, one_a_minute}});
    }
    json::object get(Browser& browser, const std::string& target) {
        const auto answer = browser.get(target);
        EXPECT_EQ(answer.status, 200) << target << ": " << body_text(answer);
        return json::parse(body_text(answer)).as_object();
    }
    std::string ask(const std::string& more = "") {
        const auto answer = owner.post("/api/v1/timelapses",
                                       R"({"camera":"door","start":"2025-11-20T11:00:00Z","end":"2025-11-20T12:00:00Z",)"
                                       R"("seconds":6,"fps":10)" +
                                           more + "}");
        EXPECT_EQ(answer.status, 201) << body_text(answer);
        return std::string(json::parse(body_text(answer)).at("id").as_string());
    }

    TestServices services{"/cctv"};
    Browser viewer{services}, other{services}, owner{services};
};

TEST_F(TimelapseApi, DaysAreListedPlayedAndTheirFramesHaveTimes) {
    EXPECT_TRUE(get(viewer, "/door/timelapse/").at("timelapses").as_array().empty());
    while (services.control.timelapses.days.work()) {
    }
    const auto listed = get(viewer, "/door/timelapse").at("timelapses").as_array();
    ASSERT_GE(listed.size(), 1U);
    const auto& day = listed.back().as_object();
    EXPECT_EQ(day.at("day"), "2025-11-20");
    EXPECT_EQ(day.at("state"), "done");
    EXPECT_EQ(day.at("url"), "/cctv/door/timelapse/2025/11/20");
    EXPECT_EQ(day.at("start"), "2025-11-19T23:00:00.000Z");
    EXPECT_EQ(day.at("end"), "2025-11-20T23:00:00.000Z");
    EXPECT_EQ(day.at("frames"), 60);
    EXPECT_EQ(day.at("seconds"), 6.0);
    EXPECT_EQ(day.at("complete"), false);
    EXPECT_EQ(day.at("gaps").as_array().size(), 2U);
    const auto film = viewer.get("/door/timelapse/2025/11/20");
    EXPECT_EQ(film.headers.get("Content-Type"), "video/mp4");
    ASSERT_TRUE(std::holds_alternative<net::FileBody>(film.body));
    EXPECT_EQ(std::filesystem::file_size(std::get<net::FileBody>(film.body).path),
              day.at("bytes").to_number<std::uint64_t>());
    const auto times = get(viewer, "/door/timelapse/2025/11/20.json").at("times").as_array();
    ASSERT_EQ(times.size(), 60U);
    EXPECT_EQ(times[59], "2025-11-20T11:59:00.000Z");
    for (const auto* path : {"/door/timelapse/2025/11/19", "/door/timelapse/2025/11/31", "/door/timelapse/2025/11/19.json"})
        EXPECT_EQ(viewer.get(path).status, 404) << path;
    EXPECT_EQ(other.get("/door/timelapse/").status, 403);
    EXPECT_EQ(other.get("/door/timelapse/2025/11/20").status, 403);
}

TEST_F(TimelapseApi, AnOperatorRemovesTheFilmOfADayForGood) {
    const std::string days = "/api/v1/cameras/door/timelapses";
    auto& made = services.control.timelapses.days;
    while (made.work()) {
    }
    const auto listed = [&] { return get(viewer, days).at("timelapses").as_array(); };
    ASSERT_EQ(listed().back().at("day"), "2025-11-20");
    const auto before = listed().size();
    EXPECT_EQ(viewer.send(Method::del, days + "/2025-11-20").status, 403);
    EXPECT_EQ(viewer.get("/door/timelapse/2025/11/20").status, 200);
    EXPECT_EQ(owner.send(Method::del, days + "/2025-11-20").status, 204);
    EXPECT_EQ(listed().size(), before - 1);
    EXPECT_EQ(viewer.get("/door/timelapse/2025/11/20").status, 404);
    for (const auto* none : {"/2025-11-20", "/2025-11-31", "/yesterday"})
        EXPECT_EQ(owner.send(Method::del, days + none).status, 404) << none;
    while (made.work()) {
    }
    EXPECT_EQ(listed().size(), before - 1);
    EXPECT_EQ(other.get(days).status, 403);
    const auto rows = services.settings->audit(0, 100).value();
    EXPECT_TRUE(std::ranges::any_of(rows, [](const auto& row) {
        return row.action == "timelapse removed" && row.detail == "2025-11-20 of door" && row.user == "olga";
    }));
}

TEST_F(TimelapseApi, AnyRangeIsAJobOfAnOperatorThatViewersOfTheCameraSee) {
    const auto id = ask(R"(,"hours":"12:00-12:30")");
    const auto asked = get(viewer, "/api/v1/timelapses/" + id);
    EXPECT_EQ(asked.at("state"), "queued");
    EXPECT_EQ(asked.at("user"), "olga");
    EXPECT_EQ(asked.at("hours"), "12:00-12:30");
    EXPECT_EQ(asked.at("every"), "fit");
    EXPECT_TRUE(asked.at("url").is_null());
    EXPECT_EQ(viewer.get("/timelapses/" + id + ".mp4").status, 404) << "not done yet";
    EXPECT_TRUE(services.control.timelapses.jobs.work());
    const auto done = get(viewer, "/api/v1/timelapses/" + id);
    EXPECT_EQ(done.at("state"), "done");
    EXPECT_EQ(done.at("frames"), 30);
    EXPECT_EQ(done.at("url").as_string(), "/cctv/timelapses/" + id + ".mp4");
    EXPECT_EQ(get(viewer, "/timelapses/" + id + ".json").at("times").as_array().size(), 30U);
    EXPECT_EQ(viewer.get("/timelapses/" + id + ".mp4").status, 200);
    EXPECT_EQ(get(viewer, "/api/v1/timelapses").at("timelapses").as_array().size(), 1U);
    EXPECT_TRUE(get(other, "/api/v1/timelapses").at("timelapses").as_array().empty());
    for (const auto& path : {"/api/v1/timelapses/" + id, "/timelapses/" + id + ".mp4", "/timelapses/" + id + ".json"})
        EXPECT_EQ(other.get(path).status, 404) << path;
    EXPECT_EQ(viewer.get("/timelapses/" + id).status, 404);

    const auto link = viewer.post("/api/v1/links", R"({"path":"/timelapses/)" + id + R"(.mp4","seconds":60})");
    EXPECT_EQ(link.status, 200) << body_text(link);
    EXPECT_EQ(other.post("/api/v1/links", R"({"path":"/timelapses/)" + id + R"(.mp4","seconds":60})").status, 404);
    EXPECT_EQ(viewer.send(Method::del, "/api/v1/timelapses/" + id).status, 403);
    EXPECT_EQ(owner.send(Method::del, "/api/v1/timelapses/" + id).status, 204);
    EXPECT_EQ(owner.get("/api/v1/timelapses/" + id).status, 404);
}

TEST_F(TimelapseApi, GivenUpBeforeItBegins) {
    const auto id = ask();
    EXPECT_EQ(viewer.post("/api/v1/timelapses/" + id + "/cancel", "{}").status, 403);
    EXPECT_EQ(owner.post("/api/v1/timelapses/" + id + "/cancel", "{}").status, 204);
    EXPECT_EQ(get(owner, "/api/v1/timelapses/" + id).at("state"), "cancelled");
    EXPECT_EQ(owner.post("/api/v1/timelapses/nobody/cancel", "{}").status, 404);
}

TEST_F(TimelapseApi, WrongWishesAreToldWhatIsExpected) {
    const auto wrong = [&](const char* more, const char* expected) {
        const auto answer = owner.post("/api/v1/timelapses", std::string("{") + more + "}");
        EXPECT_EQ(answer.status, 400) << more;
        EXPECT_NE(body_text(answer).find(expected), std::string::npos) << body_text(answer);
    };
    wrong(R"("start":1763636400,"end":1763640000)", "'camera' is missing");
    wrong(R"("camera":"door","end":1763640000)", "'start' is missing");
    wrong(R"("camera":"door","start":1763636400,"end":1763640000,"fps":2.5)", "'fps' must be a whole number");
    wrong(R"("camera":"door","start":1763636400,"end":1763640000,"fps":61)", "from 1 to 60");
    wrong(R"("camera":"door","start":1763636400,"end":1763640000,"hours":"6-22")", "06:00-22:00");
    wrong(R"("camera":"door","start":1763636400,"end":1763640000,"every":"week")", "fit or day");
    const auto body = R"({"camera":"door","start":1763636400,"end":1763640000})";
    EXPECT_EQ(viewer.post("/api/v1/timelapses", body).status, 403) << "for operators";
}

}  // namespace
}  // namespace vantage::serve
