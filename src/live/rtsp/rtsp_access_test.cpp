// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_fixture.hpp"
#include "net/digest.hpp"

namespace vantage::live {
namespace {

std::string digest(const net::RtspReply& challenge, const std::string& url, const std::string& password,
                   const std::string& method = "DESCRIBE", const std::string& user = "viewer") {
    net::ClientAuth auth{{user, password}};
    EXPECT_TRUE(auth.accept(challenge.all("WWW-Authenticate")));
    return "Authorization: " + auth.answer(method, url);
}
const std::string kBasic = "Authorization: Basic dmlld2VyOnNlY3JldA==";  // viewer:secret

void set_up_with_password(const RtspTestServer& server, RtspTestClient& client) {
    const auto asked = client.ask("DESCRIBE");
    const auto answer = digest(asked, server.url("door/trackID=0"), "secret", "SETUP");
    ASSERT_EQ(client.ask("SETUP", "door/trackID=0", {"Transport: RTP/AVP/TCP", answer}).status, 200);
}

TEST(RtspServer, AsksForThePassword) {
    RtspTestServer server{{}, true};
    RtspTestClient client{server};
    EXPECT_EQ(client.ask("OPTIONS").status, 200);
    const auto asked = client.ask("DESCRIBE");
    ASSERT_EQ(asked.status, 401);
    const auto challenges = asked.all("WWW-Authenticate");
    ASSERT_EQ(challenges.size(), 1U);  // Basic only over TLS
    EXPECT_TRUE(challenges[0].starts_with("Digest"));
    const auto answer = [&](const std::string& password, const std::string& user = "viewer") {
        return digest(asked, server.url(), password, "DESCRIBE", user);
    };
    EXPECT_EQ(client.ask("DESCRIBE", "door", {answer("secret")}).status, 200);
    EXPECT_EQ(server.access.right, 1);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {answer("wrong")}).status, 401);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {answer("secret", "nobody")}).status, 401);
    EXPECT_EQ(server.access.tries, 3);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {kBasic}).status, 401);  // not even looked at
    EXPECT_EQ(server.access.tries, 3);
    EXPECT_EQ(client.ask("SETUP", "door/trackID=0", {"Transport: RTP/AVP/TCP"}).status, 401);
    // What the user may not see and what is not there look alike.
    EXPECT_EQ(client.ask("DESCRIBE", "window", {answer("secret")}).status, 403);
    // An answer to another connection's nonce is stale, not wrong.
    RtspTestClient other{server};
    const auto stale = other.ask("DESCRIBE", "door", {answer("secret")});
    EXPECT_EQ(stale.status, 401);
    EXPECT_NE(stale.header("WWW-Authenticate").find("stale=true"), std::string_view::npos);
    // Whoever guesses is put out.
    for (int i = 0; i < 5; ++i) static_cast<void>(client.ask("DESCRIBE", "door", {answer("guess")}));
    EXPECT_EQ(client.ask("OPTIONS").status, 0);
    EXPECT_GE(server.server->stats().refused, 5U);
}

// What VLC (live555) sends: its answers are for the base address, its sign of life carries no body.
TEST(RtspServer, TalksAsVlcDoes) {
    RtspTestServer server{{}, true};
    RtspTestClient client{server};
    EXPECT_EQ(client.ask("OPTIONS", "door", {"User-Agent: LibVLC/3.0.21 (LIVE555 Streaming Media v2016.11.28)"}).status,
              200);
    const auto asked = client.ask("DESCRIBE", "door", {"Accept: application/sdp"});
    const auto described = client.ask("DESCRIBE", "door", {digest(asked, server.url(), "secret")});
    ASSERT_EQ(described.status, 200);
    const auto base = std::string(described.header("Content-Base"));
    EXPECT_EQ(base, server.url() + "/");
    client.send("SETUP", base + "trackID=0",
                {digest(asked, base, "secret", "SETUP"), "Transport: RTP/AVP;unicast;client_port=61616-61617"});
    EXPECT_EQ(client.reply().status, 200);
    client.send("SETUP", base + "trackID=0",
                {digest(asked, base, "secret", "SETUP"), "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"});
    EXPECT_EQ(client.reply().status, 200);
    client.send("PLAY", base, {digest(asked, base, "secret", "PLAY"), "Range: npt=0.000-"});
    server.wait_playing(1);
    server.feed->push(0, true);
    const auto played = client.reply();
    EXPECT_EQ(played.status, 200);
    EXPECT_NE(played.header("RTP-Info").find(server.url() + "/trackID=0"), std::string_view::npos);
    client.send("GET_PARAMETER", base, {digest(asked, base, "secret", "GET_PARAMETER")});
    EXPECT_EQ(client.reply().status, 200);
    client.send("TEARDOWN", base, {digest(asked, base, "secret", "TEARDOWN")});
    EXPECT_EQ(client.reply().status, 200);
    server.wait_playing(0);
}

TEST(RtspServer, WhoeverIsLockedOutIsToldHowLong) {
    RtspTestServer server{{}, true};
    server.access.locked = true;
    RtspTestClient client{server};
    const auto asked = client.ask("DESCRIBE");
    const auto refused = client.ask("DESCRIBE", "door", {digest(asked, server.url(), "secret")});
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.header("Retry-After"), "30");
    EXPECT_EQ(client.ask("OPTIONS").status, 0);
    EXPECT_EQ(server.server->stats().refused, 1U);
}

TEST(RtspServer, ASessionNeedsNoPasswordForItsSignsOfLife) {
    RtspTestServer server{{}, true};
    RtspTestClient client{server};
    set_up_with_password(server, client);
    play(server, client);
    EXPECT_EQ(client.ask("GET_PARAMETER").status, 200);
}

TEST(RtspServer, ARightThatIsTakenAwayEndsItsSession) {
    for (const bool password : {true, false}) {
        RtspTestServer server{{}, true};
        RtspTestClient client{server};
        set_up_with_password(server, client);
        play(server, client);
        server.access.set(password ? "another" : "secret", password ? "door" : "yard");
        bool bye = false;
        for (;;) {
            auto item = client.next();
            if (std::holds_alternative<std::monostate>(item)) break;
            if (const auto* frame = std::get_if<RtspTestClient::Frame>(&item); frame != nullptr && frame->channel == 1)
                bye = bye || !net::parse_rtcp(frame->data).bye.empty();
        }
        EXPECT_TRUE(bye);
        server.wait_playing(0);
    }
}

}  // namespace
}  // namespace vantage::live
