// SPDX-License-Identifier: Apache-2.0
// Recordings on demand and days as files, as a browser asks for them: over the real recordings and a simulated camera.
#include "footage/disk_footage.hpp"
#include "footage/test_disk.hpp"
#include "serve/json.hpp"
#include "serve/movie_answers.hpp"
#include "serve/test_services.hpp"

#include <gtest/gtest.h>

#include <future>

namespace vantage::serve {
namespace {

using namespace std::chrono_literals;
using net::Method;

const StreamKey kDoor{CameraId::parse("door").value(), StreamKind::main};

class RecordingsApi : public testing::Test {
  protected:
    RecordingsApi() {
        services.add_user("olga", Role::operator_);
        services.add_user("vera", Role::viewer, {{"door"}});
        services.add_user("yuri", Role::viewer, {{"yard"}});
        operator_.log_in("olga");
        viewer.log_in("vera");
        other.log_in("yuri");
        EXPECT_TRUE(recordings().load());
    }
    record::Recordings& recordings() { return services.control.recording.on_demand; }
    void run(seconds time) {
        for (auto& part : camera.until(to_media(sent += time))) services.control.streams.at(kDoor)->publish(part);
        recordings().step();
    }
    static json::object object(const net::Response& response) { return json::parse(body_text(response)).as_object(); }
    // What an answer that comes later is.
    static net::Response come(net::Response response) {
        if (!response.later) return response;
        std::promise<net::Response> answer;
        response.later([&](net::Response later) { answer.set_value(std::move(later)); });
        return answer.get_future().get();
    }
    std::string begun() {
        const auto answer = operator_.post("/api/v1/cameras/door/recordings", "{}");
        EXPECT_EQ(answer.status, 201) << body_text(answer);
        return std::string(object(answer).at("id").as_string());
    }

