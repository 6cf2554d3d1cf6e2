// SPDX-License-Identifier: Apache-2.0
#include "serve/credentials.hpp"

#include "serve/test_services.hpp"

#include <gtest/gtest.h>

namespace vantage::serve {
namespace {

std::string name_at(const std::string& host) {
    net::Request request;
    request.host = host;
    return session_cookie_name(request);
}

TEST(SessionCookie, IsNamedAfterThePortThatTheClientWrote) {
    EXPECT_EQ(name_at("box:6478"), "vantage_session_6478");
    EXPECT_EQ(name_at("[2001:db8::1]:6478"), "vantage_session_6478");
    EXPECT_EQ(name_at("box"), "vantage_session");
    EXPECT_EQ(name_at("10.0.0.5"), "vantage_session");
    EXPECT_EQ(name_at("[2001:db8::1]"), "vantage_session");
    EXPECT_EQ(name_at("box:"), "vantage_session");
    EXPECT_EQ(name_at("6478"), "vantage_session");
    EXPECT_EQ(name_at(""), "vantage_session");
}

// Two recorders on one host: the browser sends both cookies to both.
TEST(SessionCookie, OfAnotherRecorderOnTheHostIsPassedOver) {
    TestServices services;
    services.add_user("root", Role::admin);
    Router router(services.app);
    const auto session = *services.sessions.begin(*services.settings->user("root"), "10.0.0.9");
    auto request = request_of(net::Method::get, "/api/v1/me");
    request.headers.add("Cookie", "vantage_session_6479=of-the-other; vantage_session_6478=" + session.cookie);
    EXPECT_EQ(router.handle(request).status, 200);
    request.host = "box:6479";
    EXPECT_EQ(router.handle(request).status, 401);
    EXPECT_TRUE(session_cookie("value", request, "").starts_with("vantage_session_6479=value;"));
    EXPECT_TRUE(expired_cookie(request, "").starts_with("vantage_session_6479=;"));
}

}  // namespace
}  // namespace vantage::serve
