// SPDX-License-Identifier: Apache-2.0
#include "footage/fake_catalog.hpp"
#include "live/hls/hls_live_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vantage::live {
namespace {

using test::LiveCamera;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

double sum_of(const std::vector<std::string>& lines) {
    double sum = 0;
    for (const auto& line : lines)
        sum += std::stod(line.substr(line.find_first_of(":=") + (line.starts_with("#EXT-X-PART") ? 10 : 1)));
    return sum;
}

TEST(HlsLive, AWholePlaylist) {
    HlsBench bench;
    bench.camera.sound = false;
    bench.camera.set_tracks(false);
    bench.camera.run(3.4);
    EXPECT_THAT(
        bench.lines(Rendition::muxed, {{"../sub-video/playlist.m3u8", 1763665501, 2}}),
        ElementsAre("#EXTM3U", "#EXT-X-VERSION:9", "#EXT-X-TARGETDURATION:4",
                    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.26", "#EXT-X-PART-INF:PART-TARGET=0.4",
                    "#EXT-X-MEDIA-SEQUENCE:1763665500", "#EXT-X-DISCONTINUITY-SEQUENCE:0",
                    testing::MatchesRegex("#EXT-X-MAP:URI=\"init-[0-9a-f]+.mp4\""),
                    "#EXT-X-PROGRAM-DATE-TIME:2025-11-20T19:04:05.000Z",
                    "#EXT-X-PART:DURATION=0.360000,URI=\"p112874592000.m4s\",INDEPENDENT=YES",
                    "#EXT-X-PART:DURATION=0.360000,URI=\"p112874592001.m4s\"",
                    "#EXT-X-PART:DURATION=0.360000,URI=\"p112874592002.m4s\"",
                    "#EXT-X-PART:DURATION=0.360000,URI=\"p112874592003.m4s\"",
                    "#EXT-X-PART:DURATION=0.360000,URI=\"p112874592004.m4s\"",
                    "#EXT-X-PART:DURATION=0.200000,URI=\"p112874592005.m4s\"", "#EXTINF:2.000000,", "s1763665500.m4s",
                    "#EXT-X-PROGRAM-DATE-TIME:2025-11-20T19:04:07.000Z",
                    "#EXT-X-PART:DURATION=0.360000,URI=\"p112874592006.m4s\",INDEPENDENT=YES",
                    "#EXT-X-PART:DURATION=0.360000,URI=\"p112874592007.m4s\"",
                    "#EXT-X-PART:DURATION=0.360000,URI=\"p112874592008.m4s\"",
                    "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p112874592009.m4s\"",
                    "#EXT-X-RENDITION-REPORT:URI=\"../sub-video/playlist.m3u8\",LAST-MSN=1763665501,LAST-PART=2"));
}

TEST(HlsLive, RenditionsHaveTheSameSegmentsAndNoSoundIsLost) {
    HlsBench bench;
    bench.camera.run(20);
    const auto muxed = bench.lines_with("s"), video = bench.lines_with("s", Rendition::video),
               audio = bench.lines_with("s", Rendition::audio);
    EXPECT_GE(muxed.size(), 9U);
    EXPECT_EQ(muxed, video);
    EXPECT_EQ(muxed, audio);
    EXPECT_EQ(bench.lines_with("#EXTINF"), bench.lines_with("#EXTINF", Rendition::video));
    // Sound is continuous, and every partial segment of it is filled.
    const auto snapshot = bench.window()->snapshot();
    std::optional<MediaTime> end;
    for (const auto& segment : snapshot->segments) {
        const auto& lane = segment->lane(Rendition::audio);
        EXPECT_EQ(lane.init->tracks.video, std::nullopt);
        for (const auto& part : lane.parts) {
            if (end) {
                EXPECT_EQ(part->start, *end);
            }
            end = part->start + part->duration;
            EXPECT_LE(part->duration, snapshot->part_target(Rendition::audio));
            if (part != lane.parts.back()) {
                EXPECT_GE(part->duration * 20, snapshot->part_target(Rendition::audio) * 17);
            }
        }
        std::size_t sound = 0;
        for (const auto& part : segment->lane(Rendition::muxed).parts)
            for (const auto& piece : part->pieces) sound += piece->track == TrackKind::audio ? piece->samples.size() : 0;
        EXPECT_NEAR(static_cast<double>(sound), 2 / 0.064, 4);
    }
}

// Whatever the frame rate, partial segments are filled to 85 % but for the last of a segment, and never too long.
TEST(HlsLive, PartsAreFilledAtEveryFrameRate) {
    for (const double fps : {60.0, 50.0, 30.0, 29.97, 25.0, 24.0, 23.976, 22.0, 21.0, 20.0, 19.0, 18.0, 17.8, 17.0,
                             16.0, 15.0, 12.5, 12.0,  10.0, 8.0,  6.0,    5.0,  4.0,  3.0,  2.0,  1.0,  0.5}) {
        HlsBench bench;
        bench.camera.frame = Ticks(static_cast<std::int64_t>(90000 / fps));
        bench.camera.gop = std::max(1, static_cast<int>(fps * 2));
        bench.camera.run(30);
        const auto snapshot = bench.window()->snapshot();
        const auto target = snapshot->part_target(Rendition::muxed);
        for (const auto& segment : snapshot->segments) {
            const auto& parts = segment->lane(Rendition::muxed).parts;
            for (const auto& part : parts) {
                EXPECT_LE(part->duration, target) << fps;
                if (part != parts.back()) {
                    EXPECT_GE(part->duration * 20, target * 17) << fps;
                }
            }
        }
        EXPECT_GE(snapshot->hold_back(), target * 3);
        if (fps >= 18) {
            EXPECT_EQ(target, Ticks{36000}) << fps;
        }
    }
}

// Also where segments end earlier or later than the one before, behind a hole, and for sound.
TEST(HlsLive, EveryHintIsTheNextPart) {
    for (const auto rendition : {Rendition::muxed, Rendition::video, Rendition::audio}) {
        HlsBench bench;
        bench.camera.run(4);
        std::string hint;
        for (int i = 0; i < 400; ++i) {
            if (i % 50 == 20) bench.camera.gop = 20 + i / 10;
            if (i == 200) bench.camera.pause(30);
            bench.camera.run(0.04);
            const auto parts = bench.lines_with("#EXT-X-PART:", rendition);
            const auto hinted = bench.lines_with("#EXT-X-PRELOAD-HINT", rendition).front().substr(29);
            if (!hint.empty() && hinted != hint) {
                EXPECT_THAT(parts, testing::Contains(HasSubstr(hint))) << i;
                EXPECT_EQ(std::stoull(hinted.substr(hinted.find("\"p") + 2)),
                          std::stoull(parts.back().substr(parts.back().find("\"p") + 2)) + 1)
                    << i;
            }
            hint = hinted;
        }
    }
}

TEST(HlsLive, SegmentsOfShortGopsLastASecondAndLongOnesAreCut) {
    HlsBench bench;
    bench.camera.sound = false;
    bench.camera.set_tracks(false);
    bench.camera.gop = 12;  // 480 ms
    bench.camera.run(5);
    for (const auto& line : bench.lines_with("#EXTINF")) EXPECT_EQ(line, "#EXTINF:1.440000,");
    HlsBench other;
    other.camera.sound = false;
    other.camera.set_tracks(false);
    other.camera.gop = 250;  // 10 s
    other.camera.run(22);
    EXPECT_THAT(other.lines_with("#EXTINF"), ElementsAre("#EXTINF:3.960000,", "#EXTINF:3.960000,", "#EXTINF:2.080000,",
                                                         "#EXTINF:3.960000,", "#EXTINF:3.960000,", "#EXTINF:2.080000,"));
    const auto snapshot = other.window()->snapshot();
    std::vector<bool> independent;
    for (const auto& segment : snapshot->segments) independent.push_back(segment->independent);
    EXPECT_THAT(independent, ElementsAre(true, false, false, true, false, false));
}

TEST(HlsLive, OnlyTheNewestTwelveSecondsListParts) {
    HlsBench bench;
    bench.camera.run(60);
    const auto lines = bench.lines();
    EXPECT_EQ(bench.lines_with("#EXTINF").size(), 12U);
    EXPECT_NEAR(sum_of(bench.lines_with("#EXT-X-PART:")), 12 + 1.9, 1);
    const auto first = std::stoull(bench.lines_with("s").front().substr(1));
    EXPECT_EQ(first, 1763665500U + 29 - 12);
    // What is no longer listed can still be had.
    EXPECT_NE(bench.window()->find(first - 8), nullptr);
    EXPECT_FALSE(bench.window()->find(first - 8)->lane(Rendition::muxed).parts.empty());
    EXPECT_EQ(bench.window()->find(first - 16), nullptr);
}

TEST(HlsLive, ACameraThatWasLostIsADiscontinuityWithItsTrueTime) {
    HlsBench bench;
    bench.camera.run(5);
    bench.window();
    bench.camera.pause(3600);
    bench.camera.run(3);
    EXPECT_EQ(bench.lines_with("#EXT-X-DISCONTINUITY").size(), 2U);  // the sequence and the tag
    EXPECT_EQ(bench.lines_with("#EXT-X-MAP").size(), 2U);
    EXPECT_THAT(bench.lines_with("#EXT-X-PROGRAM"), testing::Contains("#EXT-X-PROGRAM-DATE-TIME:2025-11-20T20:04:10.000Z"));
    EXPECT_NEAR(sum_of(bench.lines_with("#EXTINF")), 7, 0.1);
    for (int i = 0; i < 6; ++i) bench.camera.run(10);
    EXPECT_THAT(bench.lines_with("#EXT-X-DISCONTINUITY"), ElementsAre("#EXT-X-DISCONTINUITY-SEQUENCE:1"));
}

TEST(HlsLive, OtherParametersAndSoundThatComesAndGoes) {
    HlsBench bench;
    bench.camera.sound = false;
    bench.camera.set_tracks(false);
    bench.camera.run(4);
    bench.window();
    bench.camera.width = 640;
    bench.camera.set_tracks(false);
    bench.camera.count = 0;
    bench.camera.run(4);
    EXPECT_EQ(bench.lines_with("#EXT-X-MAP").size(), 2U);
    EXPECT_EQ(bench.window()->snapshot()->init(Rendition::audio), nullptr);
    bench.camera.sound = true;
    bench.camera.next_audio = bench.camera.now;
    bench.camera.set_tracks(true);
    bench.camera.run(5);
    EXPECT_EQ(bench.lines_with("#EXT-X-MAP").size(), 3U);
    EXPECT_EQ(bench.lines_with("#EXT-X-MAP", Rendition::audio).size(), 1U);
    // Where there was no sound, players pass over it; the numbers stay the same.
    EXPECT_GE(bench.lines_with("#EXT-X-GAP", Rendition::audio).size(), 3U);
    EXPECT_EQ(bench.lines_with("s", Rendition::audio), bench.lines_with("s"));
    EXPECT_TRUE(bench.lines_with("#EXT-X-GAP").empty());
}

TEST(HlsLive, ALostFrameMakesNoPartTooLong) {
    HlsBench bench;
    bench.camera.run(5);
    bench.window();
    bench.camera.now += Ticks{72000};  // 800 ms without a frame, and no word of it
    bench.camera.run(6);
    const auto snapshot = bench.window()->snapshot();
    for (const auto& line : bench.lines_with("#EXT-X-PART:")) EXPECT_LE(std::stod(line.substr(21)), 0.4) << line;
    for (const auto& segment : snapshot->segments)
        EXPECT_LE(segment->lane(Rendition::muxed).duration, snapshot->target_duration);
    EXPECT_NEAR(sum_of(bench.lines_with("#EXTINF")), 11.8, 2.1);
    EXPECT_EQ(bench.lines_with("#EXT-X-DISCONTINUITY").size(), 1U);
}

TEST(HlsLive, AWindowClosesWhenNobodyAsksAndItsNumbersNeverGoBack) {
    HlsBench bench;
    bench.camera.run(5);
    const auto first = bench.window()->next_number();
    const auto breaks = bench.window()->next_discontinuity();
    EXPECT_EQ(bench.camera.stream->viewers(), 1U);
    bench.clock.advance(59s);
    bench.windows.sweep();
    EXPECT_EQ(bench.camera.stream->viewers(), 1U);
    bench.clock.advance(1s);
    bench.windows.sweep();
    EXPECT_EQ(bench.camera.stream->viewers(), 0U);
    EXPECT_EQ(bench.windows.stats().windows, 0U);
    bench.clock.step(-1h);  // the host's clock was wrong
    const auto again = bench.window()->snapshot();
    EXPECT_GE(again->segments.front()->number, first);
    EXPECT_GE(again->discontinuities, breaks);
    EXPECT_EQ(bench.windows.open({*CameraId::parse("yard"), "main"}).error().code, errc::not_found);
}

// RFC 8216bis 6.2.2: neither sequence number goes back for who reloads over a restart of the program.
TEST(HlsLive, NumbersGrowOverARestartOfTheProgram) {
    footage::FakeCatalog catalog;
    HlsBench bench({}, &catalog);
    bench.camera.run(5);
    bench.window();
    for (int i = 0; i < 10; ++i) {
        bench.camera.pause(60);
        bench.camera.run(3);
        bench.clock.advance(63s);
        bench.window();
    }
    const auto before = bench.window()->snapshot();
    LiveWindows restarted(
        {}, bench.clock, [&](const LiveKey&) { return Result<std::shared_ptr<stream::Stream>>(bench.camera.stream); },
        [](const std::function<void()>& job) { job(); }, &catalog);
    const auto after = restarted.open(kDoor).value()->snapshot();
    ASSERT_TRUE(after);
    EXPECT_GT(after->segments.front()->number, before->segments.back()->number);
    EXPECT_GE(before->discontinuities, 1U);
    EXPECT_GT(after->discontinuities, before->discontinuities + 10);
    EXPECT_LT(after->discontinuities, 1000U) << "hls.js counts up to it with each reload";
}

TEST(HlsLive, ATextIsMadeOnceForAChange) {
    HlsBench bench;
    bench.camera.run(5);
    const auto window = bench.window();
    int made = 0;
    const auto make = [&] {
        ++made;
        return std::string(5000, 'x');
    };
    const auto one = window->text(*window->snapshot(), "main", make);
    EXPECT_EQ(window->text(*window->snapshot(), "main", make), one);
    EXPECT_EQ(made, 1);
    EXPECT_LT(one->gzip.size(), 200U);
    bench.camera.run(1);
    EXPECT_NE(window->text(*window->snapshot(), "main", make), one);
}

TEST(HlsLive, NamesOfMedia) {
    EXPECT_EQ(parse_media_name(media_name(17))->number, 17U);
    EXPECT_EQ(parse_media_name(part_name(17))->serial, 17U);
    EXPECT_EQ(parse_media_name(media_name(test::media_at(5)))->start, test::media_at(5));
    for (const auto* bad : {"", "s.m4s", "s1.", "s-1.m4s", "s1.2.m4s", "p1.2.m4s", "t1.2.m4s", "x1.m4s", "s1.mp4",
                            "s99999999999999999999.m4s"})
        EXPECT_FALSE(parse_media_name(bad)) << bad;
}

}  // namespace
}  // namespace vantage::live
