// SPDX-License-Identifier: Apache-2.0
// Where fragments start: at key frames, and what is done where they are missing.
#include "stream/fragmenter_bench.hpp"

#include <gtest/gtest.h>

namespace vantage::stream {
namespace {

TEST(Fragmenter, DropsAndCountsVideoBeforeTheFirstKeyFrame) {
    FragmenterBench bench;
    for (int n = 1; n < 8; ++n) bench.video({kStart + kFrame * n, n == 5});
    bench.fragmenter.flush();
    ASSERT_EQ(bench.parts.size(), 1U);
    EXPECT_EQ(bench.parts[0]->start, kStart + kFrame * 5);
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 4U);
}

TEST(Fragmenter, AGopWithoutEndIsCutAfterThirtySeconds) {
    FragmenterBench bench;
    bench.run(0, 2000, 1000000);
    EXPECT_EQ(bench.starts(), (std::vector{0, 750, 1500}));
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
    for (const auto& part : bench.parts) EXPECT_EQ(part->independent, part->start == kStart);
    for (const auto& part : bench.parts) EXPECT_EQ(part->discontinuity, part->start == kStart);  // it plays on
    bench.run(2000, 2010, 2000);
    EXPECT_FALSE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, AGopLargerThanTheRingIsCut) {
    FragmenterBench bench(video_only(), {.largest_fragment = 10000});
    for (int n = 0; n < 30; ++n) bench.video({.at = kStart + kFrame * n, .key = n == 0, .bytes = 1000});
    EXPECT_EQ(bench.starts(), (std::vector{0, 10, 20}));
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, RecoveryPointsStartFragmentsWhereKeyFramesAreMissing) {
    FragmenterBench bench;
    // The one key frame, then a recovery point every 10 s.
    for (int n = 0; n < 2100; ++n)
        bench.video({.at = kStart + kFrame * n, .key = n == 0, .recovery = n > 0 && n % 250 == 0});
    EXPECT_EQ(bench.starts(), (std::vector{0, 750, 1000, 1250, 1500, 1750, 2000}));
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
    for (const auto& part : bench.parts)
        if (part->starts_fragment) {
            EXPECT_TRUE(part->independent);
            EXPECT_TRUE(part->samples[0].key);
        }
}

TEST(Fragmenter, WaitsABitForARecoveryPointThatIsDue) {
    FragmenterBench bench;
    for (int n = 0; n < 1500; ++n)
        bench.video({.at = kStart + kFrame * n, .key = n == 0, .recovery = n > 0 && n % 400 == 0});
    EXPECT_EQ(bench.starts(), (std::vector{0, 800, 1200}));
}

TEST(Fragmenter, RecoveryPointsInAGopThatEndsAreNoStarts) {
    FragmenterBench bench;
    for (int n = 0; n < 200; ++n) bench.video({.at = kStart + kFrame * n, .key = n % 100 == 0, .recovery = n % 25 == 0});
    EXPECT_EQ(bench.starts(), (std::vector{0, 100}));
    EXPECT_FALSE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, AStreamWithoutKeyFramesStartsAtARecoveryPoint) {
    FragmenterBench bench;
    for (int n = 0; n < 200; ++n) bench.video({.at = kStart + kFrame * n, .recovery = n % 5 == 3});
    EXPECT_EQ(bench.starts().front(), 3);
    EXPECT_EQ(bench.starts()[1], 28);  // not one a frame: at least a second
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 3U);
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, AStreamWithoutAnyStartIsKeptAfterThirtySeconds) {
    FragmenterBench bench;
    bench.run(1, 1600, 0);
    EXPECT_EQ(bench.starts(), (std::vector{751, 1501}));
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 750U);
    EXPECT_FALSE(bench.parts[0]->independent);
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, DropsWhatAnOpenGopShowsBeforeTheFirstFrame) {
    FragmenterBench bench;
    const auto gop = [&](int from) {  // I b b P: the two are shown before I
        for (int i = 0; i < 4; ++i) {
            const int shown = i == 0 ? 2 : i == 3 ? 5 : i - 1;
            auto coded = std::make_shared<Packet>(*packet_of(TrackKind::video, {kStart + kFrame * (from + i), i == 0}));
            coded->composition = kFrame * (shown - i + 2);
            bench.fragmenter.push(coded);
        }
    };
    gop(0);
    gop(4);
    bench.fragmenter.flush();
    EXPECT_EQ(bench.starts(), (std::vector{0, 4}));
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 2U);
    std::size_t frames = 0;
    for (const auto& part : bench.parts) frames += part->samples.size();
    EXPECT_EQ(frames, 6U);
}

}  // namespace
}  // namespace vantage::stream
