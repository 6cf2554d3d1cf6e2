// SPDX-License-Identifier: Apache-2.0
#include "ingest/file_source.hpp"

#include "ingest/simulated_pacer.hpp"
#include "media/test_media.hpp"

#include <gtest/gtest.h>

namespace vantage::ingest {
namespace {

const UtcTime kStart{microseconds{1'795'202'645'000'000}};

DemuxedFrame frame(std::optional<int> dts, int composition = 0, TrackKind track = TrackKind::video, int duration = 3600) {
    DemuxedFrame out;
    out.track = track;
    if (dts) out.dts = Ticks{*dts};
    if (dts) out.pts = Ticks{*dts + composition};
    out.duration = Ticks{duration};
    return out;
}

TEST(LoopTimeline, PassesFollowEachOther) {
    LoopTimeline line;
    for (int pass = 0; pass < 3; ++pass) {
        line.next_pass();
        for (int i = 0; i < 4; ++i) {
            const auto place = line.place(frame(-7200 + 3600 * i, 3600));
            EXPECT_EQ(place.dts, Ticks{3600 * (pass * 4 + i)});
            EXPECT_EQ(place.pts, place.dts + Ticks{3600});
        }
    }
}

TEST(LoopTimeline, BothTracksMoveTogether) {
    LoopTimeline line;
    line.place(frame(0));
    line.place(frame(0, 0, TrackKind::audio, 1920));
    line.place(frame(3600));
    line.next_pass();
    EXPECT_EQ(line.place(frame(0)).dts, Ticks{7200});
    EXPECT_EQ(line.place(frame(0, 0, TrackKind::audio, 1920)).dts, Ticks{7200});
}

TEST(LoopTimeline, ATrackThatEndsEarlyIsSilentUntilTheNextPass) {
    LoopTimeline line;
    for (int pass = 0; pass < 2; ++pass) {
        line.next_pass();
        for (int i = 0; i < 8; ++i) {
            const auto at = Ticks{90000 * (pass * 8 + i)};
            EXPECT_EQ(line.place(frame(90000 * i, 0, TrackKind::video, 90000)).dts, at);
            if (i >= 3) continue;
            EXPECT_EQ(line.place(frame(90000 * i, 0, TrackKind::audio, 90000)).dts, at);
        }
    }
}

TEST(LoopTimeline, JumpsAndMissingTimesAreMended) {
    LoopTimeline line;
    const std::vector<std::optional<int>> times{0, 3600, 90000 * 3600, 90000 * 3600 + 3600, 3600, {}, {}, 14400};
    Ticks expected{0};
    for (const auto& time : times) {
        EXPECT_EQ(line.place(frame(time)).dts, expected);
        expected += Ticks{3600};
    }
}

TEST(LoopTimeline, APauseBetweenFramesThatAreShownInAnotherOrderStays) {
    LoopTimeline line;
    constexpr int kPause = 90000 * 5;
    // I P B B, then the pause, then P B B: what is shown after the pause is decoded before it.
    const std::vector<std::pair<int, int>> decode_and_show{
        {0, 7200},      {3600, 18000},          {7200, 10800}, {10800, 14400}, {14400, kPause + 28800},
        {18000, 21600}, {21600, kPause + 25200}};
    for (const auto& [dts, pts] : decode_and_show) EXPECT_EQ(line.place(frame(dts, pts - dts)).pts, Ticks{pts});
}

TEST(LoopTimeline, DecodeTimesAlwaysIncrease) {
    LoopTimeline line;
    Ticks last{-1};
    for (const int time : {0, 3600, 3600, 3500, 0, 7200, 10800}) {
        const auto place = line.place(frame(time));
        EXPECT_GT(place.dts, last);
        last = place.dts;
    }
}

TEST(FileUrl, IsAPath) {
    EXPECT_EQ(path_of_file_url("file:a/b.mp4"), "a/b.mp4");
    EXPECT_EQ(path_of_file_url("file:///srv/b.mp4"), "/srv/b.mp4");
    EXPECT_EQ(path_of_file_url("/srv/b.mp4"), "/srv/b.mp4");
}

TEST(FileSource, LoopsInRealTimeWithoutHoles) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/h264_aac16k.mp4");
    SimulatedClock clock{kStart};
    test::KeepingSink sink;
    FileSource source{{.url = "file:" + path}, std::make_unique<test::SimulatedPacer>(clock, 1500)};
    source.start(sink);
    sink.wait_for(1200);
    source.stop();
    ASSERT_TRUE(sink.ends.empty()) << sink.ends[0].message;
    EXPECT_EQ(sink.tracks.size(), 1U);
    std::array<std::optional<Ticks>, 2> last;
    for (const auto& f : sink.frames) {
        auto& before = last.at(static_cast<std::size_t>(f.track));
        if (before) {
            EXPECT_GT(*f.dts, *before);
            EXPECT_LT(*f.dts - *before, Ticks{13000});
        }
        before = f.dts;
        // Handed on when it is due.
        EXPECT_LT(std::chrono::abs(to_media(f.arrival.utc).time_since_epoch() - *f.dts), Ticks{6000});
    }
    ASSERT_GT(sink.reports.size(), 4U);
    for (const auto& report : sink.reports)
        EXPECT_LE(std::chrono::abs(to_media(report.ntp).time_since_epoch() - report.media), Ticks{2});
}

TEST(FileSource, AMissingFileEndsOnceWithAWord) {
    test::KeepingSink sink;
    FileSource source{{.url = "file:/nowhere/at/all.mp4"}};
    source.start(sink);
    sink.wait_for(1);
    source.stop();
    ASSERT_EQ(sink.ends.size(), 1U);
    EXPECT_EQ(sink.ends[0].code, errc::not_found);
    EXPECT_NE(sink.ends[0].message.find("/nowhere/at/all.mp4"), std::string::npos);
}

}  // namespace
}  // namespace vantage::ingest
