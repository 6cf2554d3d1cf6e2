// SPDX-License-Identifier: Apache-2.0
#include "footage/fake_catalog.hpp"
#include "live/feed_fakes.hpp"
#include "live/hls/hls_archive_playlist.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <sstream>

namespace vantage::live {
namespace {

using test::media_at;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

const StreamKey kDoor{*CameraId::parse("door"), StreamKind::main};
constexpr double kNoon = 1'763'636'400;  // 2025-11-20T12:00:00+01:00, a Thursday

struct Bench {
    // A segment file of fragments of these seconds from `from` on.
    void file(double from, const std::vector<double>& gops, bool audio = true, bool open = false) {
        auto segment = std::make_shared<footage::SegmentInfo>(
            footage::SegmentInfo{next_id++,
                                 kDoor,
                                 "/footage/" + std::to_string(next_id),
                                 {},
                                 {},
                                 0,
                                 open ? footage::SegmentState::open : footage::SegmentState::closed,
                                 false,
                                 {},
                                 audio ? sounding : silent});
        auto at = media_at(from);
        segment->start = to_utc(at);
        std::uint64_t offset = 600;
        for (const auto gop : gops) {
            const Ticks length{static_cast<std::int64_t>(gop * 90000)};
            footage.all[kDoor].push_back(
                {segment, at, length, offset, 1000, 900, true, at + Ticks{900}, audio ? length : Ticks{0}});
            offset += 1000;
            at += length;
        }
        segment->bytes = offset;
        segment->end = to_utc(at);
        footage.files.push_back(segment);
    }
    void day(double from, double seconds, double gop) {
        for (double at = from; at < from + seconds; at += 600)
            file(at, std::vector<double>(static_cast<std::size_t>(std::min(600.0, from + seconds - at) / gop), gop));
    }
    std::vector<std::string> lines(std::string_view period, Rendition rendition = Rendition::muxed) {
        const auto span = archive->period(period);
        const auto list = span ? archive->list(kDoor, *span, rendition) : Result<ArchiveList>{span.error()};
        std::vector<std::string> out;
        if (!list) return {list.error().message};
        std::istringstream text(hls_archive_playlist(*list, rendition, ""));
        for (std::string line; std::getline(text, line);) out.push_back(line);
        return out;
    }
    Result<std::vector<PartPtr>> read(const Period& period, Rendition rendition, MediaTime start) const {
        const auto found = archive->find(kDoor, period, rendition, start);
        if (!found) return found.error();
        Result<std::vector<PartPtr>> out = fail(errc::internal, "not yet");
        archive->read(*found, rendition, [&](Result<std::vector<PartPtr>> parts) { out = std::move(parts); });
        return out;
    }
    // Retention takes the oldest files.
    void take(std::size_t files) {
        for (; files > 0; --files) {
            std::erase_if(footage.all[kDoor],
                          [&](const footage::Fragment& f) { return f.segment->id == footage.files.front()->id; });
            footage.files.erase(footage.files.begin());
        }
    }
    void restart() { archive = std::make_unique<Archive>(footage, clock, zone, std::make_shared<ListNumbers>(&catalog)); }
    std::vector<std::string> lines_with(std::string_view period, const std::string& start,
                                        Rendition rendition = Rendition::muxed) {
        auto out = lines(period, rendition);
        std::erase_if(out, [&](const std::string& line) { return !line.starts_with(start); });
        return out;
    }

