// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <gtest/gtest.h>

namespace vantage::log {
namespace {

TEST(Log, NoSecretInAnAddress) {
    EXPECT_EQ(redact_url("rtsp://admin:secret@10.0.0.5:554/main"), "rtsp://***@10.0.0.5:554/main");
    EXPECT_EQ(redact_url("rtsp://admin:p@ss@10.0.0.5/main?token=x"), "rtsp://***@10.0.0.5/main?***");
    EXPECT_EQ(redact_url("rtsp://10.0.0.5/a@b"), "rtsp://10.0.0.5/a@b");
    EXPECT_EQ(redact_url("file:/tmp/a.mp4"), "file:/tmp/a.mp4");
}

TEST(Log, KeepsTheNewestLines) {
    for (int i = 0; i < 5; ++i) warn("test", "line {}", i);
    const auto lines = recent(2);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].message, "line 3");
    EXPECT_EQ(lines[1].message, "line 4");
    EXPECT_EQ(lines[1].level, Level::warn);
}

}  // namespace
}  // namespace vantage::log
