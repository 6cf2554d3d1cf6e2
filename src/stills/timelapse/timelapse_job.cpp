// SPDX-License-Identifier: Apache-2.0
// A job's record as JSON.
#include "stills/timelapse/timelapse_jobs.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>

namespace vantage::stills {
namespace json = boost::json;
namespace {

constexpr std::array kEvery{"fit", "day"};

std::int64_t micros(UtcTime time) {
    return time.time_since_epoch().count();
}
UtcTime time_of(const json::value& value) {
    return UtcTime{microseconds{value.to_number<std::int64_t>()}};
}

Every parse_every(std::string_view word) {
    const auto* const found = std::ranges::find(kEvery, word);
    if (found == kEvery.end()) throw std::runtime_error("an unknown word");
    return static_cast<Every>(found - kEvery.begin());
}

TimelapseJob job_of(const json::object& from) {
    TimelapseJob out{.id = std::string(from.at("id").as_string()),
                     .request = {CameraId::parse(from.at("camera").as_string()).value(),
                                 std::string(from.at("user").as_string()),
                                 time_of(from.at("start")),
                                 time_of(from.at("end")),
                                 {},
                                 parse_every(from.at("every").as_string())},
                     .state = parse_job_state(from.at("state").as_string()).value(),
                     .created = time_of(from.at("created")),
                     .error = std::string(from.at("error").as_string())};
    auto& settings = out.request.settings;
    settings.seconds = from.at("seconds").to_number<int>();
    settings.fps = from.at("fps").to_number<int>();
    settings.most = {from.at("width").to_number<int>(), from.at("height").to_number<int>()};
    if (!from.at("hours").is_null()) settings.hours = parse_hours(from.at("hours").as_string()).value();
    return out;
}

}  // namespace

const char* to_string(Every every) {
    return kEvery.at(static_cast<std::size_t>(every));
}

std::string to_json(const TimelapseJob& job) {
    const auto& settings = job.request.settings;
    return json::serialize(json::object{{"id", job.id},
                                        {"camera", job.request.camera.str()},
                                        {"user", job.request.user},
                                        {"start", micros(job.request.start)},
                                        {"end", micros(job.request.end)},
                                        {"every", to_string(job.request.every)},
                                        {"seconds", settings.seconds},
                                        {"fps", settings.fps},
                                        {"hours", settings.hours ? json::value(to_string(*settings.hours)) : json::value()},
                                        {"width", settings.most.width},
                                        {"height", settings.most.height},
                                        {"state", to_string(job.state)},
                                        {"created", micros(job.created)},
                                        {"error", job.error}});
}

Result<TimelapseJob> parse_timelapse_job(std::string_view text) {
    try {
        return job_of(json::parse(text).as_object());
    } catch (const std::exception& e) {
        return fail(errc::malformed, fmt::format("not the record of a timelapse on request: {}", e.what()));
    }
}

}  // namespace vantage::stills
