// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/slot_pictures.hpp"

#include "stills/timelapse/made_footage.hpp"

#include <gtest/gtest.h>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;

// A picture that is shown before another may be decoded after it, and lie in a later part of the file.
TEST(SlotPictures, EveryFrameThatSlotsBeginWithIsShownWhicheverIsDecodedFirst) {
    const auto start = time_at("2026-11-20T12:00:00Z");
    MadeFootage footage;
    footage.stretches = {{.from = start, .to = start + 20s, .frames = 100, .b_frames = 2}};
    const footage::FakeThumbs thumbs;
    SlotPictures pictures(footage, thumbs.thumbs, kDoor);
    for (int n = 5; n < 120; ++n) {
        const auto at = start + n * 100ms;
        const std::vector<Slot> slots{{at, at + 100ms}, {at + 100ms, at + 200ms}};
        std::vector<UtcTime> shown;
        const auto take = [&](const SlotPicture& one) -> Status {
            shown.push_back(one.time);
            return {};
        };
        ASSERT_TRUE(pictures.make(slots, UtcTime::min(), true, {}, take));
        ASSERT_EQ(shown.size(), 2U) << n;
        EXPECT_EQ(shown[1] - shown[0], 100ms) << n;
        EXPECT_LE(shown[0], at);
        EXPECT_GT(shown[0], at - 100ms);
    }
}

}  // namespace
}  // namespace vantage::stills
