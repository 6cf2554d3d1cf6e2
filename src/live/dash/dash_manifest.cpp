// SPDX-License-Identifier: Apache-2.0
#include "live/dash/dash_manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vantage::live {
namespace {

using Out = fmt::memory_buffer;

template <typename... Args>
void put(Out& out, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

// xs:duration, as in "PT1763632800.040S".
std::string duration(milliseconds t) {
    return fmt::format("PT{}.{:03}S", t.count() / 1000, t.count() % 1000);
}

milliseconds up_to_millisecond(Ticks t) {
    return std::chrono::ceil<milliseconds>(t);
}

// <S> for each run of equal segments (5.3.9.6). The end of a time that is not continued needs a new @t.
void put_timeline(Out& out, const std::vector<DashSegment>& segments) {
    put(out, "<SegmentTimeline>");
    std::optional<MediaTime> expected;
    for (std::size_t n = 0; n < segments.size();) {
        const auto& first = segments[n];
        auto end = first.start;
        std::size_t equal = 0;
        for (; n < segments.size() && segments[n].start == end && segments[n].duration == first.duration; ++n, ++equal)
            end += first.duration;
        put(out, "<S");
        if (expected != first.start) put(out, " t=\"{}\"", first.start.time_since_epoch().count());
        put(out, " d=\"{}\"", first.duration.count());
        if (equal > 1) put(out, " r=\"{}\"", equal - 1);
        put(out, "/>");
        expected = end;
        if (first.duration <= Ticks{0} && equal == 0) ++n;
    }
    put(out, "</SegmentTimeline>");
}

void put_representation(Out& out, const DashPeriod& period, const DashRepresentation& r) {
    const auto& tracks = r.init->tracks;
    const auto& track = tracks.video ? *tracks.video : *tracks.audio;
    put(out, R"(<Representation id="{}" bandwidth="{}" codecs="{}")", r.id, r.bandwidth, codec_string(track));
    if (tracks.video) {
        put(out, R"( width="{}" height="{}" sar="{}:{}")", track.width, track.height, track.sar_num, track.sar_den);
        if (r.frame_rate > 0) put(out, R"( frameRate="{}")", dash_frame_rate(r.frame_rate));
    } else {
        put(out, R"( audioSamplingRate="{}")", track.sample_rate);
    }
    put(out, ">");
    if (!tracks.video)
        put(out,
            R"(<AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="{}"/>)",
            track.channels);
    const auto origin = std::chrono::floor<Ticks>(period.origin.time_since_epoch());
    put(out,
        R"(<SegmentTemplate timescale="90000" presentationTimeOffset="{}" initialization="{}/{}" media="{}/t$Time$.m4s">)",
        origin.count(), r.id, init_name(*r.init), r.id);
    put_timeline(out, r.segments);
    put(out, "</SegmentTemplate></Representation>\n");
}

void put_adaptation(Out& out, const DashPeriod& period, bool video) {
    const auto& all = video ? period.video : period.audio;
    if (all.empty()) return;
    const auto* kind = video ? "video" : "audio";
    put(out, R"(<AdaptationSet id="{}" contentType="{}" mimeType="{}/mp4"{}>)", video ? 1 : 2, kind, kind,
        period.independent || !video ? " startWithSAP=\"1\"" : "");
    put(out, "\n");
    for (const auto& representation : all) put_representation(out, period, representation);
    put(out, "</AdaptationSet>\n");
}

struct Extent {
    Ticks longest{90000};  // segment
    UtcTime end;           // of the last period's segments
};

Extent extent_of(const DashManifest& manifest) {
    Extent extent;
    for (const auto& period : manifest.periods) {
        for (const auto* all : {&period.video, &period.audio})
            for (const auto& r : *all)
                for (const auto& s : r.segments) {
                    extent.longest = std::max(extent.longest, s.duration);
                    extent.end = std::max(extent.end, to_utc(s.start + s.duration));
                }
    }
    return extent;
}

void put_head(Out& out, const DashManifest& manifest) {
    const auto extent = extent_of(manifest);
    put(out, R"(<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011")");
    put(out, R"( minBufferTime="{}" maxSegmentDuration="{}")", duration(up_to_millisecond(extent.longest)),
        duration(up_to_millisecond(extent.longest)));
    if (const auto& growth = manifest.growth) {
        // The beginning of all decode times: it can never change.
        put(out, R"( type="dynamic" availabilityStartTime="1970-01-01T00:00:00Z" publishTime="{}")",
            to_rfc3339(growth->published));
        put(out, R"( minimumUpdatePeriod="{}" timeShiftBufferDepth="{}" suggestedPresentationDelay="{}")",
            duration(growth->update), duration(growth->depth), duration(growth->delay));
    } else {
        const auto& last = manifest.periods.back();
        const auto played = std::chrono::ceil<milliseconds>(extent.end - last.origin);
        put(out, R"( type="static" mediaPresentationDuration="{}")",
            duration(last.start + std::max(played, milliseconds{0})));
    }
    put(out, ">\n");
}

}  // namespace

std::string write_manifest(const DashManifest& manifest) {
    Out out;
    put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    put_head(out, manifest);
    if (!manifest.folder.empty()) put(out, "<BaseURL>{}</BaseURL>\n", manifest.folder);
    for (const auto& period : manifest.periods) {
        put(out, "<Period id=\"{}\" start=\"{}\">\n", period.id, duration(period.start));
        put_adaptation(out, period, true);
        put_adaptation(out, period, false);
        put(out, "</Period>\n");
    }
    if (manifest.growth) put(out, "<UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-iso:2014\" value=\"time\"/>\n");
    put(out, "</MPD>\n");
    return fmt::to_string(out);
}

std::string dash_frame_rate(double measured) {
    constexpr double kClose = 0.0004;
    const auto whole = std::llround(measured);
    if (whole > 0 && std::abs(measured / static_cast<double>(whole) - 1) < kClose) return fmt::format("{}", whole);
    const auto above = static_cast<std::int64_t>(std::ceil(measured));
    if (std::abs(measured * 1001 / static_cast<double>(above * 1000) - 1) < kClose)
        return fmt::format("{}/1001", above * 1000);
    return fmt::format("{}/10", std::max(1LL, std::llround(measured * 10)));
}

std::uint64_t dash_bandwidth(const std::vector<DashSegment>& segments) {
    double most = 0;
    for (const auto& s : segments)
        if (s.duration > Ticks{0})
            most = std::max(most, static_cast<double>(s.bytes) * 8 * 90000 / static_cast<double>(s.duration.count()));
    constexpr std::uint64_t kStep = 1000;
    return std::max(kStep, (static_cast<std::uint64_t>(most * 1.1) + kStep - 1) / kStep * kStep);
}

}  // namespace vantage::live
