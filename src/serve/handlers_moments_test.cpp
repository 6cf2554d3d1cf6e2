// SPDX-License-Identifier: Apache-2.0
// Who may ask for moments, with which numbers, from where; lists and files as they are answered.
#include "serve/json.hpp"
#include "serve/test_services.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vantage::serve {
namespace {

using net::Method;

const CameraId kDoor = *CameraId::parse("door");

class MomentApi : public testing::Test {
  protected:
    MomentApi() {
        services.add_user("vera", Role::viewer, std::vector<std::string>{"door"});
        services.add_user("otto", Role::operator_);
        browser.log_in("otto");
        put("20261120T190405Z", "2026-11-20T19:04:05.250Z");
        put("20261025T003000Z", "2026-10-25T00:30:00Z");
        put("20261025T013000Z", "2026-10-25T01:30:00Z");
        std::ofstream(folder() / "20261120T190405Z.gif") << "GIF89a...";
        if (!services.control.momentary.moments.start()) throw std::runtime_error("no moments");
    }
    std::filesystem::path folder() const { return services.control.export_folder.path() / "moments/door"; }
    // One that is done.
    void put(const std::string& id, const char* start) {
        const auto from = parse_time(start).value();
        std::filesystem::create_directories(folder());
        std::ofstream(folder() / (id + ".mp4")) << "a clip";
        std::ofstream(folder() / (id + ".json")) << stills::to_json({.id = id,
                                                                     .request = {kDoor, seconds{5}, seconds{0}, "otto"},
                                                                     .from = from,
                                                                     .to = from + seconds{5},
                                                                     .start = from,
                                                                     .end = from + seconds{5},
                                                                     .exact = true,
                                                                     .state = stills::MomentState::done,
                                                                     .created = from + seconds{5},
                                                                     .bytes = 6});
    }
    // As a browser on a page of ours, another site's, or none sends it.
    net::Response generate(const std::vector<std::pair<std::string, std::string>>& headers,
                           const std::string& target = "/door/moment/generate", Method method = Method::get) {
        auto request = request_of(method, target);
        request.headers.add("Cookie", browser.cookie);
        for (const auto& [name, value] : headers) request.headers.add(name, value);
        return Router(services.app).handle(request);
    }
    net::Response with(const std::string& authorization, const std::string& target) {
        auto request = request_of(Method::get, target);
        request.headers.add("Authorization", authorization);
        return Router(services.app).handle(request);
    }
    std::string token(const std::string& user) { return services.sessions.make_token(user, "test", std::nullopt)->token; }
    std::size_t kept() { return services.control.momentary.moments.list(kDoor).size(); }
    const std::vector<std::pair<std::string, std::string>> own{{"Sec-Fetch-Site", "same-origin"}};

