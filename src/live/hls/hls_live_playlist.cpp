// SPDX-License-Identifier: Apache-2.0
#include "live/hls/hls_live_playlist.hpp"

#include "live/hls/hls_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace vantage::live {
namespace {

constexpr int kListedTargets = 3;  // partial segments are listed of the last three target durations (RFC 8216bis 6.2.2)

class Writer {
  public:
    Writer(const LiveSnapshot& snapshot, Rendition rendition, std::string_view prefix)
        : snapshot_(snapshot), rendition_(rendition), prefix_(prefix) {}

    void head() {
        put("#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:{}\n", hls_target(snapshot_.target_duration));
        put("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={}\n", hls_seconds(snapshot_.hold_back()));
        put("#EXT-X-PART-INF:PART-TARGET={}\n", hls_seconds(snapshot_.part_target(rendition_)));
        put("#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n", snapshot_.segments.front()->number,
            snapshot_.discontinuities);
    }

    void segments() {
        Ticks behind{0};  // of what is listed, as players add it up
        for (const auto& segment : snapshot_.segments) behind += length_of(*segment);
        if (snapshot_.open && snapshot_.open->lane(rendition_).lists_parts)
            for (const auto& part : snapshot_.open->lane(rendition_).parts) behind += part->duration;
        for (const auto& segment : snapshot_.segments) {
            begin(*segment);
            const auto& lane = segment->lane(rendition_);
            behind -= length_of(*segment);
            if (behind < snapshot_.target_duration * kListedTargets) parts(*segment);
            // Nothing of this rendition came: players pass over it.
            if (lane.duration == Ticks{0}) put("#EXT-X-GAP\n");
            put("#EXTINF:{},\n{}{}\n", hls_seconds(lane.start, lane.start + length_of(*segment)), prefix_,
                media_name(segment->number));
        }
    }

    void newest() {
        if (const auto* open = snapshot_.open.get()) {
            const auto& lane = open->lane(rendition_);
            if (lane.lists_parts && !lane.parts.empty()) {
                begin(*open);
                parts(*open);
            }
        }
        put("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}{}\"\n", prefix_,
            part_name(snapshot_.next_serials[static_cast<std::size_t>(rendition_)]));
    }

    void report(const HlsReport& report) {
        put("#EXT-X-RENDITION-REPORT:URI=\"{}\",LAST-MSN={}", report.uri, report.last_number);
        if (report.last_part) put(",LAST-PART={}", *report.last_part);
        text_ += '\n';
    }

    std::string take() { return std::move(text_); }

  private:
    [[nodiscard]] Ticks length_of(const LiveSegment& segment) const {
        const auto own = segment.lane(rendition_).duration;
        return own > Ticks{0} ? own : segment.lane(Rendition::muxed).duration;
    }

    template <class... Args>
    void put(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    }

    // What must stand before the first partial segment of a segment.
    void begin(const LiveSegment& segment) {
        if (segment.discontinuity) put("#EXT-X-DISCONTINUITY\n");
        const auto& lane = segment.lane(rendition_);
        if (lane.init && (segment.discontinuity || !map_ || map_->data != lane.init->data))
            put("#EXT-X-MAP:URI=\"{}{}\"\n", prefix_, init_name(*lane.init));
        if (lane.init) map_ = lane.init;
        append_date(text_, lane.shown);
    }

    void parts(const LiveSegment& segment) {
        const auto& lane = segment.lane(rendition_);
        if (!lane.lists_parts) return;
        for (const auto& part : lane.parts)
            put("#EXT-X-PART:DURATION={},URI=\"{}{}\"{}\n", hls_seconds(part->start, part->start + part->duration), prefix_,
                part_name(part->serial.value_or(0)), part->independent ? ",INDEPENDENT=YES" : "");
    }

    const LiveSnapshot& snapshot_;
    const Rendition rendition_;
    const std::string_view prefix_;
    InitPtr map_;
    std::string text_;
};

// Digits only.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

}  // namespace

HlsReport hls_report(const LiveSnapshot& snapshot, Rendition rendition, std::string uri) {
    const auto last = [&](const LiveSegment& segment) {
        const auto& lane = segment.lane(rendition);
        const auto parts = lane.lists_parts ? lane.parts.size() : 0;
        return HlsReport{std::move(uri), segment.number, parts > 0 ? std::optional(parts - 1) : std::nullopt};
    };
    const auto* open = snapshot.open.get();
    const bool begun = open != nullptr && open->lane(rendition).lists_parts && !open->lane(rendition).parts.empty();
    return last(begun ? *open : *snapshot.segments.back());
}

std::string hls_live_playlist(const LiveSnapshot& snapshot, Rendition rendition, std::string_view prefix,
                              std::span<const HlsReport> reports) {
    Writer writer(snapshot, rendition, prefix);
    writer.head();
    writer.segments();
    writer.newest();
    for (const auto& report : reports) writer.report(report);
    return writer.take();
}

std::optional<LiveMediaName> parse_media_name(std::string_view file) {
    if (!file.ends_with(".m4s") || file.size() < 6) return std::nullopt;
    const char kind = file.front();
    file = file.substr(1, file.size() - 5);
    const auto first = take_number(file);
    if (!first) return std::nullopt;
    LiveMediaName name;
    if (kind == 't' && file.empty() && *first < (1ULL << 62)) {
        name.start = MediaTime(Ticks(static_cast<std::int64_t>(*first)));
        return name;
    }
    if ((kind != 's' && kind != 'p') || !file.empty()) return std::nullopt;
    (kind == 's' ? name.number : name.serial) = first;
    return name;
}

std::string media_name(std::uint64_t number) {
    return fmt::format("s{}.m4s", number);
}
std::string part_name(std::uint64_t serial) {
    return fmt::format("p{}.m4s", serial);
}
std::string media_name(MediaTime start) {
    return fmt::format("t{}.m4s", start.time_since_epoch().count());
}

}  // namespace vantage::live
