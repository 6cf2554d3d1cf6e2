// SPDX-License-Identifier: Apache-2.0
#include "live/dash/dash_history.hpp"

#include "live/feed_fakes.hpp"

#include <gmock/gmock.h>

namespace vantage::live {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr double kNoon = 1763640000;

InitPtr video_init(int width = 640) {
    auto track = test::h264_track();
    track.width = width;
    return mp4::make_init({track, {}}).value();
}
InitPtr audio_init() {
    return mp4::make_init({{}, test::aac_track()}).value();
}

class DashPeriods : public ::testing::Test {
  protected:
    // Segments of 2 s, of which the first breaks with what was before it.
    static void add(Outline& outline, double start, int count, const InitPtr& init, double length = 2) {
        for (int n = 0; n < count; ++n) {
            const auto at = test::media_at(start + n * length);
            outline.entries.push_back({at, at, Ticks(static_cast<std::int64_t>(length * 90000)), init,
                                       n == 0 && !outline.entries.empty(), init == nullptr, 100000});
        }
        outline.frame_rate = 25;
    }
    static void slide(Outline& outline, std::size_t count) {
        outline.entries.erase(outline.entries.begin(), outline.entries.begin() + static_cast<std::ptrdiff_t>(count));
    }
    static std::vector<std::string> ids(const DashPeriod& period) {
        std::vector<std::string> all;
        for (const auto* some : {&period.video, &period.audio})
            for (const auto& r : *some) all.push_back(r.id);
        return all;
    }
    std::vector<DashPeriod> periods(bool whole = false) { return dash_periods(outlines, eras, whole); }

    Outline video, audio, sub;
    DashOutlines outlines{&video, nullptr, nullptr};
    DashEras eras;
    const InitPtr init = video_init();
};

TEST_F(DashPeriods, ABreakBeginsOne) {
    add(video, kNoon, 3, init);
    add(video, kNoon + 60.5, 2, init);             // the camera was away
    add(video, kNoon + 64.5, 1, video_init(320));  // another size, without a hole
    const auto all = periods();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].start, 1763640000000ms);
    EXPECT_EQ(all[1].start, 1763640060500ms);
    EXPECT_EQ(all[2].start, 1763640064500ms);
    EXPECT_EQ(all[1].video[0].segments.size(), 2U);
    EXPECT_EQ(all[2].video[0].init->tracks.video->width, 320);
    EXPECT_NE(all[0].id, all[1].id);
}

TEST_F(DashPeriods, OneKeepsWhatItWasWhileItsSegmentsGo) {
    add(video, kNoon, 3, init);
    const auto before = periods();
    slide(video, 2);
    video.entries.push_back(
        {test::media_at(kNoon + 6), test::media_at(kNoon + 6), 2 * test::kSecond, init, false, false, 900000});
    const auto after = periods();
    ASSERT_EQ(after.size(), 1U);
    EXPECT_EQ(after[0].id, before[0].id);
    EXPECT_EQ(after[0].start, before[0].start);
    EXPECT_EQ(after[0].origin, before[0].origin);
    EXPECT_EQ(after[0].video[0].bandwidth, before[0].video[0].bandwidth);
    EXPECT_EQ(after[0].video[0].segments.size(), 2U);
}

// A GOP that is longer than a segment may be is cut.
TEST_F(DashPeriods, OneSaysWhetherAllSegmentsBeginWithKeyFrames) {
    add(video, kNoon, 3, init);
    EXPECT_TRUE(periods()[0].independent);
    add(video, kNoon + 6, 2, init);
    video.entries[3].discontinuity = false;
    video.entries[4].independent = false;
    EXPECT_FALSE(periods()[0].independent);
    video.entries.pop_back();
    EXPECT_FALSE(periods()[0].independent) << "what a period is does not change back";
}

TEST_F(DashPeriods, WhatWentCompletelyIsForgotten) {
    add(video, kNoon, 2, init);
    add(video, kNoon + 30, 2, init);
    (void)periods();
    EXPECT_EQ(eras.size(), 2U);
    slide(video, 2);
    ASSERT_EQ(periods().size(), 1U);
    EXPECT_EQ(eras.size(), 1U);
}

TEST_F(DashPeriods, SoundIsASetOfItsOwnWithTheTimesItHas) {
    outlines.audio = &audio;
    add(video, kNoon, 2, init);
    add(audio, kNoon + 0.032, 2, audio_init(), 1.984);
    add(video, kNoon + 60, 1, init);
    add(audio, kNoon + 60, 1, nullptr);  // it came without sound
    const auto all = periods();
    EXPECT_THAT(ids(all[0]), ::testing::ElementsAre("main-video", "main-audio"));
    EXPECT_EQ(all[0].audio[0].segments[0].start, test::media_at(kNoon + 0.032));
    EXPECT_THAT(ids(all[1]), ::testing::ElementsAre("main-video"));
}

