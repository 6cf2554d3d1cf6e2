// SPDX-License-Identifier: Apache-2.0
#include "ingest/read_rhythm.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace vantage::ingest {
namespace {

using namespace std::chrono_literals;
constexpr SteadyTime kBegin{1000s};

struct Read {
    int reads{0}, empty{0};
    microseconds longest{0};  // that something waited to be read
};

// Reads what arrives at those times, beat by beat, from `after` on.
Read read(const std::vector<SteadyTime>& arrivals, SteadyTime after = kBegin) {
    ReadRhythm rhythm;
    Read out;
    auto now = kBegin;
    std::size_t next = 0;
    while (next < arrivals.size()) {
        now += rhythm.beats(now) * ReadRhythm::kBeat;
        const auto first = next;
        while (next < arrivals.size() && arrivals[next] <= now) ++next;
        if (next > first) rhythm.came(arrivals[next - 1]);
        if (now < after) continue;
        ++out.reads;
        out.empty += next == first ? 1 : 0;
        if (next > first) out.longest = std::max(out.longest, now - arrivals[first]);
    }
    return out;
}

std::vector<SteadyTime> even(microseconds step, int count, microseconds phase = 0us) {
    std::vector<SteadyTime> out;
    for (int i = 0; i < count; ++i) out.push_back(kBegin + 100ms + phase + i * step);
    return out;
}

TEST(ReadRhythm, APictureEveryOtherBeatIsReadAtEveryOtherAndWaitsNoLonger) {
    int reads = 0, phases = 0;
    for (auto phase = 0us; phase < 40ms; phase += 700us, ++phases) {
        const auto got = read(even(40ms, 1000, phase), kBegin + 1s);
        EXPECT_LE(got.longest, 20ms) << phase.count();
        reads += got.reads;
    }
    EXPECT_LE(reads, phases * 1120);  // where a picture comes just after a beat it could come before it
}

TEST(ReadRhythm, ACameraWhoseClockRunsOffIsFollowed) {
    for (const auto step : {39'970us, 40'030us}) {
        const auto got = read(even(step, 5000), kBegin + 1s);
        EXPECT_LE(got.reads, 5600);
        EXPECT_LE(got.longest, 20ms);
    }
}

TEST(ReadRhythm, FewPicturesASecondAreReadAtMostEveryThirdBeat) {
    const auto got = read(even(200ms, 200), kBegin + 2s);
    EXPECT_LE(got.longest, 60ms);
    EXPECT_LE(got.reads, 190 * 4 + 1);  // 200 ms are ten beats: 3 + 3 + 3 + 1
}

TEST(ReadRhythm, SixtyPicturesASecondAreReadAtEveryBeat) {
    const auto got = read(even(16'667us, 600), kBegin + 1s);
    EXPECT_LE(got.longest, 20ms);
    EXPECT_EQ(got.empty, 0);
}

TEST(ReadRhythm, SoundBetweenThePicturesDoesNotWaitForThem) {
    auto arrivals = even(40ms, 500);
    for (const auto& sound : even(21'333us, 930, 3ms)) arrivals.push_back(sound);
    std::ranges::sort(arrivals);
    EXPECT_LE(read(arrivals, kBegin + 1s).longest, 21ms);
}

TEST(ReadRhythm, ALargePictureInTwoPiecesSpoilsNothing) {
    std::vector<SteadyTime> arrivals;
    for (int i = 0; i < 500; ++i) {
        arrivals.push_back(kBegin + 100ms + i * 40ms);
        if (i % 25 == 0) arrivals.push_back(arrivals.back() + 11ms);
    }
    const auto got = read(arrivals, kBegin + 1s);
    EXPECT_LE(got.reads, 560);
    EXPECT_LE(got.longest, 40ms);
}

TEST(ReadRhythm, AClockThatStandsStillIsReadAtEveryBeat) {
    ReadRhythm rhythm;
    for (int i = 0; i < 20; ++i) rhythm.came(kBegin);
    EXPECT_EQ(rhythm.beats(kBegin), 1);
    EXPECT_EQ(ReadRhythm{}.beats(kBegin), 1);
}

}  // namespace
}  // namespace vantage::ingest
