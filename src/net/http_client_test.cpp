// SPDX-License-Identifier: Apache-2.0
// The client against our own server.
#include "net/http_client.hpp"

#include "net/http_fixture.hpp"

namespace vantage::net {
namespace {

using namespace std::chrono_literals;

class HttpClientTest : public HttpFixture {
  protected:
    Result<HttpReply> post(HttpCall call) {
        call.url = fmt::format("http://127.0.0.1:{}{}", server->port(), call.url);
        return client.post(call, {});
    }
    HttpClient client{5s};
};

TEST_F(HttpClientTest, SendsHeadersNameAndBody) {
    start([](Request request) {
        return text(fmt::format("{} {} {} {}", request.raw_target, request.headers.get("X-One"),
                                request.headers.get("Authorization"), request.body));
    });
    const auto reply =
        post({.url = "/write?db=a%20b", .headers = {"X-One: 1"}, .user = "u", .password = "p:w", .body = "lines"});
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "/write?db=a%20b 1 Basic dTpwOnc= lines");
    EXPECT_FALSE(post({.url = "/write", .headers = {}, .user = {}, .password = {}, .body = "b"})->body.find("Basic") !=
                 std::string::npos)
        << "the name of the request before";
}

TEST_F(HttpClientTest, AnyStatusIsAnAnswer) {
    start([](const Request& request) {
        auto response = text_response(request.path == "/late" ? 503 : 302, "text/plain", std::string(200'000, 'x'));
        response.headers.add("Location", "http://127.0.0.1:1/");
        response.headers.add("Retry-After", "7");
        return response;
    });
    const auto moved = post({.url = "/moved", .headers = {}, .user = {}, .password = {}, .body = {}});
    EXPECT_EQ(moved->status, 302) << "not followed";
    EXPECT_EQ(moved->body.size(), HttpClient::kMostReply);
    const auto late = post({.url = "/late", .headers = {}, .user = {}, .password = {}, .body = {}});
    EXPECT_EQ(late->status, 503);
    EXPECT_EQ(late->retry_after, 7s);
}

TEST_F(HttpClientTest, NoAnswerIsAnError) {
    start([](const Request&) { return text(""); });
    const auto port = server->port();
    server.reset();
    const HttpCall call{.url = fmt::format("http://127.0.0.1:{}/?token=s3cret", port),
                        .headers = {"Authorization: Token s3cret"},
                        .user = {},
                        .password = {},
                        .body = "s3cret"};
    const auto refused = client.post(call, {});
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, errc::unavailable);
    EXPECT_EQ(refused.error().message.find("s3cret"), std::string::npos) << refused.error().message;
    EXPECT_EQ(
        client.post({.url = "file:///etc/passwd", .headers = {}, .user = {}, .password = {}, .body = {}}, {}).error().code,
        errc::invalid_argument);
}

TEST_F(HttpClientTest, AStopEndsTheWait) {
    std::vector<std::function<void(Response)>> kept;
    start([&](const Request&) {
        Response response;
        response.later = [&](std::function<void(Response)> done) { kept.push_back(std::move(done)); };
        return response;
    });
    std::stop_source stop;
    stop.request_stop();
    const auto given_up = client.post(
        {.url = fmt::format("http://127.0.0.1:{}/", server->port()), .headers = {}, .user = {}, .password = {}, .body = {}},
        stop.get_token());
    EXPECT_EQ(given_up.error().code, errc::cancelled);
    server.reset();
}

}  // namespace
}  // namespace vantage::net