    TestServices services;
    Browser operator_{services}, viewer{services}, other{services};
    UtcTime sent{footage::kBegin};
    footage::TestCamera camera{to_media(footage::kBegin), true};
};

TEST_F(RecordingsApi, BeginsShowsAndEnds) {
    run(3s);
    const auto made = operator_.post("/api/v1/cameras/door/recordings", R"({"name":"delivery"})");
    ASSERT_EQ(made.status, 201) << body_text(made);
    const auto id = std::string(object(made).at("id").as_string());
    EXPECT_EQ(made.headers.get("Location"), "/api/v1/recordings/" + id);
    EXPECT_EQ(object(made).at("state"), "starting");
    EXPECT_EQ(object(made).at("end"), nullptr);
    EXPECT_EQ(operator_.post("/api/v1/cameras/door/recordings", "{}").status, 409);
    run(3s);
    const auto shown = object(viewer.get("/api/v1/recordings/" + id));
    EXPECT_EQ(shown.at("state"), "recording");
    EXPECT_EQ(shown.at("name"), "delivery");
    EXPECT_EQ(shown.at("user"), "olga");
    EXPECT_EQ(shown.at("start"), "2025-11-20T19:04:07.000Z");
    ASSERT_EQ(shown.at("files").as_array().size(), 1U);
    EXPECT_EQ(operator_.post("/api/v1/recordings/" + id + "/stop", "{}").status, 200);
    recordings().step();
    const auto ended = object(viewer.get("/api/v1/recordings/" + id));
    EXPECT_EQ(ended.at("state"), "done");
    EXPECT_EQ(ended.at("end"), ended.at("files").at(0).at("end"));
    EXPECT_EQ(ended.at("error"), nullptr);
    EXPECT_EQ(operator_.post("/api/v1/recordings/" + id + "/stop", "{}").status, 200) << "again: nothing happens";
    EXPECT_EQ(operator_.post("/api/v1/recordings/nothing/stop", "{}").status, 404);
    EXPECT_EQ(operator_.post("/api/v1/cameras/attic/recordings", "{}").status, 404);
}

TEST_F(RecordingsApi, EverybodyHasWhatItMay) {
    EXPECT_EQ(viewer.post("/api/v1/cameras/door/recordings", "{}").status, 403);
    run(3s);
    const auto id = begun();
    run(3s);
    const auto address = "/api/v1/recordings/" + id;
    EXPECT_EQ(viewer.post(address + "/stop", "{}").status, 403);
    EXPECT_EQ(viewer.send(Method::del, address).status, 403);
    EXPECT_EQ(viewer.send(Method::put, address, R"({"kept":true})").status, 403);
    EXPECT_EQ(other.get(address).status, 404);
    const auto list = [](Browser& browser, const std::string& query = "") {
        return object(browser.get("/api/v1/recordings" + query)).at("recordings").as_array().size();
    };
    EXPECT_EQ(list(viewer), 1U);
    EXPECT_EQ(list(other), 0U);
    EXPECT_EQ(list(operator_, "?camera=door"), 1U);
    EXPECT_EQ(list(operator_, "?camera=yard"), 0U);
    EXPECT_EQ(viewer.get("/api/v1/recordings?camera=%2e%2e").status, 400);
    const auto url = std::string(object(viewer.get(address)).at("files").at(0).at("url").as_string());
    EXPECT_EQ(viewer.get(url).status, 200);
    EXPECT_EQ(other.get(url).status, 404);
    EXPECT_EQ(viewer.get("/recordings/" + id + "/recording.json").status, 404);
    EXPECT_EQ(viewer.post("/api/v1/links", fmt::format(R"({{"path":"{}"}})", url)).status, 200);
    EXPECT_EQ(other.post("/api/v1/links", fmt::format(R"({{"path":"{}"}})", url)).status, 404);
}

TEST_F(RecordingsApi, IsKeptRenamedAndRemoved) {
    run(3s);
    const auto address = "/api/v1/recordings/" + begun();
    run(3s);
    const auto kept = operator_.send(Method::put, address, R"({"kept":true,"name":"the cat"})");
    ASSERT_EQ(kept.status, 200) << body_text(kept);
    EXPECT_EQ(object(kept).at("kept"), true);
    EXPECT_EQ(object(kept).at("name"), "the cat");
    EXPECT_EQ(operator_.send(Method::put, address, R"({"kept":"yes"})").status, 400);
    EXPECT_EQ(operator_.send(Method::put, address, R"({"name":""})").status, 400);
    EXPECT_EQ(operator_.send(Method::del, address).status, 204);
    EXPECT_EQ(operator_.get(address).status, 404);
}

TEST_F(RecordingsApi, AllOfItIsOneFile) {
    run(3s);
    const auto id = begun();
    EXPECT_EQ(object(viewer.get("/api/v1/recordings/" + id)).at("url"), nullptr);
    run(5s);
    const auto url = std::string(object(viewer.get("/api/v1/recordings/" + id)).at("url").as_string());
    const auto answer = come(viewer.get(url));
    ASSERT_EQ(answer.status, 200) << body_text(answer);
    EXPECT_EQ(answer.headers.get("Content-Disposition"), "attachment; filename=\"door_2025-11-20_190407Z.mp4\"");
    const auto* body = std::get_if<net::FileBody>(&answer.body);
    ASSERT_NE(body, nullptr);
    Bytes bytes(static_cast<std::size_t>(body->content->size()));
    EXPECT_TRUE(body->content->read(0, bytes));
    EXPECT_EQ(as_text(ByteView{bytes}.subspan(4, 4)), "ftyp");
    run(5s);
    auto seek = request_of(Method::get, url);
    seek.headers.add("Cookie", viewer.cookie);
    seek.headers.add("Range", "bytes=1000-");
    const auto sought = come(Router(services.app).handle(seek));
    EXPECT_EQ(std::get<net::FileBody>(sought.body).etag, body->etag) << "a player seeks in what it has begun with";
    EXPECT_NE(std::get<net::FileBody>(come(viewer.get(url)).body).etag, body->etag);
}

TEST(DaysApi, ADayIsOneFileAndTodayIsWhatThereIs) {
    footage::TestDisk disk;  // begins where the services' clock stands: on 20 November 2025, 20:04 in Berlin
    auto& door = disk.add_camera("door");
    disk.run(60s);
    const footage::DiskFootage recorded(disk.files_, disk.catalog_, disk.open_);
    TestServices services;
    record::Days days{recorded, disk.files_, services.control.recording.movies, [](const CameraId& id) { return id.str(); }};
    services.control.recording.shown_days = &days;
    services.clock.advance(60s);
    services.add_user("vera", Role::viewer, {{"door"}});
    const auto get = [&](const std::string& target, const std::string& if_range = "") {
        Browser browser(services);
        browser.log_in("vera");
        auto request = request_of(Method::get, target);
        request.headers.add("Cookie", browser.cookie);
        if (!if_range.empty()) request.headers.add("If-Range", if_range);
        auto response = Router(services.app).handle(request);
        if (!response.later) return response;
        std::promise<net::Response> answer;
        response.later([&](net::Response later) { answer.set_value(std::move(later)); });
        return answer.get_future().get();
    };
    const auto body = [](const net::Response& response) { return std::get<net::FileBody>(response.body); };
    const auto early = get("/door/day/2025-11-20.mp4");
    ASSERT_EQ(early.status, 200) << body_text(early);
    EXPECT_EQ(early.headers.get("Content-Disposition"), "attachment; filename=\"door_2025-11-20.mp4\"");
    disk.run(60s);
    services.clock.advance(60s);
    const auto late = get("/door/day/2025-11-20.mp4");
    EXPECT_GT(body(late).content->size(), body(early).content->size());
    EXPECT_NE(body(late).etag, body(early).etag);
    const auto rest = get("/door/day/2025-11-20.mp4", body(early).etag);
    EXPECT_EQ(body(rest).etag, body(early).etag) << "the rest of what it began with";
    EXPECT_EQ(body(rest).content->size(), body(early).content->size());
    EXPECT_EQ(get("/door/day/2025-11-19.mp4").status, 404);
    EXPECT_EQ(get("/door/day/2025-11-21.mp4").status, 404);
    for (const auto* odd : {"2025-02-30.mp4", "2025-11-2.mp4", "today.mp4", "2025-11-20.avi", "2025_11_20.mp4"})
        EXPECT_EQ(get("/door/day/" + std::string(odd)).status, 400) << odd;
    EXPECT_EQ(get("/door/day/2025-11-20.mp4?part=0").status, 400);
    EXPECT_EQ(get("/door/day/2025-11-20.mp4?part=2").status, 404);
    EXPECT_EQ(get("/yard/day/2025-11-20.mp4").status, 403);

    auto other = footage::encoded_gop().track;
    other.sar_num = 4;
    other.sar_den = 3;
    door.camera->change_track(other);
    disk.run(60s);
    services.clock.advance(60s);
    const auto several = get("/door/day/2025-11-20.mp4");
    EXPECT_EQ(several.status, 300);
    const auto parts = json::parse(body_text(several)).at("parts").as_array();
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[1].at("url"), "/door/day/2025-11-20.mp4?part=2");
    const auto second = get(std::string(parts[1].at("url").as_string()));
    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(second.headers.get("Content-Disposition"), "attachment; filename=\"door_2025-11-20_2.mp4\"");
    EXPECT_EQ(body(second).content->size(), parts[1].at("bytes").to_number<std::uint64_t>());
}

TEST(MovieAnswers, AnEtagTellsItsVersion) {
    EXPECT_EQ(version_of("\"ff-1\""), 255U);
    for (const auto* odd : {"", "\"", "\"-1\"", "\"xy-1\"", "\"ff\"", "W/\"ff-1\"", "ff-1"})
        EXPECT_FALSE(version_of(odd)) << odd;
}

}  // namespace
}  // namespace vantage::serve
