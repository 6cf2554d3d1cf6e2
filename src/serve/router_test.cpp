// SPDX-License-Identifier: Apache-2.0
// Who may do what: every route of the table against everybody, and the ways a right can be shown.
#include "serve/router.hpp"

#include "base/base64.hpp"
#include "serve/problem.hpp"
#include "serve/test_services.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

namespace vantage::serve {
namespace {

namespace json = boost::json;
using net::Method;

std::string filled(std::string_view pattern, std::string_view camera) {
    std::string path;
    while (!pattern.empty()) {
        pattern.remove_prefix(1);
        const auto end = std::min(pattern.find('/'), pattern.size());
        const auto segment = pattern.substr(0, end);
        pattern.remove_prefix(end);
        path += '/';
        if (segment == "{camera}")
            path += camera;
        else if (segment == "{stream}")
            path += "main";
        else if (segment == "{date}")
            path += "2025-11-20";
        else if (segment == "{file}")
            path += "190405.000Z.mp4";
        else if (segment.starts_with('{'))
            path += "nobody";
        else
            path += segment;
    }
    return path;
}

bool has_camera(const Endpoint& endpoint) {
    return endpoint.pattern.find("{camera}") != std::string_view::npos;
}

// The router's own answer is what counts here, so the handlers are replaced by one that says yes.
class RouterTest : public testing::Test {
  protected:
    RouterTest() {
        services.add_user("root", Role::admin);
        services.add_user("olga", Role::operator_);
        services.add_user("vera", Role::viewer, {{"door"}});
        services.add_user("walt", Role::viewer);
        for (const auto* user : {"root", "olga", "vera", "walt"}) tokens[user] = token_of(user);
        for (const auto& endpoint : endpoints()) {
            table.push_back(endpoint);
            table.back().handler = [](const Call&) -> Result<net::Response> {
                return net::text_response(200, "text/plain", "yes");
            };
        }
    }
    std::string token_of(const std::string& user) { return services.sessions.make_token(user, "test", {})->token; }
    int status(const net::Request& request) { return Router(services.app, table).handle(request).status; }
    std::string link_to(const std::string& path) { return services.links.sign({path, {}}, seconds(60)).url; }
    int as(const std::string& user, const Endpoint& endpoint, std::string_view camera = "door") {
        auto request = request_of(endpoint.method, filled(endpoint.pattern, camera));
        if (!user.empty()) request.headers.add("Authorization", "Bearer " + tokens.at(user));
        return status(request);
    }