TEST_F(DashPeriods, SubIsOfferedWhereItWasThereFromTheStart) {
    outlines.sub = &sub;
    add(video, kNoon, 3, init);
    add(video, kNoon + 60, 3, init);
    add(sub, kNoon + 1, 3, video_init(320));   // begins a second later, and ends behind main
    add(sub, kNoon + 63, 2, video_init(320));  // comes back late
    const auto all = periods();
    EXPECT_THAT(ids(all[0]), ::testing::ElementsAre("main-video", "sub-video"));
    EXPECT_EQ(all[0].video[1].segments.size(), 3U);
    EXPECT_THAT(ids(all[1]), ::testing::ElementsAre("main-video"));
}

TEST_F(DashPeriods, SubHasSegmentsOfItsOwn) {
    outlines.sub = &sub;
    add(video, kNoon, 1, init);
    add(sub, kNoon - 5.5, 4, video_init(320));  // one reaches into the period, one out of it
    const auto all = periods();
    ASSERT_THAT(ids(all[0]), ::testing::ElementsAre("main-video", "sub-video"));
    ASSERT_EQ(all[0].video[1].segments.size(), 2U);
    EXPECT_EQ(all[0].video[1].segments[0].start, test::media_at(kNoon - 1.5));
    add(sub, kNoon + 2.5, 2, video_init(320));  // main has not got there
    EXPECT_EQ(periods()[0].video[1].segments.size(), 2U);
}

TEST_F(DashPeriods, OneDoesNotGetSubLater) {
    outlines.sub = &sub;
    add(video, kNoon, 3, init);
    EXPECT_THAT(ids(periods()[0]), ::testing::ElementsAre("main-video"));
    add(sub, kNoon, 3, video_init(320));
    EXPECT_THAT(ids(periods()[0]), ::testing::ElementsAre("main-video"));
}

TEST_F(DashPeriods, InAFinishedSpanSubMustBeWhole) {
    outlines.sub = &sub;
    add(video, kNoon, 30, init);
    add(sub, kNoon, 10, video_init(320));
    EXPECT_THAT(ids(periods(true)[0]), ::testing::ElementsAre("main-video"));
    sub = {};
    eras.clear();
    add(sub, kNoon, 30, video_init(320));
    EXPECT_THAT(ids(periods(true)[0]), ::testing::ElementsAre("main-video", "sub-video"));
    sub.entries[12].discontinuity = true;
    eras.clear();
    EXPECT_THAT(ids(periods(true)[0]), ::testing::ElementsAre("main-video"));
}

TEST_F(DashPeriods, AStaticManifestBeginsAtZeroAndKeepsTheHoles) {
    add(video, kNoon + 7.04, 3, init);
    add(video, kNoon + 100, 2, init);
    const auto text = dash_static(outlines, "");
    EXPECT_THAT(text, HasSubstr(R"(id="1763640007040" start="PT0.000S")"));
    EXPECT_THAT(text, HasSubstr(R"(start="PT92.960S")"));
    EXPECT_THAT(text, HasSubstr(R"(mediaPresentationDuration="PT96.960S")"));
    EXPECT_THAT(text, HasSubstr(R"(type="static")"));
    EXPECT_THAT(text, Not(HasSubstr("BaseURL")));
    EXPECT_THAT(dash_static(outlines, "../1-2/"), HasSubstr("<BaseURL>../1-2/</BaseURL>"));
    EXPECT_EQ(dash_static({}, ""), "");
}

TEST_F(DashPeriods, TheTimeOfPublishingChangesWithTheText) {
    SimulatedClock clock(to_utc(test::media_at(kNoon + 10)));
    DashHistory history(clock);
    const DashPace pace{1s, 24s, 6s};
    add(video, kNoon, 3, init);
    const auto first = history.manifest("door live", outlines, pace);
    EXPECT_THAT(first, HasSubstr(R"(publishTime="2025-11-20T12:00:10.000Z")"));
    clock.advance(1s);
    EXPECT_EQ(history.manifest("door live", outlines, pace), first);
    add(video, kNoon + 6, 1, init);
    EXPECT_THAT(history.manifest("door live", outlines, pace), HasSubstr(R"(publishTime="2025-11-20T12:00:11.000Z")"));
    EXPECT_EQ(history.manifest("yard live", {}, pace), "");
}

}  // namespace
}  // namespace vantage::live
