// SPDX-License-Identifier: Apache-2.0
// How parts and inits come out of packets.
#include "media/test_media.hpp"
#include "stream/fragmenter_bench.hpp"

#include <gtest/gtest.h>

namespace vantage::stream {
namespace {

TEST(Fragmenter, PartsHoldThreeFramesAt25AndStartWhereKeyFramesAre) {
    FragmenterBench bench;
    bench.run(0, 26, 10);
    bench.fragmenter.flush();
    std::vector<std::size_t> frames;
    for (const auto& part : bench.parts) frames.push_back(part->samples.size());
    EXPECT_EQ(frames, (std::vector<std::size_t>{3, 3, 3, 1, 3, 3, 3, 1, 3, 3}));
    EXPECT_EQ(bench.starts(), (std::vector{0, 10, 20}));
    EXPECT_EQ(bench.parts[0]->start, kStart);
    for (std::size_t i = 1; i < bench.parts.size(); ++i) {
        EXPECT_EQ(bench.parts[i]->start, bench.parts[i - 1]->end());
        EXPECT_EQ(bench.parts[i]->independent, bench.parts[i]->starts_fragment);
        EXPECT_FALSE(bench.parts[i]->discontinuity);
        EXPECT_EQ(bench.parts[i]->init, bench.parts[0]->init);
    }
    EXPECT_TRUE(bench.parts[0]->discontinuity);
    EXPECT_FALSE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, HoldsOnePacketBackUntilItsDurationIsKnown) {
    FragmenterBench bench;
    bench.run(0, 3, 10);
    EXPECT_TRUE(bench.parts.empty());
    bench.video({kStart + kFrame * 3 + Ticks{90}});  // late by a millisecond
    ASSERT_EQ(bench.parts.size(), 1U);
    EXPECT_EQ(bench.parts[0]->samples[1].duration, kFrame);
    EXPECT_EQ(bench.parts[0]->samples[2].duration, kFrame + Ticks{90});
}

TEST(Fragmenter, ASlightlySlowClockDoesNotSplitParts) {
    FragmenterBench bench;
    for (int n = 0; n < 10; ++n) bench.video({kStart + Ticks{3602} * n, n == 0});
    for (const auto& part : bench.parts) EXPECT_EQ(part->samples.size(), 3U);
}

// 18 fps: two frames a part, but the seventh ends the group of 390 ms.
TEST(Fragmenter, PartsEndWithTheirGroup) {
    FragmenterBench bench;
    for (int n = 0; n < 30; ++n) bench.video({kStart + Ticks{5000} * n, n % 18 == 0});
    bench.fragmenter.flush();
    std::vector<std::size_t> frames;
    for (const auto& part : bench.parts) frames.push_back(part->samples.size());
    EXPECT_EQ(frames, (std::vector<std::size_t>{2, 2, 2, 1, 2, 2, 2, 1, 2, 2, 2, 2, 2, 1, 2, 2, 1}));
}

TEST(Fragmenter, SlowCamerasHaveAPartAFrame) {
    FragmenterBench bench;
    for (int n = 0; n < 4; ++n) bench.video({kStart + Ticks{90000} * n, n == 0});
    ASSERT_EQ(bench.parts.size(), 3U);
    EXPECT_EQ(bench.parts[0]->duration, Ticks{90000});
}

TEST(Fragmenter, TakesNoPacketThatIsNotLaterOrHasNoBytes) {
    FragmenterBench bench;
    bench.video({kStart, true});
    bench.video({kStart});
    bench.video({kStart - kFrame});
    bench.video({.at = kStart + kFrame, .bytes = 0});
    bench.video({kStart + kFrame});
    bench.fragmenter.flush();
    ASSERT_EQ(bench.parts.size(), 1U);
    EXPECT_EQ(bench.parts[0]->samples.size(), 2U);
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 3U);
}

TEST(Fragmenter, FlushGivesTheLastPacketTheDurationBeforeIt) {
    FragmenterBench bench;
    bench.video({kStart, true});
    bench.video({kStart + Ticks{4000}});
    bench.fragmenter.flush();
    EXPECT_EQ(bench.parts.back()->duration, Ticks{8000});
    bench.fragmenter.flush();
    EXPECT_EQ(bench.parts.size(), 1U);
    bench.video({kStart + Ticks{20000}});  // waits for a key frame again
    bench.video({kStart + Ticks{24000}, true});
    bench.fragmenter.flush();
    ASSERT_EQ(bench.parts.size(), 2U);
    EXPECT_TRUE(bench.parts[1]->discontinuity);
    EXPECT_EQ(bench.parts[1]->init, bench.parts[0]->init);
}

TEST(Fragmenter, ADiscontinuityEndsTheFragmentAndWaitsForAKeyFrame) {
    FragmenterBench bench;
    bench.run(0, 5, 50);
    bench.video({.at = kStart + 2h, .discontinuity = true});
    bench.video({.at = kStart + 2h + kFrame, .key = true});
    bench.fragmenter.flush();
    const auto& last = *bench.parts.back();
    EXPECT_EQ(last.start, kStart + 2h + kFrame);
    EXPECT_TRUE(last.discontinuity);
    EXPECT_EQ(bench.parts[1]->end(), kStart + kFrame * 5);  // no frame of two hours
}

TEST(Fragmenter, OtherParametersMakeANewInit) {
    FragmenterBench bench;
    bench.run(0, 6, 50);
    auto tracks = video_only();
    bench.fragmenter.set_tracks(tracks);  // the same: nothing happens
    bench.run(6, 10, 50);
    tracks.video->width = 640;
    bench.fragmenter.set_tracks(tracks);
    bench.run(10, 12, 11);
    bench.fragmenter.flush();
    const auto& last = *bench.parts.back();
    EXPECT_EQ(bench.starts(), (std::vector{0, 11}));
    EXPECT_TRUE(last.discontinuity);
    EXPECT_NE(last.init, bench.parts[0]->init);
    EXPECT_EQ(last.init->tracks, tracks);
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 1U);
}

TEST(Fragmenter, IgnoresPacketsOfUnknownTracks) {
    FragmenterBench bench(TrackSet{});
    bench.run(0, 10, 5, true);
    EXPECT_TRUE(bench.parts.empty());
}

// A real file through the fragmenter: all frames come out, each once, with its bytes and times.
TEST(Fragmenter, LosesNothingOfARealFile) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/h264_aac16k.mp4");
    const auto clip = test::read_clip(path, kStart);
    FragmenterBench bench(clip.tracks);
    for (const auto& each : clip.packets) bench.fragmenter.push(each);
    bench.fragmenter.flush();
    for (const auto kind : {TrackKind::video, TrackKind::audio}) {
        std::vector<PacketPtr> want = clip.only(kind);
        std::erase_if(want, [](const auto& each) { return each->dts < kStart; });  // AAC priming, before the first video
        std::size_t at = 0;
        for (const auto& part : bench.of(kind)) {
            auto time = part->start;
            for (const auto& sample : part->samples) {
                ASSERT_LT(at, want.size());
                EXPECT_EQ(time, want[at]->dts);
                EXPECT_EQ(sample.composition, want[at]->composition);
                EXPECT_EQ(sample.key, want[at]->key);
                const auto bytes = ByteView(part->data).subspan(sample.offset, sample.size);
                EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), want[at]->data.begin(), want[at]->data.end()));
                time += sample.duration;
                ++at;
            }
        }
        EXPECT_EQ(at, want.size());
    }
}

}  // namespace
}  // namespace vantage::stream