    TestServices services;
    std::vector<Endpoint> table;
    std::map<std::string, std::string> tokens;
};

TEST_F(RouterTest, EveryRouteAdmitsExactlyItsRoles) {
    for (const auto& endpoint : table) {
        SCOPED_TRACE(fmt::format("{} {}", to_string(endpoint.method), endpoint.pattern));
        const bool open = endpoint.need == Need::open;
        EXPECT_EQ(as("", endpoint), open ? 200 : 401);
        EXPECT_EQ(as("vera", endpoint), open || endpoint.need == Need::viewer ? 200 : 403);
        EXPECT_EQ(as("olga", endpoint), endpoint.need == Need::admin ? 403 : 200);
        EXPECT_EQ(as("root", endpoint), 200);
    }
}

TEST_F(RouterTest, AViewerSeesOnlyItsCameras) {
    int checked = 0;
    for (const auto& endpoint : table) {
        if (!has_camera(endpoint)) continue;
        SCOPED_TRACE(fmt::format("{} {}", to_string(endpoint.method), endpoint.pattern));
        ++checked;
        EXPECT_EQ(as("vera", endpoint, "yard"), 403);
        EXPECT_EQ(as("vera", endpoint, "nowhere"), 403) << "as a camera that is not on the list: nothing is told";
        EXPECT_EQ(as("walt", endpoint, "yard"), endpoint.need == Need::viewer ? 200 : 403);
        EXPECT_EQ(as("olga", endpoint, "yard"), 200);
    }
    EXPECT_GE(checked, 7);
}

TEST_F(RouterTest, CookiesNeedTheCsrfTokenForEveryChange) {
    const auto session = *services.sessions.begin(*services.settings->user("root"), "10.0.0.9");
    for (const auto& endpoint : table) {
        if (endpoint.need == Need::open) continue;
        SCOPED_TRACE(fmt::format("{} {}", to_string(endpoint.method), endpoint.pattern));
        const auto with = [&](std::string_view csrf, std::string_view origin) {
            auto request = request_of(endpoint.method, filled(endpoint.pattern, "door"));
            request.headers.add("Cookie", "vantage_session_6478=" + session.cookie);
            if (!csrf.empty()) request.headers.add("X-CSRF-Token", std::string(csrf));
            if (!origin.empty()) request.headers.add("Origin", std::string(origin));
            return status(request);
        };
        const bool reads = endpoint.method == Method::get;
        EXPECT_EQ(with("", ""), reads ? 200 : 403);
        EXPECT_EQ(with("wrong", ""), reads ? 200 : 403);
        EXPECT_EQ(with(session.csrf, ""), 200);
        EXPECT_EQ(with(session.csrf, "https://box:6478"), 200);
        EXPECT_EQ(with(session.csrf, "https://evil.example"), reads ? 200 : 403);
    }
}

TEST_F(RouterTest, WebSocketsWithACookieNeedAnOriginOfThisServer) {
    const auto session = *services.sessions.begin(*services.settings->user("root"), "10.0.0.9");
    const auto with = [&](std::string_view origin) {
        auto request = request_of(Method::get, "/door/feed");
        request.wants_websocket = true;
        request.headers.add("Cookie", "vantage_session_6478=" + session.cookie);
        if (!origin.empty()) request.headers.add("Origin", std::string(origin));
        return status(request);
    };
    EXPECT_EQ(with("http://box:6478"), 200);
    for (const auto* bad : {"", "null", "http://box", "http://box:6478.evil.example", "http://evil.example", "box:6478"})
        EXPECT_EQ(with(bad), 403) << bad;
    auto bearer = request_of(Method::get, "/door/feed");
    bearer.wants_websocket = true;
    bearer.headers.add("Authorization", "Bearer " + tokens.at("vera"));
    EXPECT_EQ(status(bearer), 200) << "a program has no origin, and nobody can make it send its token";
}

TEST_F(RouterTest, BasicAndLinksWorkForReadingMediaOnly) {
    const auto basic = [&](const std::string& text, const Endpoint& endpoint) {
        auto request = request_of(endpoint.method, filled(endpoint.pattern, "door"));
        request.headers.add("Authorization", "Basic " + to_base64(as_bytes(text)));
        return status(request);
    };
    for (const auto& endpoint : table) {
        if (endpoint.need == Need::open) continue;
        SCOPED_TRACE(endpoint.pattern);
        const bool media = endpoint.ways == Ways::media;
        EXPECT_EQ(basic("anyone:" + tokens.at("root"), endpoint), media ? 200 : 401);
        EXPECT_EQ(basic("root:password of root", endpoint), 401) << "a login's password is no token";
        const auto path = filled(endpoint.pattern, "door");
        EXPECT_EQ(status(request_of(endpoint.method, link_to(path))), media && endpoint.need == Need::viewer ? 200 : 401);
    }
}

TEST_F(RouterTest, ASignedLinkOpensItsAddressUntilItExpires) {
    const std::string path = "/door/main/2025-11-20/190405.000Z.mp4";
    const auto link = link_to(path);
    EXPECT_EQ(status(request_of(Method::get, link)), 200);
    EXPECT_EQ(status(request_of(Method::head, link)), 200);
    EXPECT_EQ(status(request_of(Method::post, link)), 405);
    EXPECT_EQ(status(request_of(Method::get, link + "?ts=1")), 401) << "parameters may choose another picture";
    const auto prefix = link.substr(0, link.size() - path.size());
    EXPECT_EQ(status(request_of(Method::get, prefix + "/yard/main/2025-11-20/190405.000Z.mp4")), 401);
    EXPECT_EQ(status(request_of(Method::get, prefix + link)), 401) << "a link in a link";
    EXPECT_EQ(status(request_of(Method::get, "/link/9999999999" + link.substr(link.find('.')))), 401) << "a later expiry";
    for (const auto* bad : {"/link/", "/link/x", "/link/9999999999./door/feed", "/link/.x/door/feed", "/link//door/feed"})
        EXPECT_EQ(status(request_of(Method::get, bad)), 401) << bad;
    services.clock.advance(seconds(61));
    EXPECT_EQ(status(request_of(Method::get, link)), 401);
}

TEST_F(RouterTest, ALinkToAPlaylistOpensItsDirectoryOnly) {
    const auto link = services.links.sign({"/door/stream/today/index.m3u8", {}}, seconds(60)).url;
    const auto prefix = link.substr(0, link.find("/door/"));
    const auto opened = [&](const std::string& path) {
        const auto inner = services.links.open(request_of(Method::get, prefix + path));
        return inner && inner->path == path.substr(0, path.find('?'));
    };
    EXPECT_TRUE(opened("/door/stream/today/index.m3u8"));
    EXPECT_TRUE(opened("/door/stream/today/main/playlist.m3u8?_HLS_msn=4"));
    EXPECT_TRUE(opened("/door/stream/today/main-video/158-2.m4s"));
    for (const auto* other : {"/door/stream/live/index.m3u8", "/door/stream/today", "/yard/stream/today/index.m3u8",
                              "/door/feed", "/door/stream/range/playlist.m3u8?start=1&end=9", "/today/index.m3u8"})
        EXPECT_FALSE(opened(other)) << other;
}

TEST_F(RouterTest, WhatIsGivenAndWrongIsNotPassedOver) {
    const auto session = *services.sessions.begin(*services.settings->user("root"), "10.0.0.9");
    auto request = request_of(Method::get, "/api/v1/me");
    request.headers.add("Cookie", "vantage_session_6478=" + session.cookie);
    EXPECT_EQ(status(request), 200);
    request.headers.add("Authorization", "Bearer wrong");
    EXPECT_EQ(status(request), 401);
    for (const auto* bad : {"Bearer", "Bearer ", "Basic !!!", "Basic", "Digest x", "bearer"}) {
        auto odd = request_of(Method::get, "/metrics");
        odd.headers.add("Authorization", bad);
        EXPECT_EQ(status(odd), 401) << bad;
    }
}

TEST_F(RouterTest, ARemovedUserIsOutAtOnce) {
    auto request = request_of(Method::get, "/api/v1/me");
    request.headers.add("Authorization", "Bearer " + tokens.at("olga"));
    EXPECT_EQ(status(request), 200);
    ASSERT_TRUE(services.accounts.remove("olga", {"root", ""}));
    EXPECT_EQ(status(request), 401);
}

// What is answered without SQL asks for the same right as everything else, only a few seconds later.
TEST_F(RouterTest, QuickAnswersNeedARightThatWasShownLately) {
    table = {{Method::get, "/api/v1/me", Need::viewer, Ways::program, nullptr, "", nullptr},
             {Method::get, "/{camera}/live", Need::viewer, Ways::media,
              [](const Call&) -> Result<net::Response> { return net::text_response(200, "text/plain", "worker"); }, "",
              [](const Call& call) -> std::optional<Result<net::Response>> {
                  if (call.request.parameter("old")) return std::nullopt;
                  return net::text_response(200, "text/plain", "quick " + call.who.user);
              }}};
    const Router router(services.app, table);
    auto request = request_of(Method::get, "/door/live");
    EXPECT_FALSE(router.quick(request)) << "nobody";
    request.headers.add("Authorization", "Bearer " + tokens.at("vera"));
    EXPECT_FALSE(router.quick(request)) << "not asked for yet";
    EXPECT_EQ(std::get<std::string>(router.handle(request).body), "worker");
    const auto answer = router.quick(request);
    ASSERT_TRUE(answer);
    EXPECT_EQ(std::get<std::string>(answer->body), "quick vera");
    for (const auto& [path, method] :
         {std::pair{"/yard/live", Method::get}, {"/door/live", Method::post}, {"/api/v1/me", Method::get}}) {
        auto other = request_of(method, path);
        other.headers.add("Authorization", "Bearer " + tokens.at("vera"));
        EXPECT_FALSE(router.quick(other)) << path;
    }
    auto old = request;
    old.query = {{"old", "1"}};
    EXPECT_FALSE(router.quick(old)) << "the handler says that it must wait";
    services.clock.advance(Sessions::kAskAgain);
    EXPECT_FALSE(router.quick(request)) << "one asks again";
    EXPECT_TRUE(router.quick(request)) << "the others need not";
    EXPECT_EQ(std::get<std::string>(router.handle(request).body), "worker");
    services.clock.advance(Sessions::kAskAgain - seconds(1));
    EXPECT_TRUE(router.quick(request)) << "and it counts from then";
    ASSERT_TRUE(services.accounts.remove("vera", {"root", ""}));
    services.clock.advance(Sessions::kRemembered);
    EXPECT_FALSE(router.quick(request));
    EXPECT_EQ(status(request), 401);
}

TEST_F(RouterTest, QuickAnswersOpenToLinksAtOnce) {
    table = {{Method::get, "/{camera}/live", Need::viewer, Ways::media, nullptr, "",
              [](const Call&) -> std::optional<Result<net::Response>> {
                  return net::text_response(200, "text/plain", "quick");
              }}};
    const Router router(services.app, table);
    const auto link = link_to("/door/live");
    auto request = request_of(Method::get, link);
    EXPECT_TRUE(router.quick(request));
    services.clock.advance(seconds(61));
    EXPECT_FALSE(router.quick(request)) << "expired";
}

TEST_F(RouterTest, CorsIsForThoseOnTheList) {
    TestServices other("", {"https://wall.example"});
    const Router router(other.app, table);
    auto preflight = request_of(Method::options, "/api/v1/cameras");
    preflight.headers.add("Origin", "https://wall.example");
    const auto allowed = router.handle(preflight);
    EXPECT_EQ(allowed.status, 204);
    EXPECT_EQ(allowed.headers.get("Access-Control-Allow-Origin"), "https://wall.example");
    EXPECT_EQ(allowed.headers.get("Access-Control-Allow-Methods"), "GET, POST");
    EXPECT_FALSE(allowed.headers.has("Access-Control-Allow-Credentials"));
    auto stranger = request_of(Method::options, "/api/v1/cameras");
    stranger.headers.add("Origin", "https://evil.example");
    EXPECT_FALSE(router.handle(stranger).headers.has("Access-Control-Allow-Origin"));
}

TEST_F(RouterTest, AnAnswerThatComesLaterHasTheSameHeaders) {
    services.app.allowed_origins = {"https://wall.example"};
    std::function<void(net::Response)> kept;
    static std::function<void(net::Response)>* keeper = nullptr;
    keeper = &kept;
    table = {{Method::get, "/healthz", Need::open, Ways::program,
              [](const Call&) -> Result<net::Response> {
                  net::Response response;
                  response.later = [](std::function<void(net::Response)> done) { *keeper = std::move(done); };
                  return response;
              },
              ""}};
    auto request = request_of(Method::get, "/healthz");
    request.headers.add("Origin", "https://wall.example");
    const auto response = Router(services.app, table).handle(request);
    EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), "https://wall.example")
        << "the server adds it to what comes later";
    net::Response given;
    response.later([&](net::Response answer) { given = std::move(answer); });
    kept(net::text_response(200, "text/plain", "at last"));
    EXPECT_EQ(std::get<std::string>(given.body), "at last");
}

