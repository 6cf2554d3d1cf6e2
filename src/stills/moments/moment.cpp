// SPDX-License-Identifier: Apache-2.0
#include "stills/moments/moment.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <tuple>

namespace vantage::stills {
namespace json = boost::json;
namespace {

constexpr std::array kStates{"waiting", "making", "done", "failed"};
constexpr std::size_t kIdLength = std::string_view("20261120T190405Z").size();

std::int64_t micros(UtcTime time) {
    return time.time_since_epoch().count();
}
UtcTime time_of(const json::value& value) {
    return UtcTime{microseconds{value.to_number<std::int64_t>()}};
}

// Throws what Boost.JSON throws, or a Result's error.
Moment moment_of(const json::object& from) {
    Moment out{.id = std::string(from.at("id").as_string()),
               .request = {CameraId::parse(from.at("camera").as_string()).value(),
                           seconds{from.at("length").to_number<std::int64_t>()},
                           seconds{from.at("delay").to_number<std::int64_t>()}, std::string(from.at("user").as_string())},
               .stream = parse_stream_kind(from.at("stream").as_string()).value(),
               .from = time_of(from.at("from")),
               .to = time_of(from.at("to")),
               .start = time_of(from.at("start")),
               .end = time_of(from.at("end")),
               .exact = from.at("exact").as_bool(),
               .error = {errc::internal, std::string(from.at("error").as_string())},
               .created = time_of(from.at("created")),
               .bytes = from.at("bytes").to_number<std::uint64_t>(),
               .gaps = {}};
    const auto* const state = std::ranges::find(kStates, std::string_view(from.at("state").as_string()));
    if (state == kStates.end()) throw std::runtime_error("state");
    out.state = static_cast<MomentState>(state - kStates.begin());
    if (out.state == MomentState::done) out.progress = 1;
    for (const auto& gap : from.at("gaps").as_array())
        out.gaps.push_back({time_of(gap.at("start")), time_of(gap.at("end")), std::string(gap.at("reason").as_string())});
    return out;
}

int number(std::string_view text, std::size_t at, std::size_t digits) {
    int out = -1;
    const auto piece = text.substr(at, digits);
    const auto [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), out);
    return error == std::errc{} && end == piece.data() + piece.size() && piece.front() != '-' ? out : -1;
}

bool is_count(std::string_view text) {
    return text.size() > 1 && text.size() < 8 && text.front() == '_' && number(text, 1, text.size()) > 1;
}

}  // namespace

Status check(const MomentRequest& request) {
    if (request.length < kLeastMoment || request.length > kMostMoment)
        return fail(errc::invalid_argument, fmt::format("the length of a moment is {} to {} seconds, not {}",
                                                        kLeastMoment.count(), kMostMoment.count(), request.length.count()));
    if (request.delay < seconds{0} || request.delay > kMostDelay)
        return fail(errc::invalid_argument, fmt::format("the delay of a moment is 0 to {} seconds, not {}",
                                                        kMostDelay.count(), request.delay.count()));
    return {};
}

const char* to_string(MomentState state) {
    return kStates.at(static_cast<std::size_t>(state));
}

bool is_older(const Moment& a, const Moment& b) {
    return std::tie(a.from, a.id) < std::tie(b.from, b.id);
}

std::string moment_id(UtcTime from) {
    const auto day = std::chrono::floor<std::chrono::days>(from);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{std::chrono::floor<seconds>(from) - day};
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
}

Result<UtcTime> second_of(std::string_view id) {
    const auto wrong = [&] { return fail(errc::malformed, fmt::format("'{}' is not the id of a moment", id)); };
    if (id.size() < kIdLength || (id.size() > kIdLength && !is_count(id.substr(kIdLength)))) return wrong();
    const std::chrono::year_month_day date{std::chrono::year{number(id, 0, 4)},
                                           std::chrono::month{static_cast<unsigned>(number(id, 4, 2))},
                                           std::chrono::day{static_cast<unsigned>(number(id, 6, 2))}};
    if (!date.ok()) return wrong();
    const UtcTime second = std::chrono::sys_days{date} + std::chrono::hours{number(id, 9, 2)} +
                           std::chrono::minutes{number(id, 11, 2)} + seconds{number(id, 13, 2)};
    if (moment_id(second) != id.substr(0, kIdLength)) return wrong();
    return second;
}

std::string to_json(const Moment& moment) {
    json::array gaps;
    for (const auto& gap : moment.gaps)
        gaps.push_back(json::object{{"start", micros(gap.start)}, {"end", micros(gap.end)}, {"reason", gap.reason}});
    return json::serialize(json::object{{"id", moment.id},
                                        {"camera", moment.request.camera.str()},
                                        {"stream", vantage::to_string(moment.stream)},
                                        {"length", moment.request.length.count()},
                                        {"delay", moment.request.delay.count()},
                                        {"user", moment.request.user},
                                        {"from", micros(moment.from)},
                                        {"to", micros(moment.to)},
                                        {"start", micros(moment.start)},
                                        {"end", micros(moment.end)},
                                        {"exact", moment.exact},
                                        {"state", to_string(moment.state)},
                                        {"error", moment.error.message},
                                        {"created", micros(moment.created)},
                                        {"bytes", moment.bytes},
                                        {"gaps", std::move(gaps)}});
}

Result<Moment> parse_moment(std::string_view text) {
    try {
        auto out = moment_of(json::parse(text).as_object());
        if (const auto second = second_of(out.id); !second) return second.error();
        return out;
    } catch (const std::exception& e) {
        return fail(errc::malformed, fmt::format("not the record of a moment: {}", e.what()));
    }
}

}  // namespace vantage::stills