    InitPtr sounding = test::init_of(true), silent = test::init_of(false);
    std::int64_t next_id{1};
    test::FakeFootage footage;
    SimulatedClock clock{UtcTime(seconds(1'763'665'445))};  // 20:04:05 of that day
    footage::FakeCatalog catalog;
    const TimeZone zone = TimeZone::load("Europe/Berlin").value();
    std::unique_ptr<Archive> archive =
        std::make_unique<Archive>(footage, clock, zone, std::make_shared<ListNumbers>(&catalog));
};

double sum_of(const std::vector<std::string>& lines) {
    double sum = 0;
    for (const auto& line : lines) sum += std::stod(line.substr(line.find(':') + 1));
    return sum;
}

TEST(Archive, TodayGrowsInRunsOfSixSecondsAtLeast) {
    Bench bench;
    bench.file(kNoon, {2, 2, 2, 2, 2}, true);
    bench.file(kNoon + 10, {2, 2, 2, 2}, true, true);
    const auto map = testing::MatchesRegex("#EXT-X-MAP:URI=\"init-[0-9a-f]+.mp4\"");
    EXPECT_THAT(
        bench.lines("today"),
        ElementsAre("#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:12", "#EXT-X-PLAYLIST-TYPE:EVENT",
                    "#EXT-X-MEDIA-SEQUENCE:1763593200", "#EXT-X-DISCONTINUITY-SEQUENCE:0", map,
                    "#EXT-X-PROGRAM-DATE-TIME:2025-11-20T11:00:00.000Z", "#EXTINF:6.000000,", "t158727276000000.m4s",
                    "#EXT-X-PROGRAM-DATE-TIME:2025-11-20T11:00:06.000Z", "#EXTINF:4.000000,", "t158727276540000.m4s",
                    "#EXT-X-PROGRAM-DATE-TIME:2025-11-20T11:00:10.000Z", "#EXTINF:6.000000,", "t158727276900000.m4s"));
}

// However the list has grown, what it said before stays its beginning.
TEST(Archive, HistoryIsNeverRewritten) {
    for (const auto& gops : {std::vector<double>(40, 1.0), std::vector<double>{5, 5, 7, 11, 3, 3, 3, 13, 2, 6, 6.5, 1, 1}}) {
        std::vector<std::string> before;
        for (std::size_t n = 1; n <= gops.size() + 1; ++n) {
            Bench bench;
            const bool open = n <= gops.size();
            bench.file(kNoon - 100, {6, 6});
            bench.file(kNoon, {gops.begin(), gops.begin() + static_cast<std::ptrdiff_t>(std::min(n, gops.size()))}, true,
                       open);
            for (const auto& fragment : bench.footage.all[kDoor]) {
                auto& parts = bench.footage.content[fragment.offset];
                parts.clear();
                for (Ticks at{0}; at < fragment.duration; at += test::kSecond)
                    parts.push_back(test::video_part(bench.sounding, fragment.start + at, 25, Ticks(3600), at == Ticks{0}));
            }
            const auto now = bench.lines("today");
            ASSERT_GE(now.size(), before.size());
            EXPECT_TRUE(std::equal(before.begin(), before.end(), now.begin())) << n;
            before = now;
        }
        EXPECT_NEAR(sum_of([&] {
                        auto out = before;
                        std::erase_if(out, [](const auto& line) { return !line.starts_with("#EXTINF"); });
                        return out;
                    }()),
                    std::accumulate(gops.begin(), gops.end(), 12.0), 0.001);
    }
}

TEST(Archive, AHoleAndOtherParametersAreDiscontinuities) {
    Bench bench;
    bench.file(kNoon, {2, 2, 2});
    bench.file(kNoon + 6.05, {2, 2, 2});  // a seam that plays
    bench.file(kNoon + 20, {2, 2, 2});
    bench.file(kNoon + 26, {2, 2, 2}, false);
    std::vector<std::string> seen;
    for (const auto& line : bench.lines("2025-11-20"))
        if (line == "#EXT-X-DISCONTINUITY" || line.starts_with("#EXT-X-MAP") || line.starts_with("#EXT-X-PROGRAM"))
            seen.push_back(line.substr(7, 5) + (line.starts_with("#EXT-X-P") ? line.substr(39, 8) : ""));
    EXPECT_THAT(seen, ElementsAre("MAP:U", "PROGR00:00.00", "PROGR00:06.05", "DISCO", "MAP:U", "PROGR00:20.00", "DISCO",
                                  "MAP:U", "PROGR00:26.00"));
    // Without sound: passed over, numbers stay equal.
    EXPECT_EQ(bench.lines_with("today", "#EXTINF", Rendition::audio).size(), 4U);
    EXPECT_EQ(bench.lines_with("today", "#EXT-X-GAP", Rendition::audio).size(), 1U);
    EXPECT_THAT(bench.lines_with("today", "t", Rendition::audio).front(), "t158727276000900.m4s");
}

// Numbers of the day's front: media sequence, discontinuity sequence, whether a tag stands before the first entry.
struct Front {
    std::uint64_t number, discontinuity;
    bool tag, event;
    bool operator==(const Front&) const = default;
};
void PrintTo(const Front& front, std::ostream* out) {
    *out << front.number << " " << front.discontinuity << (front.tag ? " tag" : "") << (front.event ? " event" : "");
}
constexpr std::uint64_t kMidnight = 1763593200;

Front front_of(Bench& bench) {
    Front front{0, 0, false, false};
    for (const auto& line : bench.lines("today")) {
        if (line.starts_with("#EXTINF")) break;
        const auto value = line.substr(line.find(':') + 1);
        if (line.starts_with("#EXT-X-MEDIA-SEQUENCE")) front.number = std::stoull(value);
        if (line.starts_with("#EXT-X-DISCONTINUITY-SEQUENCE")) front.discontinuity = std::stoull(value);
        front.tag = front.tag || line == "#EXT-X-DISCONTINUITY";
        front.event = front.event || line == "#EXT-X-PLAYLIST-TYPE:EVENT";
    }
    return front;
}

// Four files of 2, 3, 1 and 2 entries; a hole before the second and the third.
void fill(Bench& bench) {
    bench.file(kNoon, {6, 6});
    bench.file(kNoon + 60, {6, 6, 6});
    bench.file(kNoon + 120, {6});
    bench.file(kNoon + 126, {6, 6, 2}, true, true);
}

// RFC 8216 6.2.2: the media sequence number grows by what left, the discontinuity sequence number by the tags that left.
TEST(Archive, WhatRetentionTakesFromTheFrontIsCounted) {
    for (const bool restarts : {false, true}) {
        Bench bench;
        fill(bench);
        EXPECT_EQ(front_of(bench), (Front{kMidnight, 0, false, true}));
        bench.take(1);
        EXPECT_EQ(front_of(bench), (Front{kMidnight + 2, 0, true, false}));
        if (restarts) bench.restart();
        EXPECT_EQ(front_of(bench), (Front{kMidnight + 2, 0, true, false})) << restarts;
        bench.take(1);
        if (!restarts) {
            EXPECT_EQ(front_of(bench), (Front{kMidnight + 5, 1, true, false}));
        }
        bench.take(1);
        EXPECT_EQ(front_of(bench), (Front{kMidnight + 6, 2, false, false}));
    }
}

TEST(Archive, NumbersHoldOverARestartWhateverWentMeanwhile) {
    Bench bench;
    fill(bench);
    const auto before = front_of(bench);
    bench.restart();
    EXPECT_EQ(front_of(bench), before);
    bench.take(1);
    bench.restart();
    // Nobody knows any more that there was a hole, so its tag goes, and is counted.
    EXPECT_EQ(front_of(bench), (Front{kMidnight + 2, 1, false, false}));
}

// Small numbers: hls.js counts up to a discontinuity's number with each reload.
TEST(Archive, TodayGoesOnCountingBehindMidnight) {
    Bench bench;
    fill(bench);
    bench.restart();
    EXPECT_EQ(front_of(bench).discontinuity, 0U);
    bench.clock.step(5h);
    bench.restart();
    bench.file(kNoon + 13 * 3600, {6, 6});
    EXPECT_EQ(front_of(bench), (Front{kMidnight + 86400, 3, false, true}));
}

TEST(Archive, NumbersGoOnWhenAllThatWasListedIsGone) {
    Bench bench;
    fill(bench);
    const auto before = front_of(bench);
    bench.take(4);
    EXPECT_THAT(bench.lines("today").front(), HasSubstr("has no footage"));
    bench.restart();
    bench.file(kNoon + 600, {6, 6});
    const auto after = front_of(bench);
    EXPECT_GE(after.number, before.number + 8);
    EXPECT_EQ(after.discontinuity, before.discontinuity + 3);
    EXPECT_FALSE(after.event);
}

// What of the day comes back in front - a disk that was away - moves nothing behind it.
TEST(Archive, FootageThatComesBackTakesItsNumbersAgain) {
    Bench bench;
    fill(bench);
    const auto all = bench.footage.files;
    const auto fragments = bench.footage.all;
    const auto before = front_of(bench);
    bench.take(2);
    EXPECT_EQ(front_of(bench).number, before.number + 5);
    bench.footage.files = all;
    bench.footage.all = fragments;
    EXPECT_EQ(front_of(bench), before);
}

// It is decided where the list begins, and must not change when that is gone.
TEST(Archive, TheTargetStaysWhenLongGopsLeave) {
    Bench bench;
    bench.file(kNoon, {20, 20, 7});
    bench.file(kNoon + 47, {6, 6, 6});
    const auto target = bench.lines_with("today", "#EXT-X-TARGET");
    bench.take(1);
    EXPECT_EQ(bench.lines_with("today", "#EXT-X-TARGET"), target);
    bench.restart();
    EXPECT_EQ(bench.lines_with("today", "#EXT-X-TARGET"), target);
}

TEST(Archive, DaysHaveTheirHours) {
    Bench bench;
    bench.clock.step(std::chrono::days(340));  // 2026-10-26
    const double autumn = 1'792'879'200;       // 2026-10-25T00:00:00+02:00
    bench.day(autumn - 3600, 27 * 3600, 6);
    const auto extinf = bench.lines_with("2026-10-25", "#EXTINF");
    EXPECT_NEAR(sum_of(extinf), 25 * 3600, 0.001);
    EXPECT_EQ(bench.lines_with("2026-10-25", "#EXT-X-ENDLIST").size(), 1U);
    EXPECT_EQ(bench.lines_with("2026-10-25", "#EXT-X-DISCONTINUITY").size(), 1U);  // the sequence
    EXPECT_NEAR(sum_of(bench.lines_with("2026-10-24", "#EXTINF")), 3600, 0.001);
    EXPECT_EQ(bench.lines_with("2026-10-25", "#EXT-X-PROGRAM").front(), "#EXT-X-PROGRAM-DATE-TIME:2026-10-24T22:00:00.000Z");
    EXPECT_EQ(bench.lines_with("6", "#EXTINF"), extinf);  // Sunday was yesterday
}

TEST(Archive, WeekdaysAreTheMostRecentOfTheirName) {
    const auto zone = TimeZone::load("Europe/Berlin").value();
    const UtcTime now{seconds(1'763'665'445)};  // Thursday
    const auto start = [&](std::string_view text) { return to_rfc3339(parse_period(text, zone, now)->from); };
    EXPECT_EQ(start("today"), "2025-11-19T23:00:00.000Z");
    EXPECT_EQ(start("3"), start("today"));
    EXPECT_EQ(start("2"), "2025-11-18T23:00:00.000Z");
    EXPECT_EQ(start("0"), "2025-11-16T23:00:00.000Z");
    EXPECT_EQ(start("4"), "2025-11-13T23:00:00.000Z");
    EXPECT_EQ(start("1763665445123-1763665446000"), "2025-11-20T19:04:05.123Z");
    EXPECT_EQ(range_name(*parse_period("1763665445123-1763665446000", zone, now)), "1763665445123-1763665446000");
    for (const auto* bad :
         {"7", "", "-1", "yesterday", "2025-13-01", "2025-02-30", "2025-11-21", "12-", "-12", "1-x", "99999999999999999-1"})
        EXPECT_EQ(parse_period(bad, zone, now).error().code, errc::not_found) << bad;
    EXPECT_EQ(parse_period("2000-1000", zone, now).error().code, errc::invalid_argument);
    EXPECT_EQ(parse_period("0-99999999999", zone, now).error().code, errc::invalid_argument);
}

TEST(Archive, ARangeBeginsWithTheGopThatShowsItsStart) {
    Bench bench;
    bench.file(kNoon, std::vector<double>(30, 2.0));
    const auto period = std::to_string(static_cast<long long>((kNoon + 3) * 1000)) + "-" +
                        std::to_string(static_cast<long long>((kNoon + 13) * 1000));
    EXPECT_THAT(bench.lines_with(period, "#EXTINF"), ElementsAre("#EXTINF:6.000000,", "#EXTINF:6.000000,"));
    EXPECT_THAT(bench.lines_with(period, "t").front(), "t158727276180000.m4s");
    EXPECT_EQ(bench.lines(period).back(), "#EXT-X-ENDLIST");
}

TEST(Archive, MediaLiesInItsPeriodOrIsNotThere) {
    Bench bench;
    bench.file(kNoon, {2, 2, 2, 2});
    auto& content = bench.footage.content[600];
    content = {test::video_part(bench.sounding, media_at(kNoon), 25, Ticks(3600), true),
               test::audio_part(bench.sounding, media_at(kNoon) + Ticks{900}, Ticks{5760})};
    const auto today = *bench.archive->period("today"), wednesday = *bench.archive->period("2");
    EXPECT_EQ(bench.read(today, Rendition::muxed, media_at(kNoon)).value().size(), 2U);
    EXPECT_EQ(bench.read(today, Rendition::video, media_at(kNoon)).value().size(), 1U);
    EXPECT_EQ(bench.read(today, Rendition::audio, media_at(kNoon) + Ticks{900}).value().size(), 1U);
    for (const auto at : {media_at(kNoon + 2), media_at(kNoon) + Ticks{1}})
        EXPECT_EQ(bench.read(today, Rendition::muxed, at).error().code, errc::not_found);
    EXPECT_EQ(bench.read(wednesday, Rendition::muxed, media_at(kNoon)).error().code, errc::not_found);
    const auto name = init_name(*bench.sounding);
    EXPECT_EQ(bench.archive->find_init(kDoor, today, Rendition::muxed, name).value(), bench.sounding);
    EXPECT_FALSE(bench.archive->find_init(kDoor, wednesday, Rendition::muxed, name));
    EXPECT_THAT(bench.lines("2").front(),
                HasSubstr("camera 'door' has no footage of its main stream between 2025-11-18T23:00"));
}

Outline outline_of(const std::vector<std::pair<double, std::uint64_t>>& entries, double target) {
    Outline out;
    out.target_duration = Ticks(static_cast<std::int64_t>(target * 90000));
    auto at = media_at(kNoon);
    for (const auto& [length, bytes] : entries) {
        const Ticks played{static_cast<std::int64_t>(length * 90000)};
        out.entries.push_back({at, at, played, nullptr, false, false, bytes});
        at += played;
    }
    measure_bits(out);
    return out;
}

// RFC 8216 4.3.4.2: of entries in a row that last between a half and one and a half target durations.
TEST(Archive, BitRatesAreBounds) {
    const auto even = outline_of({{6, 6000}, {6, 6000}, {6, 6000}}, 12);
    EXPECT_EQ(even.peak_bits_per_second, 8000U);
    EXPECT_EQ(even.average_bits_per_second, 8000U);
    // A rest of half a second, full of a key frame, counts with what is beside it.
    const auto rest = outline_of({{6, 6000}, {0.5, 6000}, {6, 3000}}, 12);
    EXPECT_EQ(rest.peak_bits_per_second, 14770U);  // 12,000 bytes in 6.5 s
    EXPECT_EQ(rest.average_bits_per_second, 9600U);
    EXPECT_EQ(outline_of({{2, 1000}}, 12).peak_bits_per_second, 4000U) << "all there is";
    EXPECT_EQ(outline_of({{3, 1000}}, 12).peak_bits_per_second, 2667U) << "a bound is rounded up";
    EXPECT_EQ(outline_of({}, 12).peak_bits_per_second, 0U);
}

TEST(Archive, LongGopsChangeTheTargetWhereTheListBeginsWithThem) {
    Bench bench;
    bench.file(kNoon, {20, 20, 7});
    EXPECT_THAT(bench.lines_with("today", "#EXTINF"),
                ElementsAre("#EXTINF:20.000000,", "#EXTINF:20.000000,", "#EXTINF:7.000000,"));
    EXPECT_THAT(bench.lines_with("today", "#EXT-X-TARGET"), ElementsAre("#EXT-X-TARGETDURATION:45"));
}

TEST(Archive, PackedAndPlainSayTheSameAndAnEtagTells) {
    Bench bench;
    bench.day(kNoon - 12 * 3600, 6 * 3600, 2);
    const auto period = *bench.archive->period("today");
    const auto list = bench.archive->list(kDoor, period, Rendition::muxed).value();
    EXPECT_EQ(list.files.size(), 36U);
    const auto packed = hls_archive_gzip(list, Rendition::muxed, "");
    EXPECT_LT(packed.size(), hls_archive_playlist(list, Rendition::muxed, "").size() / 4);
    EXPECT_EQ(hls_archive_gzip(list, Rendition::muxed, ""), packed);
    const auto tag = hls_archive_etag(list, Rendition::muxed, "");
    EXPECT_NE(tag, hls_archive_etag(list, Rendition::muxed, "main/"));
    bench.file(kNoon, {6, 6});
    const auto grown = bench.archive->list(kDoor, period, Rendition::muxed).value();
    EXPECT_NE(tag, hls_archive_etag(grown, Rendition::muxed, ""));
    // Files that were seen before are not looked into again.
    EXPECT_EQ(grown.files.front(), list.files.front());
    EXPECT_EQ(archive_outline(grown, Rendition::muxed).entries.size(), 36U * 100 + 2);
}

}  // namespace
}  // namespace vantage::live