TEST_F(RouterTest, SaysWhichMethodsAnAddressTakes) {
    const Router router(services.app, table);
    const auto wrong = router.handle(request_of(Method::put, "/api/v1/cameras"));
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.headers.get("Allow"), "GET, POST");
    EXPECT_EQ(router.handle(request_of(Method::other, "/api/v1/cameras")).status, 405);
    EXPECT_EQ(router.handle(request_of(Method::get, "/api/v1/nothing")).status, 404);
    EXPECT_EQ(router.handle(request_of(Method::get, "/api/feed")).status, 404) << "a reserved word is no camera";
}

TEST_F(RouterTest, PlayersAreAskedForAPasswordBrowsersAreNot) {
    const Router router(services.app, table);
    auto player = request_of(Method::get, "/door/feed");
    EXPECT_TRUE(router.handle(player).headers.get("WWW-Authenticate").starts_with("Basic"));
    EXPECT_TRUE(router.handle(request_of(Method::get, "/api/v1/me")).headers.get("WWW-Authenticate").starts_with("Bearer"));
    player.headers.add("Sec-Fetch-Mode", "cors");
    EXPECT_FALSE(router.handle(player).headers.has("WWW-Authenticate"));
}

TEST_F(RouterTest, OpenApiListsEveryRouteWithItsRole) {
    const auto response = Router(services.app).handle(request_of(Method::get, "/api/openapi.json"));
    ASSERT_EQ(response.status, 200);
    const auto document = json::parse(body_text(response));
    const auto& paths = document.at("paths").as_object();
    std::size_t operations = 0;
    for (const auto& path : paths) operations += path.value().as_object().size();
    EXPECT_EQ(operations, endpoints().size());
    static const std::map<Need, std::string> kWords{
        {Need::open, "open"}, {Need::viewer, "viewer"}, {Need::operator_, "operator"}, {Need::admin, "admin"}};
    for (const auto& endpoint : endpoints()) {
        std::string method = to_string(endpoint.method);
        for (auto& c : method) c = static_cast<char>(std::tolower(c));
        const auto& operation = paths.at(endpoint.pattern).at(method);
        EXPECT_EQ(operation.at("x-role"), json::value(kWords.at(endpoint.need))) << endpoint.pattern;
        EXPECT_EQ(operation.at("security").as_array().empty(), endpoint.need == Need::open) << endpoint.pattern;
        EXPECT_EQ(operation.at("summary"), json::value(endpoint.summary));
    }
}

TEST(Problem, EveryKindOfErrorHasAStatus) {
    std::set<int> seen;
    for (int code = 0; code <= static_cast<int>(errc::internal); ++code) {
        const auto status = http_status(static_cast<errc>(code));
        EXPECT_GE(status, 400);
        EXPECT_NE(net::reason_phrase(status), "Status") << status;
        seen.insert(status);
    }
    EXPECT_GE(seen.size(), 10U);
}

TEST(MatchPattern, TakesWholeSegments) {
    std::vector<std::pair<std::string_view, std::string>> parameters;
    EXPECT_TRUE(match_pattern("/a/{x}/b", "/a/1/b", parameters));
    EXPECT_EQ(parameters, (std::vector<std::pair<std::string_view, std::string>>{{"x", "1"}}));
    EXPECT_FALSE(match_pattern("/a/{x}", "/a/", parameters));
    EXPECT_FALSE(match_pattern("/a/{x}", "/a", parameters));
    EXPECT_FALSE(match_pattern("/a/{x}", "/a/1/", parameters));
    EXPECT_FALSE(match_pattern("/a", "/a/1", parameters));
}

}  // namespace
}  // namespace vantage::serve
