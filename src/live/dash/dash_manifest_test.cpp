// SPDX-License-Identifier: Apache-2.0
#include "live/dash/dash_manifest.hpp"

#include "live/feed_fakes.hpp"

#include <gmock/gmock.h>

namespace vantage::live {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNoon = 1763640000;

DashRepresentation video(std::vector<DashSegment> segments, const std::string& id = "main-video") {
    const auto bandwidth = dash_bandwidth(segments);
    return {id, test::init_of(false), 25, bandwidth, std::move(segments)};
}

DashSegment segment(double start, double seconds, std::uint64_t bytes = 100000) {
    return {test::media_at(start), Ticks(static_cast<std::int64_t>(seconds * 90000)), bytes};
}

DashPeriod period(double start, std::vector<DashSegment> segments) {
    const auto origin = std::chrono::floor<milliseconds>(to_utc(test::media_at(start)));
    return {
        "7", std::chrono::duration_cast<milliseconds>(origin.time_since_epoch()), origin, {video(std::move(segments))}, {}};
}

DashManifest::Growth growth() {
    return {to_utc(test::media_at(kNoon + 60)), 2s, 30s, 6s};
}

std::string timeline(std::vector<DashSegment> segments) {
    const auto text = write_manifest({growth(), "", {period(kNoon, std::move(segments))}});
    const auto from = text.find("<SegmentTimeline>");
    return text.substr(from, text.find("</SegmentTimeline>") - from);
}

TEST(DashManifest, DynamicHasAFixedBeginningAndAClock) {
    const auto text = write_manifest({growth(), "", {period(kNoon, {segment(kNoon, 2)})}});
    EXPECT_THAT(
        text,
        HasSubstr(R"(type="dynamic" availabilityStartTime="1970-01-01T00:00:00Z" publishTime="2025-11-20T12:01:00.000Z")"));
    EXPECT_THAT(
        text,
        HasSubstr(
            R"(minimumUpdatePeriod="PT2.000S" timeShiftBufferDepth="PT30.000S" suggestedPresentationDelay="PT6.000S")"));
    EXPECT_THAT(text, HasSubstr(R"(<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="time"/>)"));
    EXPECT_THAT(text, HasSubstr(R"(<Period id="7" start="PT1763640000.000S">)"));
    EXPECT_THAT(text, Not(HasSubstr("mediaPresentationDuration")));
}

TEST(DashManifest, StaticSaysHowLongItIsAndHasNoClock) {
    auto first = period(kNoon, {segment(kNoon, 2), segment(kNoon + 2, 2)});
    first.start = 0ms;
    auto second = period(kNoon + 100, {segment(kNoon + 100, 1.5)});
    second.start = 100s;
    const auto text = write_manifest({{}, "", {first, second}});
    EXPECT_THAT(text, HasSubstr(R"(type="static" mediaPresentationDuration="PT101.500S")"));
    EXPECT_THAT(text, HasSubstr(R"(start="PT0.000S")"));
    EXPECT_THAT(text, Not(HasSubstr("UTCTiming")));
    EXPECT_THAT(text, Not(HasSubstr("availabilityStartTime")));
}

TEST(DashManifest, APeriodsTimesAndItsSegmentsMeetExactly) {
    // 12:00:00.0337: the period starts in whole milliseconds, presentationTimeOffset names the same instant in ticks.
    const auto text = write_manifest({growth(), "", {period(kNoon + 0.0337, {segment(kNoon + 0.0337, 2)})}});
    EXPECT_THAT(text, HasSubstr(R"(start="PT1763640000.033S")"));
    EXPECT_THAT(text, HasSubstr(fmt::format(R"(presentationTimeOffset="{}")", 1763640000033LL * 90)));
    EXPECT_THAT(text, HasSubstr(fmt::format(R"(<S t="{}" d="180000"/>)",
                                            test::media_at(kNoon + 0.0337).time_since_epoch().count())));
}

TEST(DashManifest, EqualSegmentsAreOneLine) {
    EXPECT_EQ(timeline({segment(kNoon, 2), segment(kNoon + 2, 2), segment(kNoon + 4, 2), segment(kNoon + 6, 1)}),
              R"(<SegmentTimeline><S t="158727600000000" d="180000" r="2"/><S d="90000"/>)");
}

TEST(DashManifest, AHoleInARepresentationGetsANewTime) {
    EXPECT_EQ(timeline({segment(kNoon, 2), segment(kNoon + 3, 2), segment(kNoon + 5, 2)}),
              R"(<SegmentTimeline><S t="158727600000000" d="180000"/><S t="158727600270000" d="180000" r="1"/>)");
    EXPECT_EQ(timeline({}), "<SegmentTimeline>");
    EXPECT_EQ(timeline({segment(kNoon, 0), segment(kNoon, 0)}), R"(<SegmentTimeline><S t="158727600000000" d="0" r="1"/>)");
}

TEST(DashManifest, ARepresentationSaysWhatItIs) {
    auto one = period(kNoon, {segment(kNoon, 2, 250000), segment(kNoon + 2, 2, 500000)});
    one.audio.push_back({"main-audio", mp4::make_init({{}, test::aac_track()}).value(), 0, 64000, {segment(kNoon, 2)}});
    const auto text = write_manifest({growth(), "", {one}});
    const auto track = test::h264_track();
    EXPECT_THAT(
        text,
        HasSubstr(fmt::format(
            R"(<Representation id="main-video" bandwidth="2200000" codecs="{}" width="{}" height="{}" sar="1:1" frameRate="25">)",
            codec_string(track), track.width, track.height)));
    EXPECT_THAT(text, HasSubstr(fmt::format(R"(initialization="main-video/{}" media="main-video/t$Time$.m4s")",
                                            init_name(*one.video[0].init))));
    EXPECT_THAT(text, HasSubstr(R"(<AdaptationSet id="2" contentType="audio" mimeType="audio/mp4" startWithSAP="1">)"));
    EXPECT_THAT(text, HasSubstr(fmt::format(
                          R"(<Representation id="main-audio" bandwidth="64000" codecs="mp4a.40.2" audioSamplingRate="{}">)",
                          test::aac_track().sample_rate)));
}

TEST(DashManifest, FrameRatesAreTheUsualOnes) {
    EXPECT_EQ(dash_frame_rate(25), "25");
    EXPECT_EQ(dash_frame_rate(24.995), "25");
    EXPECT_EQ(dash_frame_rate(29.97), "30000/1001");
    EXPECT_EQ(dash_frame_rate(30.001), "30");
    EXPECT_EQ(dash_frame_rate(12.5), "125/10");
    EXPECT_EQ(dash_frame_rate(0.02), "1/10");
    auto unknown = period(kNoon, {segment(kNoon, 2)});
    unknown.video[0].frame_rate = 0;
    EXPECT_THAT(write_manifest({growth(), "", {unknown}}), Not(HasSubstr("frameRate")));
}

}  // namespace
}  // namespace vantage::live
