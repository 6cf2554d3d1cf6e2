// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr Hours kNoon{12h, 13h};
constexpr auto kReach = 1h;  // a picture a day: so late it may be

std::optional<int> number(std::string_view text) {
    int out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    const bool digits = !text.empty() && text.front() != '-' && text.front() != '+';
    return digits && error == std::errc{} && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

std::optional<minutes> time_of_day(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.size() - colon != 3) return {};
    const auto hour = number(text.substr(0, colon)), minute = number(text.substr(colon + 1));
    if (!hour || !minute || *hour > 24 || *minute > 59 || (*hour == 24 && *minute > 0)) return {};
    return std::chrono::hours{*hour} + minutes{*minute};
}

year_month_day next(year_month_day day) {
    return sys_days{day} + days{1};
}

UtcTime instant(const TimeZone& zone, year_month_day day, minutes at) {
    return at >= 24h ? zone.start_of(next(day)) : zone.at(day, at);
}

// What the hours leave of a day, also where the clocks change.
void add_hours(const TimeZone& zone, year_month_day day, const std::optional<Hours>& hours,
               std::vector<footage::Span>& out) {
    const auto add = [&](minutes from, minutes to) {
        const footage::Span span{instant(zone, day, from), instant(zone, day, to)};
        if (span.start >= span.end) return;
        if (!out.empty() && out.back().end == span.start) {
            out.back().end = span.end;
        } else {
            out.push_back(span);
        }
    };
    if (!hours) return add(0min, 24h);
    if (hours->from < hours->to) return add(hours->from, hours->to);
    add(0min, hours->to);
    add(hours->from, 24h);
}

std::optional<Plan> plan_of(std::vector<footage::Span> spans, std::size_t frames, const TimelapseSettings& settings) {
    if (spans.empty()) return {};
    return Plan{std::move(spans), frames, settings.fps, settings.most};
}

std::size_t frames_of(const TimelapseSettings& settings) {
    return static_cast<std::size_t>(settings.seconds) * static_cast<std::size_t>(settings.fps);
}

}  // namespace

Result<Hours> parse_hours(std::string_view text) {
    const auto dash = text.find('-');
    if (dash != std::string_view::npos) {
        const auto from = time_of_day(text.substr(0, dash)), to = time_of_day(text.substr(dash + 1));
        if (from && to && *from != *to && *from < 24h) return Hours{*from, *to};
    }
    return fail(errc::invalid_argument, fmt::format("'{}' are no hours of a day; write 06:00-22:00", text));
}

std::string to_string(const Hours& hours) {
    const auto from = hours.from.count(), to = hours.to.count();
    return fmt::format("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60);
}

std::vector<Slot> Plan::slots() const {
    std::vector<Slot> out;
    out.reserve(frames);
    microseconds total{0};
    for (const auto& span : spans) total += span.end - span.start;
    const auto count = static_cast<std::int64_t>(frames);
    auto span = spans.begin();
    microseconds before{0};  // of earlier spans
    for (std::int64_t i = 0; i < count; ++i) {
        const auto offset = total / count * i + total % count * i / count;
        while (offset - before >= span->end - span->start && std::next(span) != spans.end()) {
            before += span->end - span->start;
            ++span;
        }
        const auto at = span->start + (offset - before);
        if (!out.empty()) out.back().until = std::min(out.back().until, at);
        out.push_back({at, span->end});
    }
    return out;
}

Plan plan_day(const TimeZone& zone, year_month_day day, const TimelapseSettings& settings) {
    std::vector<footage::Span> spans;
    add_hours(zone, day, settings.hours, spans);
    if (spans.empty()) add_hours(zone, day, {}, spans);  // the clocks skip just these hours
    return *plan_of(std::move(spans), frames_of(settings), settings);
}

std::optional<Plan> plan_range(const TimeZone& zone, UtcTime start, UtcTime end, const TimelapseSettings& settings) {
    std::vector<footage::Span> spans;
    if (!settings.hours) {
        spans.push_back({start, end});
    } else {
        for (auto day = zone.date_of(start); zone.start_of(day) < end; day = next(day))
            add_hours(zone, day, settings.hours, spans);
        for (auto& span : spans) span = {std::max(span.start, start), std::min(span.end, end)};
        std::erase_if(spans, [](const auto& span) { return span.start >= span.end; });
    }
    return plan_of(std::move(spans), frames_of(settings), settings);
}

// Spans of one length and as many frames: each begins a span.
std::optional<Plan> plan_days(const TimeZone& zone, UtcTime start, UtcTime end, const TimelapseSettings& settings) {
    std::vector<footage::Span> spans;
    const auto from = settings.hours.value_or(kNoon).from;
    for (auto day = zone.date_of(start); zone.start_of(day) < end; day = next(day)) {
        const auto at = instant(zone, day, from);
        if (at >= start && at < end) spans.push_back({at, at + kReach});
    }
    const auto count = spans.size();
    return plan_of(std::move(spans), count, settings);
}

std::string to_string(year_month_day day) {
    return fmt::format("{:04}-{:02}-{:02}", int(day.year()), unsigned(day.month()), unsigned(day.day()));
}

std::optional<year_month_day> parse_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
    const auto year = number(text.substr(0, 4)), month = number(text.substr(5, 2)), day = number(text.substr(8));
    if (!year || !month || !day) return {};
    const year_month_day out{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                             std::chrono::day{static_cast<unsigned>(*day)}};
    return out.ok() ? std::optional(out) : std::nullopt;
}

}  // namespace vantage::stills
