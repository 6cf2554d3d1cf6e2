// SPDX-License-Identifier: Apache-2.0
// Sound beside the video: late, silent, refused, or alone.
#include "stream/fragmenter_bench.hpp"

#include <gtest/gtest.h>

namespace vantage::stream {
namespace {

TEST(Fragmenter, AudioHasPartsOfItsOwn) {
    FragmenterBench bench(video_and_audio());
    bench.run(0, 100, 25, true);
    bench.fragmenter.flush();
    const auto audio = bench.of(TrackKind::audio);
    ASSERT_GT(audio.size(), 10U);
    for (std::size_t i = 0; i < audio.size(); ++i) {
        EXPECT_LE(audio[i]->duration, Ticks{18000} + kAudioFrame / 8);
        EXPECT_FALSE(audio[i]->starts_fragment);
        EXPECT_TRUE(audio[i]->independent);
        if (i > 0) {
            EXPECT_EQ(audio[i]->start, audio[i - 1]->end());
        }
    }
    EXPECT_EQ(audio[0]->samples.size(), 3U);
    EXPECT_EQ(bench.starts(), (std::vector{0, 25, 50, 75}));
    EXPECT_EQ(bench.parts.front()->track, TrackKind::video);
    for (const auto& part : bench.parts) EXPECT_EQ(part->init, bench.parts[0]->init);  // one segment
    EXPECT_EQ(bench.parts[0]->init->tracks, video_and_audio());
}

TEST(Fragmenter, VideoWaitsALittleForAnnouncedAudio) {
    FragmenterBench bench(video_and_audio());
    bench.audio_from(kStart + kFrame * 5);
    bench.run(0, 20, 25, true);
    bench.fragmenter.flush();
    EXPECT_EQ(bench.starts(), (std::vector{0}));
    EXPECT_TRUE(bench.parts[0]->init->tracks.audio);
    EXPECT_EQ(bench.parts[0]->start, kStart);
    std::size_t frames = 0;
    for (const auto& part : bench.of(TrackKind::video)) frames += part->samples.size();
    EXPECT_EQ(frames, 20U);  // what was held is all there
    for (const auto& part : bench.parts) EXPECT_EQ(part->init, bench.parts[0]->init);
}

TEST(Fragmenter, AudioThatNeverComesIsNotDeclared) {
    FragmenterBench bench(video_and_audio());
    bench.run(0, 13, 25);
    EXPECT_TRUE(bench.parts.empty());
    bench.run(13, 20, 25);
    EXPECT_FALSE(bench.parts.empty());
    EXPECT_FALSE(bench.parts[0]->init->tracks.audio);
}

TEST(Fragmenter, LateAudioEntersAtTheNextFragment) {
    FragmenterBench bench(video_and_audio());
    bench.audio_from(kStart + kFrame * 30);
    bench.run(0, 70, 25, true);
    bench.fragmenter.flush();
    ASSERT_EQ(bench.starts(), (std::vector{0, 25, 50}));
    for (const auto& part : bench.parts) {
        const bool with_audio = part->start >= kStart + kFrame * 50;
        EXPECT_EQ(part->init->tracks.audio.has_value(), with_audio);
        EXPECT_EQ(part->discontinuity, part->starts_fragment && part->start != kStart + kFrame * 25);
    }
    EXPECT_GE(bench.of(TrackKind::audio).front()->start, kStart + kFrame * 50);
}

TEST(Fragmenter, SilentAudioLeavesTheInitAtAFragment) {
    FragmenterBench bench(video_and_audio());
    bench.run(0, 30, 25, true);
    bench.run(30, 110, 25);
    bench.fragmenter.flush();
    for (const auto& part : bench.parts)
        EXPECT_EQ(part->init->tracks.audio.has_value(), part->start < kStart + kFrame * 75)
            << (part->start - kStart) / kFrame;
    EXPECT_EQ(bench.starts(), (std::vector{0, 25, 50, 75, 100}));
    EXPECT_LT(bench.of(TrackKind::audio).back()->end(), kStart + kFrame * 36);  // no packet stretched over the silence
    // What is held back of the audio comes out when silence is certain, not with the next init.
    const auto last = std::find(bench.parts.begin(), bench.parts.end(), bench.of(TrackKind::audio).back());
    EXPECT_LT((*(last + 1))->start, kStart + kFrame * 60);
}

TEST(Fragmenter, AudioThatCannotBeMuxedDoesNotCostTheVideo) {
    auto tracks = video_and_audio();
    tracks.audio->codec = Codec::pcma;
    FragmenterBench bench(tracks);
    bench.run(0, 20, 10, true);
    EXPECT_EQ(bench.of(TrackKind::audio).size(), 0U);
    EXPECT_EQ(bench.starts(), (std::vector{0, 10}));

    tracks.audio->codec = Codec::opus;
    tracks.audio->config.clear();  // no OpusHead
    FragmenterBench other(tracks);
    other.run(0, 40, 10, true);
    EXPECT_EQ(other.starts(), (std::vector{0, 10, 20, 30}));
    for (const auto& part : other.parts) EXPECT_EQ(part->init, other.parts[0]->init);
}

TEST(Fragmenter, AudioAloneHasFragmentsOfTwoSeconds) {
    TrackSet tracks;
    tracks.audio = test::aac_track();
    FragmenterBench bench(tracks);
    for (int n = 0; n < 100; ++n) bench.audio(kStart + kAudioFrame * n);
    bench.fragmenter.flush();
    EXPECT_EQ(std::count_if(bench.parts.begin(), bench.parts.end(), [](const auto& part) { return part->starts_fragment; }),
              4);
    for (std::size_t i = 1; i < bench.parts.size(); ++i) EXPECT_EQ(bench.parts[i]->start, bench.parts[i - 1]->end());
}

}  // namespace
}  // namespace vantage::stream
