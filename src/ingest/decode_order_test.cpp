// SPDX-License-Identifier: Apache-2.0
#include "ingest/decode_order.hpp"

#include <gtest/gtest.h>

namespace vantage::ingest {
namespace {

constexpr Ticks kFrame{3600};
const MediaTime kStart{Ticks{1'000'000}};

struct Placed {
    std::vector<std::int64_t> dts, composition;  // in frames, rounded down
    int late{0};                                 // frames that could not be shown in time
};

Placed place(DecodeOrder& order, const std::vector<int>& pts) {
    Placed out;
    std::optional<MediaTime> last;
    for (const int p : pts) {
        const auto at = order.place(kStart + p * kFrame, {});
        EXPECT_TRUE(!last || at.dts > *last) << "decode times must increase";
        EXPECT_GE(at.composition, Ticks{0});
        last = at.dts;
        if (at.dts + at.composition != kStart + p * kFrame) ++out.late;
        out.dts.push_back((at.dts - kStart) / kFrame);
        out.composition.push_back(at.composition / kFrame);
    }
    return out;
}

// One group of a B-pyramid: P8 B4 B2 B1 B3 B6 B5 B7.
std::vector<int> pyramid(int groups) {
    std::vector<int> out{0};
    for (int g = 0; g < groups; ++g)
        for (const int p : {8, 4, 2, 1, 3, 6, 5, 7}) out.push_back(g * 8 + p);
    return out;
}

TEST(DecodeOrder, WithoutReorderingTheyAreThePresentationTimes) {
    DecodeOrder order{0};
    EXPECT_EQ(place(order, {0, 1, 2, 3}).dts, (std::vector<std::int64_t>{0, 1, 2, 3}));
}

TEST(DecodeOrder, OneReorderedFrame) {
    DecodeOrder order{1};
    const auto out = place(order, {0, 3, 1, 2, 6, 4, 5, 9});
    EXPECT_EQ(out.dts, (std::vector<std::int64_t>{-1, 0, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(out.composition, (std::vector<std::int64_t>{1, 3, 0, 0, 3, 0, 0, 3}));
    EXPECT_EQ(out.late, 0);
}

TEST(DecodeOrder, APyramid) {
    DecodeOrder order{3};
    const auto out = place(order, pyramid(3));
    EXPECT_EQ(out.late, 0);
    EXPECT_EQ(out.dts.front(), -3);
    EXPECT_EQ(out.dts.back(), 21);
}

TEST(DecodeOrder, LearnsThatTheStatedDepthIsTooSmall) {
    DecodeOrder order{0};
    EXPECT_GT(place(order, pyramid(1)).late, 0);
    place(order, {16, 12, 10, 9, 11, 14, 13, 15});
    EXPECT_EQ(order.depth(), 3);
    EXPECT_EQ(place(order, {24, 20, 18, 17, 19, 22, 21, 23}).late, 0);
}

TEST(DecodeOrder, TimesThatRepeatOrStepBackAreKeptApart) {
    DecodeOrder order{0};
    place(order, {0, 1, 1, 1, 0, 2, 3});
}

TEST(DecodeOrder, TheSourcesOwnDecodeTimesAreKeptUnlessTheyCannotBe) {
    DecodeOrder order{2};
    EXPECT_EQ(order.place(kStart + 2 * kFrame, kStart).composition, 2 * kFrame);
    EXPECT_EQ(order.place(kStart + 6 * kFrame, kStart + kFrame).dts, kStart + kFrame);
    EXPECT_EQ(order.place(kStart + 4 * kFrame, kStart).dts, kStart + kFrame + Ticks{1});     // not after the last
    EXPECT_EQ(order.place(kStart + 3 * kFrame, kStart + 5 * kFrame).composition, Ticks{0});  // decode after presentation
}

TEST(DecodeOrder, ABreakForgetsOnlyWhatIsFarAway) {
    DecodeOrder order{1};
    place(order, {0, 3, 1, 2});
    order.break_at(kStart + 6 * kFrame);
    EXPECT_EQ(order.place(kStart + 6 * kFrame, {}).dts, kStart + 3 * kFrame) << "goes on";
    order.break_at(kStart - 5000 * kFrame);
    EXPECT_EQ(order.place(kStart - 5000 * kFrame, {}).dts, kStart - 5001 * kFrame) << "steps back";
    order.break_at(kStart + 900 * kFrame);
    EXPECT_EQ(order.place(kStart + 900 * kFrame, {}).composition, kFrame) << "a hole is not a composition offset";
}

}  // namespace
}  // namespace vantage::ingest
