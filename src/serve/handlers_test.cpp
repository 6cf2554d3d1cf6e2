// SPDX-License-Identifier: Apache-2.0
// The API as a browser uses it: over router, real settings and a program that is faked.
#include "serve/test_services.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace vantage::serve {
namespace {

namespace json = boost::json;
using net::Method;

json::value parsed(const net::Response& response) {
    return json::parse(body_text(response));
}
std::string code_of(const net::Response& response) {
    return std::string(parsed(response).at("code").as_string());
}

class ApiTest : public testing::Test {
  protected:
    ApiTest() {
        services.add_user("root", Role::admin);
        services.add_user("olga", Role::operator_);
        services.add_user("vera", Role::viewer, {{"door"}});
        EXPECT_EQ(admin.log_in("root").status, 200);
        EXPECT_EQ(operator_.log_in("olga").status, 200);
        EXPECT_EQ(viewer.log_in("vera").status, 200);
    }
    TestServices services;
    Browser admin{services}, operator_{services}, viewer{services}, nobody{services};
};

TEST(Setup, CreatesTheAdminAndLogsIn) {
    TestServices services;
    Browser browser(services);
    EXPECT_EQ(parsed(browser.get("/api/v1/setup")), (json::value{{"needed", true}}));
    const auto token = **services.setup.token();
    const auto made =
        browser.post("/api/v1/setup", fmt::format(R"({{"token":"{}","name":"root","password":"a good password"}})", token));
    EXPECT_EQ(made.status, 200);
    EXPECT_EQ(parsed(made).at("role"), "admin");
    EXPECT_EQ(parsed(browser.get("/api/v1/me")).at("name"), "root");
    EXPECT_EQ(parsed(browser.get("/api/v1/setup")), (json::value{{"needed", false}}));
}

TEST_F(ApiTest, LoginSetsAStrictCookieAndMeTellsWho) {
    const auto response = admin.log_in("root");
    const std::string set(response.headers.get("Set-Cookie"));
    for (const auto* part : {"HttpOnly", "SameSite=Strict", "Path=/;", "vantage_session_6478="})
        EXPECT_NE(set.find(part), std::string::npos) << part;
    EXPECT_EQ(set.find("Secure"), std::string::npos) << "not over plain HTTP";
    const auto me = parsed(viewer.get("/api/v1/me"));
    EXPECT_EQ(me, (json::value{{"name", "vera"},
                               {"role", "viewer"},
                               {"cameras", json::array{"door"}},
                               {"csrf", viewer.csrf},
                               {"time_zone", "Europe/Berlin"}}));
}

TEST_F(ApiTest, WrongLoginsAreCountedAndLockedOut) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(nobody.post("/api/v1/login", R"({"name":"vera","password":"wrong"})").status, 401);
    const auto locked = nobody.log_in("vera");
    EXPECT_EQ(locked.status, 429);
    EXPECT_EQ(locked.headers.get("Retry-After"), "30");
    EXPECT_EQ(viewer.get("/api/v1/me").status, 200) << "who is in stays in";
    services.clock.advance(seconds(30));
    EXPECT_EQ(nobody.log_in("vera").status, 200);
}

TEST_F(ApiTest, ALoginFromAnotherSiteIsRefused) {
    auto request = request_of(Method::post, "/api/v1/login", R"({"name":"vera","password":"password of vera"})");
    request.headers.add("Origin", "https://evil.example");
    EXPECT_EQ(Router(services.app).handle(request).status, 403);
    auto form = request_of(Method::post, "/api/v1/login", R"({"name":"vera","password":"password of vera"})");
    form.headers.set("Content-Type", "text/plain");
    EXPECT_EQ(Router(services.app).handle(form).status, 422) << "what a form can send is not read";
}

