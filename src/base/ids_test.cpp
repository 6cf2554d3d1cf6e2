// SPDX-License-Identifier: Apache-2.0
#include "base/ids.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

TEST(CameraId, TakesSlugs) {
    for (const auto* text : {"door", "Door_2", "0", "a-b"}) EXPECT_EQ(CameraId::parse(text).value().str(), text);
}

TEST(CameraId, RefusesWhatWouldBreakAPathOrAnAddress) {
    for (const auto* text : {"", "..", "a/b", "a b", "-a", "käse", "api", "thumbnail", "login", "thumbnailGroup"})
        EXPECT_EQ(CameraId::parse(text).error().code, errc::invalid_argument) << text;
    EXPECT_TRUE(CameraId::parse(std::string(65, 'a')).has_error());
}

TEST(StreamKey, PrintsAsAPath) {
    EXPECT_EQ(to_string(StreamKey{CameraId::parse("door").value(), StreamKind::sub}), "door/sub");
    EXPECT_TRUE(parse_stream_kind("third").has_error());
}

}  // namespace
}  // namespace vantage