    TestServices services{"/cctv"};
    Browser browser{services};
};

TEST_F(MomentApi, GeneratesAndSaysWhereItStands) {
    const auto answer = generate(own, "/door/moment/generate/7/3/");
    ASSERT_EQ(answer.status, 202) << body_text(answer);
    const auto moment = json::parse(body_text(answer)).as_object();
    const auto id = std::string(moment.at("id").as_string());
    EXPECT_EQ(answer.headers.get("Location"), "/cctv/api/v1/cameras/door/moments/" + id);
    EXPECT_EQ(moment.at("camera"), "door");
    EXPECT_EQ(moment.at("length"), 7);
    EXPECT_EQ(moment.at("delay"), 3);
    EXPECT_EQ(moment.at("state"), "waiting");
    EXPECT_EQ(moment.at("user"), "otto");
    EXPECT_TRUE(moment.at("mp4").is_null());
    EXPECT_TRUE(moment.at("gif").is_null());
    EXPECT_TRUE(moment.at("error").is_null());
    EXPECT_EQ(moment.at("start"), "2025-11-20T19:04:01.000Z");
    EXPECT_EQ(moment.at("end"), "2025-11-20T19:04:08.000Z");
    EXPECT_EQ(moment.at("time"), "2025/11/20/20/04/01");
    EXPECT_EQ(browser.get("/api/v1/cameras/door/moments/" + id).status, 200);
    EXPECT_EQ(browser.send(Method::del, "/api/v1/cameras/door/moments/" + id).status, 204);
    EXPECT_EQ(browser.get("/api/v1/cameras/door/moments/" + id).status, 404);
}

TEST_F(MomentApi, DefaultsAreFiveSecondsUpToNow) {
    for (const auto* target : {"/door/moment/generate", "/door/moment/generate/", "/door/moment/generate/5",
                               "/door/moment/generate/5/", "/door/moment/generate/5/0"}) {
        const auto answer = generate(own, target);
        ASSERT_EQ(answer.status, 202) << target;
        const auto moment = json::parse(body_text(answer)).as_object();
        EXPECT_EQ(moment.at("length"), 5);
        EXPECT_EQ(moment.at("delay"), 0);
    }
    const auto posted = browser.post("/api/v1/cameras/door/moments", R"({"length":4,"delay":10})");
    EXPECT_EQ(posted.status, 201) << body_text(posted);
    EXPECT_EQ(browser.post("/api/v1/cameras/door/moments", "{}").status, 201);
}

TEST_F(MomentApi, WrongNumbersAreToldTheRange) {
    const std::pair<const char*, const char*> wrong[] = {
        {"3", "4 to 20"}, {"21", "4 to 20"},   {"0", "4 to 20"},    {"-5", "4 to 20"},  {"4.5", "4 to 20"},
        {"x", "4 to 20"}, {"5/11", "0 to 10"}, {"5/-1", "0 to 10"}, {"5/x", "0 to 10"}, {"99999999999999999999", "4 to 20"}};
    for (const auto& [numbers, range] : wrong) {
        const auto answer = generate(own, std::string("/door/moment/generate/") + numbers);
        EXPECT_EQ(answer.status, 400) << numbers;
        EXPECT_NE(body_text(answer).find(range), std::string::npos) << body_text(answer);
    }
    for (const auto* body : {R"({"length":3})", R"({"length":"5"})", R"({"delay":11})", R"({"length":5.5})"})
        EXPECT_EQ(browser.post("/api/v1/cameras/door/moments", body).status, 400) << body;
    EXPECT_EQ(kept(), 3U);
}

TEST_F(MomentApi, OtherSitesCannotMakeABrowserAskForOne) {
    using Sent = std::vector<std::pair<std::string, std::string>>;
    const Sent refused[] = {{},
                            {{"Sec-Fetch-Site", "cross-site"}},
                            {{"Sec-Fetch-Site", "same-site"}},
                            {{"Sec-Fetch-Site", "cross-site"}, {"Referer", "https://box:6478/"}},
                            {{"Sec-Fetch-Site", "none"}, {"Sec-Purpose", "prefetch;prerender"}},
                            {{"Origin", "https://evil.example"}},
                            {{"Origin", "null"}},
                            {{"Referer", "https://evil.example/box:6478/"}},
                            {{"Referer", "https://box:6478.evil.example/"}},
                            {{"Origin", "https://box:6478"}, {"Referer", "https://evil.example/"}}};
    for (const auto& headers : refused)
        EXPECT_EQ(generate(headers).status, 403) << (headers.empty() ? "nothing" : headers.front().second);
    EXPECT_EQ(kept(), 3U);
    const Sent good[] = {{{"Sec-Fetch-Site", "same-origin"}},
                         {{"Sec-Fetch-Site", "none"}},
                         {{"Origin", "https://box:6478"}},
                         {{"Referer", "http://box:6478/cctv/watch/door"}}};
    for (const auto& headers : good) EXPECT_EQ(generate(headers).status, 202) << headers.front().second;
    EXPECT_EQ(with("Bearer " + token("otto"), "/door/moment/generate").status, 202) << "a program says no site";
    EXPECT_EQ(generate(own, "/door/moment/generate", Method::head).status, 405) << "looking changes nothing";
}

TEST_F(MomentApi, ViewersLookOnly) {
    const auto viewer = "Bearer " + token("vera");
    EXPECT_EQ(with(viewer, "/door/moment/generate").status, 403);
    EXPECT_EQ(with(viewer, "/door/moment/list/").status, 200);
    EXPECT_EQ(with(viewer, "/door/moment/gif").status, 200);
    EXPECT_EQ(with(viewer, "/yard/moment/list").status, 403) << "not on the list";
    EXPECT_EQ(request_of(Method::get, "/door/moment/list").headers.has("Authorization"), false);
    EXPECT_EQ(Router(services.app).handle(request_of(Method::get, "/door/moment/list")).status, 401);
    Browser vera{services};
    vera.log_in("vera");
    EXPECT_EQ(vera.post("/api/v1/cameras/door/moments", "{}").status, 403);
    EXPECT_EQ(vera.send(Method::del, "/api/v1/cameras/door/moments/20261120T190405Z").status, 403);
    // A link shows, and changes nothing.
    EXPECT_EQ(vera.post("/api/v1/links", R"({"path":"/door/moment/list/2026/11/20/20/04/05"})").status, 200);
    EXPECT_EQ(browser.post("/api/v1/links", R"({"path":"/door/moment/generate/5"})").status, 400);
    const auto link = services.links.sign(net::parse_target("/door/moment/generate").value(), seconds{60});
    EXPECT_EQ(Router(services.app).handle(request_of(Method::get, link.url)).status, 401);
    EXPECT_EQ(kept(), 3U);
}

TEST_F(MomentApi, ACameraThatIsNotRecordedSaysWhatToDo) {
    const auto answer = generate(own, "/yard/moment/generate");
    EXPECT_EQ(answer.status, 409);
    EXPECT_NE(body_text(answer).find("not recorded"), std::string::npos);
    EXPECT_EQ(generate(own, "/nobody/moment/generate").status, 404);
    EXPECT_EQ(browser.get("/nobody/moment/list").status, 404);
    EXPECT_EQ(browser.get("/yard/moment/list").status, 200);
}

TEST_F(MomentApi, ListsNewestFirstAndGivesFilesByTheirTime) {
    for (const auto* target : {"/door/moment/list", "/door/moment/list/", "/api/v1/cameras/door/moments"}) {
        const auto list = json::parse(body_text(browser.get(target))).as_object();
        const auto& moments = list.at("moments").as_array();
        ASSERT_EQ(moments.size(), 3U) << target;
        EXPECT_EQ(moments[0].at("mp4"), "/cctv/door/moment/list/2026/11/20/20/04/05");
        EXPECT_EQ(moments[0].at("gif"), "/cctv/door/moment/gif?moment=20261120T190405Z");
        EXPECT_EQ(moments[0].at("start"), "2026-11-20T19:04:05.250Z");
        EXPECT_EQ(moments[1].at("mp4"), "/cctv/door/moment/list/2026/10/25/02/30/00+0100");
        EXPECT_EQ(moments[2].at("mp4"), "/cctv/door/moment/list/2026/10/25/02/30/00");
        EXPECT_TRUE(moments[1].at("gif").is_null());
    }
    const auto file = [&](const std::string& time) {
        const auto answer = browser.get("/door/moment/list/" + time);
        const auto* body = std::get_if<net::FileBody>(&answer.body);
        return body != nullptr ? std::filesystem::path(body->path).stem().string() : std::to_string(answer.status);
    };
    EXPECT_EQ(file("2026/11/20/20/04/05"), "20261120T190405Z");
    EXPECT_EQ(file("2026/10/25/02/30/00"), "20261025T003000Z") << "of an hour that comes twice the first";
    EXPECT_EQ(file("2026/10/25/2/30/0"), "20261025T003000Z");
    EXPECT_EQ(file("2026/10/25/02/30/00+0200"), "20261025T003000Z");
    EXPECT_EQ(file("2026/10/25/02/30/00+0100"), "20261025T013000Z");
    EXPECT_EQ(file("2026/10/25/02/30/00%2B0100"), "20261025T013000Z");
    EXPECT_EQ(file("2026/10/25/02/30/01"), "404");
    EXPECT_EQ(file("2026/10/25/02/30/x"), "400");
    ASSERT_TRUE(services.control.momentary.moments.remove(kDoor, "20261025T003000Z"));
    EXPECT_EQ(file("2026/10/25/02/30/00"), "20261025T013000Z") << "there is only the second";
    const auto answer = browser.get("/door/moment/list/2026/11/20/20/04/05");
    EXPECT_EQ(answer.headers.get("Content-Type"), "video/mp4");
    EXPECT_EQ(answer.headers.get("Content-Disposition"), "inline; filename=\"door_2026-11-20_20-04-05.mp4\"");
}

TEST_F(MomentApi, TheGifIsTheNewestOnes) {
    const auto gif = browser.get("/door/moment/gif");
    EXPECT_EQ(gif.status, 200);
    EXPECT_EQ(gif.headers.get("Content-Type"), "image/gif");
    EXPECT_EQ(gif.headers.get("Vantage-Time"), "2026-11-20T19:04:05.250Z");
    EXPECT_EQ(browser.get("/door/moment/gif?moment=20261120T190405Z").status, 200);
    EXPECT_EQ(browser.get("/door/moment/gif?moment=20261025T013000Z").status, 404) << "it was replaced";
    EXPECT_EQ(browser.get("/yard/moment/gif").status, 404);
}

TEST_F(MomentApi, WhoWaitsGetsItWhenItHasEnded) {
    auto response = generate(own, "/door/moment/generate?wait=true");
    ASSERT_TRUE(response.later);
    std::optional<net::Response> answer;
    response.later([&](net::Response late) { answer = std::move(late); });
    EXPECT_FALSE(answer);
    services.control.export_clock.advance(seconds{30});
    while (services.control.momentary.moments.work()) {
    }
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404) << "nothing was recorded";
    const auto problem = json::parse(body_text(*answer)).as_object();
    EXPECT_EQ(problem.at("moment").at("state"), "failed");
    EXPECT_NE(std::string(problem.at("detail").as_string()).find("nothing was recorded"), std::string::npos);
}

}  // namespace
}  // namespace vantage::serve
