// SPDX-License-Identifier: Apache-2.0
#include "series/line_protocol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace vantage::series {
namespace {

const UtcTime kNoon{seconds{1'795'176'000}};

TEST(LineProtocol, APointIsALine) {
    EXPECT_EQ(to_line({"filepaths",
                       {{"camera", "door"}, {"place", ""}},
                       {{"url", "http://box/door/thumbnail?ts=1"}, {"latitude", 52.5}, {"n", std::int64_t{3}}, {"up", true}},
                       kNoon}),
              "filepaths,camera=door url=\"http://box/door/thumbnail?ts=1\",latitude=52.5,n=3i,up=true "
              "1795176000000000\n");
}

TEST(LineProtocol, WhatIsSpecialIsEscapedWhereItIs) {
    EXPECT_EQ(to_line({"my, thing=1", {{"a b", "x,y=z \"q\""}}, {{"f,g", R"(say "hi" \o/, x=1)"}}, kNoon}),
              "my\\,\\ thing=1,a\\ b=x\\,y\\=z\\ \"q\" f\\,g=\"say \\\"hi\\\" \\\\o/, x=1\" 1795176000000000\n");
}

TEST(LineProtocol, NothingBreaksTheLine) {
    const auto line = to_line({"m", {{"place", "Gate\r\nä\\"}}, {{"text", "a\nb\\"}}, kNoon});
    EXPECT_EQ(line, "m,place=Gate\\ \\ ä/ text=\"a b\\\\\" 1795176000000000\n");
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
}

TEST(LineProtocol, NumbersThatAreNoneAreLeftOut) {
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    EXPECT_EQ(to_line({"m", {}, {{"a", nan}, {"b", 1e-7}, {"c", -inf}, {"d", 3.0}}, kNoon}),
              "m b=1e-07,d=3 1795176000000000\n");
    EXPECT_EQ(to_line({"m", {{"t", "v"}}, {{"a", nan}}, kNoon}), "");
    EXPECT_EQ(to_line({"m", {}, {{"a", 1.0}}, UtcTime{microseconds{-5}}}), "m a=1 -5\n");
}

}  // namespace
}  // namespace vantage::series
