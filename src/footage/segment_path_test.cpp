// SPDX-License-Identifier: Apache-2.0
#include "footage/segment_path.hpp"

#include <gtest/gtest.h>

namespace vantage::footage {
namespace {

StreamKey door(StreamKind kind) {
    return {CameraId::parse("door").value(), kind};
}

TEST(SegmentPath, IsUtcWithMilliseconds) {
    const auto start = parse_time("2026-11-20T19:04:05.123456Z").value();
    EXPECT_EQ(segment_path({door(StreamKind::main), start}), "footage/door/main/2026-11-20/190405.123Z.mp4");
    EXPECT_EQ(segment_path({door(StreamKind::sub), start, 2}), "footage/door/sub/2026-11-20/190405.123Z-2.mp4");
}

TEST(SegmentPath, ReadsBackWhatItWrote) {
    const auto start = parse_time("2026-01-02T00:00:00.007Z").value();
    for (const int suffix : {0, 1, 12})
        for (const auto kind : {StreamKind::main, StreamKind::sub}) {
            const SegmentName name{door(kind), start, suffix};
            EXPECT_EQ(parse_segment_path(segment_path(name)), name);
        }
}

TEST(SegmentPath, RefusesForeignNames) {
    for (const auto* path :
         {"", "footage", "footage/door/main/2026-11-20/190405.123Z.mp4/x", "footage/door/main/2026-11-20/movie.mp4",
          "footage/door/main/2026-11-20/190405.123Z.thumbs", "footage/door/third/2026-11-20/190405.123Z.mp4",
          "footage/door/main/2026-13-20/190405.123Z.mp4", "footage/door/main/2026-11-20/250405.123Z.mp4",
          "footage/door/main/2026-11-20/190405.123Z-0.mp4", "footage/door/main/2026-11-20/190405.123Z-x.mp4",
          "footage/door/main/2026-11-20/190405.123Zx.mp4", "footage/../main/2026-11-20/190405.123Z.mp4",
          "other/door/main/2026-11-20/190405.123Z.mp4", "footage/door/main/2026-11-20/190405.12Z.mp4"})
        EXPECT_FALSE(parse_segment_path(path)) << path;
}

}  // namespace
}  // namespace vantage::footage
