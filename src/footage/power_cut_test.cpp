// SPDX-License-Identifier: Apache-2.0
#include "footage/power_cut.hpp"

#include <gtest/gtest.h>

namespace vantage::footage {
namespace {

// S8, S4, S7: one second and one part, of a part of 120 ms that is published a frame after its end.
constexpr milliseconds kMostLoss{1200};

TEST(PowerCut, LosesAtMostASecondAndAPart) {
    PowerCut power{4711, 4, seconds{15}};
    for (int i = 0; i < 40; ++i) {
        const auto outcome = power.cut(i % 8 == 0);
        EXPECT_LE(outcome.loss, kMostLoss) << i;
        EXPECT_EQ(outcome.unplayable, 0) << i;
        EXPECT_EQ(outcome.mismatches, 0) << i;
    }
}

}  // namespace
}  // namespace vantage::footage