TEST_F(ApiTest, LogoutEndsTheSession) {
    const auto before = viewer.cookie;
    EXPECT_EQ(viewer.post("/api/v1/logout", "{}").status, 204);
    viewer.cookie = before;
    EXPECT_EQ(viewer.get("/api/v1/me").status, 401);
}

TEST_F(ApiTest, OneTimeLinkLogsIn) {
    const auto token = services.sessions.make_login_token("root", seconds(60));
    const auto body = fmt::format(R"({{"link_token":"{}"}})", token);
    EXPECT_EQ(nobody.post("/api/v1/login", body).status, 200);
    EXPECT_EQ(parsed(nobody.get("/api/v1/me")).at("name"), "root");
    EXPECT_EQ(Browser(services).post("/api/v1/login", body).status, 401);
}

TEST_F(ApiTest, CamerasAreThoseTheUserSees) {
    EXPECT_EQ(parsed(admin.get("/api/v1/cameras")).at("cameras").as_array().size(), 2U);
    const auto seen = parsed(viewer.get("/api/v1/cameras")).at("cameras").as_array();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].at("id"), "door");
    EXPECT_FALSE(seen[0].as_object().contains("config")) << "a viewer does not see the source";
    EXPECT_EQ(seen[0].at("location").at("floor"), 2);
    const auto& stream = seen[0].at("streams").at(0);
    EXPECT_EQ(stream.at("state"), "running");
    EXPECT_EQ(stream.at("video").at("codec_string"), json::value(codec_string(vantage::test::h264_track())));
    EXPECT_TRUE(stream.at("audio").is_null());
    EXPECT_EQ(parsed(operator_.get("/api/v1/cameras/door")).at("config").at("source"), "rtsp://***@cam/1");
    EXPECT_EQ(viewer.get("/api/v1/cameras/yard").status, 403);
    EXPECT_EQ(admin.get("/api/v1/cameras/nowhere").status, 404);
}

