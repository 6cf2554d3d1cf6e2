// SPDX-License-Identifier: Apache-2.0
// A camera's day as one file, laid out when it is asked for.
#include "base/time_zone.hpp"
#include "record/days.hpp"
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "serve/movie_answers.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vantage::serve::handlers {
namespace {

// "2026-11-20.mp4".
Result<std::chrono::year_month_day> day_of(std::string_view file) {
    constexpr std::string_view kForm = "YYYY-MM-DD.mp4";
    const auto number = [&](std::size_t at, std::size_t size) {
        unsigned value = 0;
        const auto text = file.substr(at, size);
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
    };
    if (file.size() == kForm.size() && file[4] == '-' && file[7] == '-' && file.ends_with(".mp4")) {
        const auto year = number(0, 4), month = number(5, 2), day = number(8, 2);
        const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year.value_or(0))),
                                               std::chrono::month(month.value_or(0)), std::chrono::day(day.value_or(0))};
        if (year && date.ok()) return date;
    }
    return fail(errc::invalid_argument, "a day's file is called like 2026-11-20.mp4");
}

// A download that broke off while the day ran gets the rest of what it began with.
UtcTime end_of(const Call& call, UtcTime from, UtcTime newest) {
    const auto version = version_of(call.request.headers.get("If-Range"));
    if (!version || *version > static_cast<std::uint64_t>(newest.time_since_epoch().count())) return newest;
    const UtcTime end{microseconds{static_cast<std::int64_t>(*version)}};
    return end > from ? end : newest;
}

}  // namespace

Answer get_day(const Call& call) {
    const auto& file = call.parameter("file");
    const auto date = day_of(file);
    if (!date) return date.error();
    const auto kind = stream_parameter(call.request);
    if (!kind) return kind.error();
    const auto part = number_parameter(call.request, "part", 0, 1, 1000);
    if (!part) return part.error();
    const auto zone = TimeZone::load(call.app.time_zone);
    if (!zone) return zone.error();
    const StreamKey stream{call.camera(), *kind};
    const auto from = zone->start_of(*date);
    const auto now = call.app.clock.now();
    if (from >= now) return fail(errc::not_found, "that day has not begun");
    const auto settled = call.app.control.days().settled(stream, now);
    if (!settled) return settled.error();
    const auto until =
        end_of(call, from, std::min(zone->start_of(std::chrono::sys_days{*date} + std::chrono::days(1)), *settled));
    MovieAsked asked;
    asked.url = fmt::format("{}/{}/day/{}", call.app.base_path, stream.camera.str(), file);
    if (*kind == StreamKind::sub) asked.query = "stream=sub";
    asked.file = fmt::format("{}_{}", stream.camera.str(), file.substr(0, 10));
    asked.version = static_cast<std::uint64_t>(until.time_since_epoch().count());
    asked.part = static_cast<std::size_t>(*part);
    net::Response response;
    response.later = [&days = call.app.control.days(), stream, from, until,
                      asked = std::move(asked)](const std::function<void(net::Response)>& done) {
        days.ask(stream, from, until,
                 [done, asked](const Result<record::MoviesPtr>& made) { done(movie_response(made, asked)); });
    };
    return response;
}

}  // namespace vantage::serve::handlers
