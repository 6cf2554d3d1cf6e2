// SPDX-License-Identifier: Apache-2.0
#include "series/influx.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <zlib.h>

namespace vantage::series {
namespace {

const InfluxServer kOne{.url = "http://box:8086/",
                        .version = 1,
                        .database = "cam eras&x=1",
                        .user = "vera",
                        .password = "pa55word",
                        .organisation = {},
                        .bucket = {},
                        .token = {},
                        .gzip = false};
const InfluxServer kTwo{.url = "https://cloud/influx",
                        .version = 2,
                        .database = {},
                        .user = {},
                        .password = {},
                        .organisation = "my org",
                        .bucket = "b/1",
                        .token = "t0ken",
                        .gzip = true};

bool has(const net::HttpCall& call, const std::string& header) {
    return std::ranges::find(call.headers, header) != call.headers.end();
}

std::string inflate_all(const std::string& packed) {
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string out(100'000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

TEST(Influx, VersionOneIsAskedByItsDatabaseAndPassword) {
    const auto call = write_call(kOne, "m a=1 2\n");
    EXPECT_EQ(call.url, "http://box:8086/write?db=cam%20eras%26x%3D1&precision=u");
    EXPECT_EQ(call.user, "vera");
    EXPECT_EQ(call.password, "pa55word");
    EXPECT_EQ(call.body, "m a=1 2\n");
    EXPECT_FALSE(has(call, "Content-Encoding: gzip"));
}

TEST(Influx, VersionTwoIsAskedByOrganisationBucketAndToken) {
    const std::string lines(50'000, 'x');
    const auto call = write_call(kTwo, lines);
    EXPECT_EQ(call.url, "https://cloud/influx/api/v2/write?org=my%20org&bucket=b%2F1&precision=us");
    EXPECT_TRUE(has(call, "Authorization: Token t0ken"));
    EXPECT_TRUE(has(call, "Content-Encoding: gzip"));
    EXPECT_LT(call.body.size(), 5'000U);
    EXPECT_EQ(inflate_all(call.body), lines);
    EXPECT_TRUE(call.user.empty());
}

TEST(Influx, AnswersMeanWhatTheirVersionsSay) {
    EXPECT_EQ(judge(kOne, {204, ""}).verdict, Verdict::taken);
    const auto gone = judge(kOne, {404, R"({"error":"database not found: \"cameras\""})"});
    EXPECT_EQ(gone.verdict, Verdict::refused);
    EXPECT_EQ(gone.reason, "status 404: database not found: \"cameras\"");
    const auto partial = judge(kOne, {400, R"({"error":"partial write: field type conflict dropped=3"})"});
    EXPECT_EQ(partial.verdict, Verdict::bad_lines);
    EXPECT_EQ(partial.dropped, 3U);
    const auto bad = judge(kTwo, {400, R"({"code":"invalid","message":"unable to parse 'm a': missing fields"})"});
    EXPECT_EQ(bad.verdict, Verdict::bad_lines);
    EXPECT_FALSE(bad.dropped);
    EXPECT_EQ(judge(kTwo, {401, R"({"code":"unauthorized","message":"unauthorized access"})"}).verdict, Verdict::refused);
    EXPECT_EQ(judge(kTwo, {413, ""}).verdict, Verdict::bad_lines);
    for (const int status : {408, 429, 500, 503}) EXPECT_EQ(judge(kTwo, {status, ""}).verdict, Verdict::later) << status;
    EXPECT_EQ(judge(kTwo, {503, ""}).reason, "status 503");
}

TEST(Influx, WhatAServerSaysBackIsToldWithoutSecretsAndShort) {
    const auto reason = judge(kTwo, {401, "bad token t0ken\r\n" + std::string(5000, 'y')}).reason;
    EXPECT_EQ(reason.find("t0ken"), std::string::npos);
    EXPECT_NE(reason.find("bad token ***"), std::string::npos) << reason;
    EXPECT_LT(reason.size(), 400U);
    EXPECT_EQ(reason.find('\n'), std::string::npos);
    EXPECT_EQ(judge(kOne, {401, "pa55wordpa55word"}).reason, "status 401: ******");
}

}  // namespace
}  // namespace vantage::series