TEST_F(ApiTest, OperatorsChangeCameras) {
    const auto added = operator_.post("/api/v1/cameras", R"({"id":"hall","config":{"source":"rtsp://u:p@cam/2"}})");
    EXPECT_EQ(added.status, 201);
    EXPECT_EQ(added.headers.get("Location"), "/api/v1/cameras/hall");
    EXPECT_EQ(services.control.last_config, R"({"source":"rtsp://u:p@cam/2"})");
    EXPECT_EQ(code_of(operator_.post("/api/v1/cameras", R"({"id":"hall","config":{}})")), "already_exists");
    EXPECT_EQ(operator_.post("/api/v1/cameras", R"({"id":"api","config":{}})").status, 400) << "a word that addresses use";
    EXPECT_EQ(operator_.post("/api/v1/cameras", R"({"id":"x","config":7})").status, 400);
    EXPECT_EQ(operator_.send(Method::put, "/api/v1/cameras/hall", R"({"config":{"source":"sim:"}})").status, 200);
    const auto of_file = operator_.send(Method::put, "/api/v1/cameras/door", R"({"config":{}})");
    EXPECT_EQ(of_file.status, 409);
    EXPECT_EQ(code_of(of_file), "read_only");
    EXPECT_EQ(operator_.send(Method::del, "/api/v1/cameras/hall").status, 204);
    EXPECT_EQ(operator_.get("/api/v1/cameras/hall").status, 404);
    EXPECT_EQ(viewer.post("/api/v1/cameras", R"({"id":"x","config":{}})").status, 403);
    const auto probe = parsed(operator_.post("/api/v1/cameras/test", R"({"id":null,"config":{"source":"rtsp://cam"}})"));
    EXPECT_EQ(probe.at("picture"), "data:image/jpeg;base64,AQID");
    EXPECT_EQ(probe.at("clock"), "sender reports: +12 ms");
}

TEST_F(ApiTest, MalformedBodiesAreExplained) {
    for (const auto* bad : {"", "{", "[]", "null", "\"x\"", "{\"id\":1}"}) {
        auto request = request_of(Method::post, "/api/v1/cameras", bad);
        request.headers.set("Content-Type", "application/json");
        request.headers.add("Cookie", admin.cookie);
        request.headers.add("X-CSRF-Token", admin.csrf);
        const auto response = Router(services.app).handle(request);
        EXPECT_EQ(response.status, 400) << bad;
        EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
    }
    const std::string deep(100'000, '[');
    EXPECT_EQ(admin.post("/api/v1/cameras", deep).status, 400);
}

TEST_F(ApiTest, CoverageSaysFootageAndGaps) {
    auto& recorded = services.control.recorded;
    recorded.gaps = {{UtcTime(seconds(3600)), UtcTime(seconds(3700)), "camera lost"}};
    const auto found = viewer.get("/api/v1/cameras/door/coverage?start=0&end=86400");
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(parsed(found).at("gaps").at(0),
              (json::value{
                  {"start", "1970-01-01T01:00:00.000Z"}, {"end", "1970-01-01T01:01:40.000Z"}, {"reason", "camera lost"}}));
    const std::string base = "/api/v1/cameras/door/coverage";
    for (const auto* bad : {"", "?start=0", "?start=1&end=1", "?start=2&end=1", "?start=x&end=1", "?start=0&end=2764801",
                            "?start=0&end=1&stream=third"})
        EXPECT_EQ(viewer.get(base + bad).status, 400) << bad;
    EXPECT_EQ(viewer.get(base + "?start=0&end=2764800").status, 200) << "32 days";
    EXPECT_EQ(viewer.get("/api/v1/cameras/yard/coverage?start=0&end=1").status, 403);
}

TEST_F(ApiTest, SegmentFilesAreFoundThroughTheIndexOnly) {
    const StreamKey key{*CameraId::parse("door"), StreamKind::main};
    const auto start = *parse_time("2025-11-20T19:04:05.123Z");
    services.control.recorded.files = {
        std::make_shared<footage::SegmentInfo>(footage::SegmentInfo{1,
                                                                    key,
                                                                    "/footage/footage/door/main/2025-11-20/190405.123Z.mp4",
                                                                    start,
                                                                    start + seconds(600),
                                                                    5,
                                                                    {},
                                                                    false,
                                                                    {},
                                                                    nullptr})};
    const auto listed =
        parsed(viewer.get("/api/v1/cameras/door/segments?start=2025-11-20T00:00:00Z&end=2025-11-21T00:00:00Z"));
    const std::string url(listed.at("segments").at(0).at("url").as_string());
    EXPECT_EQ(url, "/door/main/2025-11-20/190405.123Z.mp4");
    const auto file = viewer.get(url);
    ASSERT_EQ(file.status, 200);
    EXPECT_EQ(std::get<net::FileBody>(file.body).path, "/footage/footage/door/main/2025-11-20/190405.123Z.mp4");
    for (const auto* other :
         {"/door/main/2025-11-20/190405.124Z.mp4", "/door/sub/2025-11-20/190405.123Z.mp4",
          "/door/main/2025-11-21/190405.123Z.mp4", "/door/main/2025-11-20/190405.123Z.thumbs",
          "/door/third/2025-11-20/190405.123Z.mp4", "/door/main/x/y", "/door/main/2025-11-20/..%5c..%5cpasswd"}) {
        const auto target = net::parse_target(other);
        if (target) {
            EXPECT_EQ(viewer.get(other).status, 404) << other;
        }
    }
    EXPECT_EQ(viewer.get("/yard/main/2025-11-20/190405.123Z.mp4").status, 403);

    const auto link = parsed(viewer.post("/api/v1/links", fmt::format(R"({{"path":"{}","seconds":60}})", url)));
    EXPECT_EQ(nobody.get(std::string(link.at("url").as_string())).status, 200);
    EXPECT_EQ(nobody.get(url).status, 401);
    for (const auto* bad : {R"({"path":"/yard/feed"})", R"({"path":"/api/v1/users"})", R"({"path":"/metrics"})",
                            R"({"path":"/door/stream/range/playlist.m3u8"})", R"({"path":"/door/feed","seconds":0})",
                            R"({"path":"/door/feed","seconds":9999999})", R"({"path":"/door/feed","seconds":"x"})"})
        EXPECT_GE(viewer.post("/api/v1/links", bad).status, 400) << bad;
}

TEST_F(ApiTest, AdminsManageUsers) {
    EXPECT_EQ(
        admin.post("/api/v1/users", R"({"name":"walt","password":"a good password","role":"viewer","cameras":["yard"]})")
            .status,
        201);
    EXPECT_EQ(admin.post("/api/v1/users", R"({"name":"w2","password":"a good password","role":"king"})").status, 400);
    EXPECT_EQ(admin.post("/api/v1/users", R"({"name":"w3","password":"a good password","role":"viewer","cameras":["a/b"]})")
                  .status,
              400);
    const auto changed = admin.send(Method::put, "/api/v1/users/walt", R"({"role":"operator","cameras":null})");
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(parsed(changed).at("role"), "operator");
    EXPECT_TRUE(parsed(changed).at("cameras").is_null());
    const auto text = body_text(admin.get("/api/v1/users"));
    EXPECT_NE(text.find("walt"), std::string::npos);
    EXPECT_EQ(text.find("argon2"), std::string::npos);
    EXPECT_EQ(admin.send(Method::del, "/api/v1/users/walt").status, 204);
    EXPECT_EQ(admin.send(Method::del, "/api/v1/users/root").status, 403) << "the last admin";
    EXPECT_EQ(operator_.get("/api/v1/users").status, 403);
}

TEST_F(ApiTest, TokensBelongToTheirUser) {
    const auto made = parsed(viewer.post("/api/v1/tokens", R"({"name":"script"})"));
    const std::string id(made.at("id").as_string()), token(made.at("token").as_string());
    auto request = request_of(Method::get, "/api/v1/me");
    request.headers.add("Authorization", "Bearer " + token);
    EXPECT_EQ(parsed(Router(services.app).handle(request)).at("name"), "vera");
    EXPECT_EQ(parsed(viewer.get("/api/v1/tokens")).at("tokens").as_array().size(), 1U);
    EXPECT_EQ(parsed(operator_.get("/api/v1/tokens")).at("tokens").as_array().size(), 0U);
    EXPECT_EQ(parsed(admin.get("/api/v1/tokens")).at("tokens").at(0).at("user"), "vera");
    EXPECT_EQ(body_text(admin.get("/api/v1/tokens")).find(token), std::string::npos);
    EXPECT_EQ(operator_.send(Method::del, "/api/v1/tokens/" + id).status, 404) << "not its own";
    EXPECT_EQ(viewer.send(Method::del, "/api/v1/tokens/" + id).status, 204);
    EXPECT_EQ(Router(services.app).handle(request).status, 401);
    EXPECT_EQ(viewer.post("/api/v1/tokens", R"({"name":"old","expires":"2020-01-01T00:00:00Z"})").status, 400);
}

TEST_F(ApiTest, PushesAreForOperatorsAndEachChangeIsAudited) {
    const std::string path = "/api/v1/cameras/door/pushes";
    EXPECT_EQ(viewer.get(path).status, 403);
    EXPECT_EQ(viewer.post(path, R"({"url":"rtmp://host/live/key"})").status, 403);
    EXPECT_EQ(parsed(operator_.get(path)), (json::value{{"pushes", json::array{}}}));
    EXPECT_EQ(operator_.get("/api/v1/cameras/none/pushes").status, 404);
    EXPECT_EQ(operator_.post(path, R"({"url":7})").status, 400);
    EXPECT_EQ(operator_.post(path, R"({"url":"rtmp://host/live/key","silence":"yes"})").status, 400);
    const auto made =
        operator_.post(path, R"({"name":"Tube","url":"rtmp://host/live/key","stream":"720p","silence":false})");
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(made.headers.get("Location"), path + "/p1");
    EXPECT_EQ(services.control.fake_pushes.last.url, "rtmp://host/live/key");
    EXPECT_EQ(services.control.fake_pushes.last.silence, false);
    EXPECT_EQ(services.control.fake_pushes.last.enabled, std::nullopt);
    const auto shown = parsed(operator_.get(path)).at("pushes").at(0);
    EXPECT_EQ(shown.at("url"), "rtmp://host/live/***");
    EXPECT_EQ(shown.at("state"), "connecting");
    EXPECT_EQ(shown.at("declared_in_file"), false);

    EXPECT_EQ(parsed(operator_.send(Method::put, path + "/p1", R"({"enabled":false})")).at("enabled"), false);
    EXPECT_EQ(operator_.send(Method::put, "/api/v1/cameras/yard/pushes/p1", R"({"enabled":false})").status, 404);
    EXPECT_NE(body_text(viewer.get("/metrics")).find("vantage_push_state{camera=\"door\",push=\"p1\",name=\"Tube\",state="),
              std::string::npos);
    services.control.fake_pushes.views[0].declared_in_file = true;
    EXPECT_EQ(operator_.send(Method::put, path + "/p1", R"({"enabled":true})").status, 409);
    EXPECT_EQ(operator_.send(Method::del, path + "/p1").status, 204);
    EXPECT_EQ(operator_.send(Method::del, path + "/p1").status, 404);

    const auto page = parsed(admin.get("/api/v1/audit?limit=3")).at("entries").as_array();
    EXPECT_EQ(page[0].at("action"), "push removed");
    EXPECT_EQ(page[1].at("action"), "push changed");
    EXPECT_EQ(page[2].at("action"), "push added");
    EXPECT_EQ(page[1].at("detail"), "door: Tube (rtmp://host/live/***, 720p, off)");
    EXPECT_EQ(page[1].at("user"), "olga");
}

TEST_F(ApiTest, SystemAuditHealthAndMetrics) {
    const auto system = parsed(viewer.get("/api/v1/system"));
    EXPECT_EQ(system.at("version"), "1.2.3");
    EXPECT_EQ(system.at("disks").at(0).at("free"), 400);
    EXPECT_EQ(system.at("rtsp"), (json::value{{"port", 8554}, {"tls_port", nullptr}, {"fault", nullptr}, {"readers", 3}}));
    EXPECT_EQ(system.at("transcodes"), (json::value{{"running", 1}, {"most", 4}, {"encoder", "x264"}}));
    EXPECT_EQ(viewer.get("/api/v1/audit").status, 403);
    const auto page = parsed(admin.get("/api/v1/audit?limit=2")).at("entries").as_array();
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].at("action"), "login");
    const auto older = parsed(admin.get(fmt::format("/api/v1/audit?before={}", page[1].at("id").as_int64())));
    EXPECT_LT(older.at("entries").at(0).at("id").as_int64(), page[1].at("id").as_int64());
    EXPECT_TRUE(system.at("clock_hold").is_null());
    EXPECT_EQ(admin.post("/api/v1/system/clock", "{}").status, 204);
    EXPECT_TRUE(services.control.clock_confirmed);
    EXPECT_EQ(admin.get("/api/v1/system/log?lines=-1").status, 400);
    EXPECT_EQ(admin.get("/api/v1/system/log?lines=5").status, 200);

    EXPECT_EQ(parsed(nobody.get("/healthz")), (json::value{{"status", "ok"}}));
    services.control.disk_state = "failing";
    EXPECT_EQ(nobody.get("/healthz").status, 503);

    const auto metrics = body_text(admin.get("/metrics"));
    for (const auto* line :
         {"vantage_stream_up{camera=\"yard\",stream=\"main\"} 1", "vantage_stream_fps{camera=\"door\",stream=\"main\"} 25",
          "# TYPE vantage_stream_lost_packets_total counter", "vantage_disk_state{path=\"/footage\",state=\"failing\"} 1",
          "vantage_transcodes{encoder=\"x264\"} 1", "vantage_transcode_dropped_parts_total 7", "vantage_rtsp_readers 3",
          "# TYPE vantage_rtsp_dropped_frames_total counter", "vantage_http_connections 3",
          "vantage_http_stalled_readers_total 2", "vantage_http_refused_connections_total 1",
          "vantage_info{version=\"1.2.3\"} 1"})
        EXPECT_NE(metrics.find(line), std::string::npos) << line;
    EXPECT_EQ(body_text(viewer.get("/metrics")).find("yard"), std::string::npos) << "not on the viewer's list";
}

TEST_F(ApiTest, OwnPasswordCanBeChanged) {
    EXPECT_EQ(viewer.post("/api/v1/me/password", R"({"old":"wrong one here","new":"another password"})").status, 403);
    EXPECT_EQ(viewer.post("/api/v1/me/password", R"({"old":"password of vera","new":"short"})").status, 400);
    EXPECT_EQ(viewer.post("/api/v1/me/password", R"({"old":"password of vera","new":"another password"})").status, 204);
    EXPECT_EQ(viewer.get("/api/v1/me").status, 200) << "this session stays";
}

TEST_F(ApiTest, ThePageIsServedToBrowsers) {
    const auto index = nobody.get("/");
    EXPECT_EQ(index.status, 200);
    EXPECT_EQ(body_text(index), TestServices::kIndex);
    EXPECT_EQ(index.headers.get("Cache-Control"), "no-cache");
    EXPECT_NE(index.headers.get("Content-Security-Policy").find("frame-ancestors 'none'"), std::string_view::npos);
    auto deep = request_of(Method::get, "/cameras/door");
    deep.headers.add("Accept", "text/html,*/*");
    EXPECT_EQ(Router(services.app).handle(deep).status, 200) << "an address of the page";
    deep.headers.set("Accept", "application/json");
    EXPECT_EQ(Router(services.app).handle(deep).status, 404);
    auto script = request_of(Method::get, "/assets/app-1.js");
    EXPECT_EQ(body_text(Router(services.app).handle(script)), TestServices::kScript);
    script.headers.add("Accept-Encoding", "gzip, br");
    const auto packed = Router(services.app).handle(script);
    EXPECT_EQ(body_text(packed), "packed");
    EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
    EXPECT_NE(packed.headers.get("Cache-Control").find("immutable"), std::string_view::npos);
    script.headers.add("If-None-Match", std::string(packed.headers.get("ETag")));
    EXPECT_EQ(Router(services.app).handle(script).status, 304);
    auto missing = request_of(Method::get, "/assets/gone.js");
    missing.headers.add("Accept", "text/html");
    EXPECT_EQ(Router(services.app).handle(missing).status, 404);
}

TEST(BasePath, IsInCookiesLinksAndThePage) {
    TestServices services("/cams");
    services.add_user("root", Role::admin);
    Browser browser(services);
    const auto login = browser.log_in("root");
    EXPECT_NE(login.headers.get("Set-Cookie").find("Path=/cams/;"), std::string_view::npos);
    EXPECT_NE(body_text(browser.get("/")).find(R"(<base href="/cams/")"), std::string::npos);
    const auto link = parsed(browser.post("/api/v1/links", R"({"path":"/door/feed"})"));
    EXPECT_TRUE(link.at("url").as_string().starts_with("/cams/link/"));
    EXPECT_TRUE(link.at("url").as_string().ends_with("/door/feed"));
}

}  // namespace
}  // namespace vantage::serve
