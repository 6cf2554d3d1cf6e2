// SPDX-License-Identifier: Apache-2.0
// Which instants a timelapse shows: its spans, and one slot of time a frame, evenly over them. Days and times of day are
// those of the installation's zone, also those of 23 and 25 hours. Pure functions and values.
#pragma once
#include "base/time_zone.hpp"
#include "footage/footage.hpp"
#include "media/video_transcoder.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vantage::stills {

using std::chrono::minutes;

// Of each day; from > to: over midnight.
struct Hours {
    minutes from{0}, to{24 * 60};
    auto operator<=>(const Hours&) const = default;
};
// "06:00-22:00". invalid_argument says what is expected.
Result<Hours> parse_hours(std::string_view text);
std::string to_string(const Hours& hours);

struct TimelapseSettings {
    bool enabled{true};
    int seconds{60};
    int fps{25};
    std::optional<Hours> hours;    // nothing: the whole day
    PictureSize most{1920, 1080};  // smaller pictures are not enlarged
    bool operator==(const TimelapseSettings&) const = default;
};

// A frame shows the first key frame of [at, until); where groups of pictures are long beside that, what stands at `at`.
struct Slot {
    UtcTime at, until;
};

struct Plan {
    std::vector<footage::Span> spans;  // oldest first, apart; not empty
    std::size_t frames{0};             // of a film without holes
    int fps{25};
    PictureSize most{1920, 1080};

    [[nodiscard]] UtcTime start() const { return spans.front().start; }
    [[nodiscard]] UtcTime end() const { return spans.back().end; }
    // One a frame, oldest first; none reaches over the end of its span.
    [[nodiscard]] std::vector<Slot> slots() const;
};

Plan plan_day(const TimeZone& zone, std::chrono::year_month_day day, const TimelapseSettings& settings);
// What lies in [start, end); nothing when the hours leave nothing of it.
std::optional<Plan> plan_range(const TimeZone& zone, UtcTime start, UtcTime end, const TimelapseSettings& settings);
// One picture a day, the first of the hour that begins at `hours.from`, or at noon.
std::optional<Plan> plan_days(const TimeZone& zone, UtcTime start, UtcTime end, const TimelapseSettings& settings);

// "2026-11-20", and back; nothing for other texts.
std::string to_string(std::chrono::year_month_day day);
std::optional<std::chrono::year_month_day> parse_day(std::string_view text);

}  // namespace vantage::stills
