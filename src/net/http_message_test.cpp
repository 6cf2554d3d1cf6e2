// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.hpp"

#include "net/http_encoding.hpp"
#include "net/http_proxy.hpp"
#include "net/http_range.hpp"

#include <gtest/gtest.h>

#include <zlib.h>

namespace vantage::net {
namespace {

TEST(Target, DecodesPathAndQuery) {
    const auto target = parse_target("/api/v1/cameras/b%C3%BCro?start=1&end=a%20b+c&flag");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/api/v1/cameras/büro");
    EXPECT_EQ(target->query, (Query{{"start", "1"}, {"end", "a b c"}, {"flag", ""}}));
    EXPECT_EQ(parse_target("/")->path, "/");
    EXPECT_EQ(parse_target("/a//b/")->path, "/a//b/");
}

TEST(Target, RefusesWhatLeavesTheTree) {
    for (const auto* bad : {"/../etc/passwd", "/a/../b", "/a/..", "/.", "/%2e%2e/x", "/a%2fb", "/a%5cb", "/a%00b", "/a%",
                            "/a%4", "/a%zz", "a", "", "http://x/", "*", "/a?b=%", "/a#b", "/a%0d%0ab"})
        EXPECT_FALSE(parse_target(bad)) << bad;
    EXPECT_TRUE(parse_target("/a..b/...")) << "dots inside a name are a name";
}

TEST(Target, EncodingIsUndoneByDecoding) {
    const std::string text = "a b/ü?&=%~";
    EXPECT_EQ(percent_encode(text, true), "a%20b/%C3%BC%3F%26%3D%25~");
    EXPECT_EQ(*percent_decode(percent_encode(text, false), false), text);
}

TEST(Range, FollowsRfc9110) {
    using Kind = ByteRange::Kind;
    const auto check = [](const char* header, std::uint64_t size, Kind kind, std::uint64_t first, std::uint64_t bytes) {
        const auto range = parse_range(header, size);
        EXPECT_EQ(range.kind, kind) << header;
        if (kind == Kind::unsatisfiable) return;
        EXPECT_EQ(range.first, first) << header;
        EXPECT_EQ(range.size, bytes) << header;
    };
    check("", 100, Kind::whole, 0, 100);
    check("bytes=0-0", 100, Kind::part, 0, 1);
    check("bytes=10-", 100, Kind::part, 10, 90);
    check("bytes=10-1000", 100, Kind::part, 10, 90);
    check("bytes=-30", 100, Kind::part, 70, 30);
    check("bytes=-300", 100, Kind::part, 0, 100);
    check("bytes=100-", 100, Kind::unsatisfiable, 0, 0);
    check("bytes=-0", 100, Kind::unsatisfiable, 0, 0);
    check("bytes=0-", 0, Kind::unsatisfiable, 0, 0);
    for (const auto* odd : {"bytes=5-4", "bytes=0-1,5-6", "bytes=a-b", "bytes=", "bytes=-", "items=0-1", "bytes=1-2x",
                            "bytes=99999999999999999999-"})
        check(odd, 100, Kind::whole, 0, 100);
}

TEST(Headers, CompareWithoutCase) {
    Headers headers;
    headers.add("X-One", "1");
    headers.add("x-one", "2");
    EXPECT_EQ(headers.get("X-ONE"), "1");
    headers.set("x-One", "3");
    EXPECT_EQ(headers.get("x-one"), "3");
    EXPECT_EQ(std::distance(headers.begin(), headers.end()), 1);
    EXPECT_TRUE(list_contains("keep-alive, Upgrade", "upgrade"));
    EXPECT_FALSE(list_contains("upgrades", "upgrade"));
}

TEST(Request, FindsCookiesByWholeName) {
    Request request;
    request.headers.add("Cookie", "xvantage_session=no; vantage_session=abc=; other=1");
    EXPECT_EQ(request.cookie("vantage_session"), "abc=");
    EXPECT_EQ(request.cookie("session"), "");
    EXPECT_EQ(request.cookie("other"), "1");
}

TEST(Problem, EscapesItsDetail) {
    const auto response = problem_response(404, "not_found", "no \"camera\"\n\\");
    EXPECT_EQ(
        std::get<std::string>(response.body),
        R"({"type":"about:blank","title":"Not Found","status":404,"detail":"no \"camera\"\u000a\\","code":"not_found"})");
}

TEST(Gzip, OnlyWhereItHelpsAndIsWanted) {
    EXPECT_TRUE(accepts_gzip("br, gzip;q=0.5"));
    EXPECT_TRUE(accepts_gzip("*"));
    EXPECT_FALSE(accepts_gzip("gzip;q=0"));
    EXPECT_FALSE(accepts_gzip("br"));
    EXPECT_FALSE(accepts_gzip(""));
    Request request;
    request.headers.add("Accept-Encoding", "gzip");
    const std::string text(5000, 'a');
    auto json = text_response(200, "application/json", text);
    compress(request, json);
    EXPECT_EQ(json.headers.get("Content-Encoding"), "gzip");
    const auto& packed = std::get<std::string>(json.body);
    EXPECT_LT(packed.size(), 100U);
    std::string back(text.size() + 1, '\0');
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(back.data());
    stream.avail_out = static_cast<uInt>(back.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    back.resize(stream.total_out);
    inflateEnd(&stream);
    EXPECT_EQ(back, text);
    auto picture = text_response(200, "image/jpeg", text);
    compress(request, picture);
    EXPECT_FALSE(picture.headers.has("Content-Encoding"));
    auto small = text_response(200, "application/json", "{}");
    compress(request, small);
    EXPECT_FALSE(small.headers.has("Content-Encoding"));
}

Request from(const TrustedProxies& proxies, const char* socket_peer,
             std::initializer_list<std::pair<const char*, const char*>> headers) {
    Request request;
    request.headers.add("Host", "box:6478");
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    proxies.resolve(socket_peer, false, request);
    return request;
}

TEST(TrustedProxies, BelievesOnlyThoseOnTheList) {
    const auto proxies = *TrustedProxies::parse({"127.0.0.1", "10.0.0.0/8", "fd00::/8"});
    EXPECT_TRUE(proxies.contains("10.200.1.1"));
    EXPECT_TRUE(proxies.contains("::ffff:10.200.1.1"));
    EXPECT_TRUE(proxies.contains("fd12::1"));
    EXPECT_FALSE(proxies.contains("11.0.0.1"));
    EXPECT_FALSE(proxies.contains("fe80::1"));

    const auto stranger = from(proxies, "203.0.113.9", {{"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-Proto", "https"}});
    EXPECT_EQ(stranger.peer, "203.0.113.9");
    EXPECT_FALSE(stranger.secure);

    // The client wrote 1.2.3.4 itself; what the outer proxy saw is 203.0.113.9.
    const auto client = from(proxies, "::ffff:127.0.0.1",
                             {{"X-Forwarded-For", "1.2.3.4, 203.0.113.9, 10.0.0.2"},
                              {"X-Forwarded-Proto", "https"},
                              {"X-Forwarded-Host", "cams.example"}});
    EXPECT_EQ(client.peer, "203.0.113.9");
    EXPECT_TRUE(client.secure);
    EXPECT_EQ(client.host, "cams.example");
    EXPECT_EQ(from(proxies, "127.0.0.1", {{"X-Forwarded-For", "rubbish"}}).peer, "127.0.0.1");
}

TEST(TrustedProxies, NamesTheWrongNetwork) {
    for (const auto* bad : {"10.0.0.0/33", "proxy.local", "10.0.0.0/", "fd00::/129", "10.0.0.0/8x"}) {
        const auto proxies = TrustedProxies::parse({bad});
        ASSERT_FALSE(proxies) << bad;
        EXPECT_NE(proxies.error().message.find(bad), std::string::npos);
    }
}

}  // namespace
}  // namespace vantage::net
