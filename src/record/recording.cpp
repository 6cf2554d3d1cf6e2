// SPDX-License-Identifier: Apache-2.0
#include "record/recording.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace vantage::record {
namespace json = boost::json;
namespace {

constexpr std::array kStates{"starting", "recording", "done", "failed"};

std::int64_t micros(UtcTime time) {
    return time.time_since_epoch().count();
}
UtcTime time_of(const json::value& value) {
    return UtcTime{microseconds{value.to_number<std::int64_t>()}};
}

// Throws what Boost.JSON throws, or a Result's error.
Recording recording_of(const json::object& from) {
    Recording out(CameraId::parse(from.at("camera").as_string()).value());
    out.id = from.at("id").as_string();
    out.name = from.at("name").as_string();
    out.user = from.at("user").as_string();
    const auto* const state = std::ranges::find(kStates, std::string_view(from.at("state").as_string()));
    if (state == kStates.end()) throw std::runtime_error("state");
    out.state = static_cast<RecordingState>(state - kStates.begin());
    out.created = time_of(from.at("created"));
    out.kept = from.at("kept").as_bool();
    out.recovered = from.at("recovered").as_bool();
    out.error = from.at("error").as_string();
    for (const auto& file : from.at("files").as_array())
        out.files.push_back({std::string(file.at("name").as_string()), time_of(file.at("start")), time_of(file.at("end")),
                             file.at("bytes").to_number<std::uint64_t>(), file.at("whole").as_bool()});
    for (const auto& gap : from.at("gaps").as_array()) {
        const auto& end = gap.at("end");
        out.gaps.push_back({time_of(gap.at("start")), end.is_null() ? std::nullopt : std::optional{time_of(end)},
                            std::string(gap.at("reason").as_string())});
    }
    return out;
}

}  // namespace

const char* to_string(RecordingState state) {
    return kStates.at(static_cast<std::size_t>(state));
}

std::optional<UtcTime> Recording::end() const {
    if (runs()) return {};
    return files.empty() ? created : files.back().end;
}

microseconds Recording::length() const {
    microseconds out{0};
    for (const auto& file : files) out += file.end - file.start;
    return out;
}

std::uint64_t Recording::bytes() const {
    std::uint64_t out = 0;
    for (const auto& file : files) out += file.bytes;
    return out;
}

std::string to_json(const Recording& recording) {
    json::array files, gaps;
    for (const auto& file : recording.files)
        files.push_back(json::object{{"name", file.name},
                                     {"start", micros(file.start)},
                                     {"end", micros(file.end)},
                                     {"bytes", file.bytes},
                                     {"whole", file.whole}});
    for (const auto& gap : recording.gaps)
        gaps.push_back(json::object{{"start", micros(gap.start)},
                                    {"end", gap.end ? json::value(micros(*gap.end)) : json::value()},
                                    {"reason", gap.reason}});
    return json::serialize(json::object{{"id", recording.id},
                                        {"camera", recording.camera.str()},
                                        {"name", recording.name},
                                        {"user", recording.user},
                                        {"state", to_string(recording.state)},
                                        {"created", micros(recording.created)},
                                        {"kept", recording.kept},
                                        {"recovered", recording.recovered},
                                        {"error", recording.error},
                                        {"files", std::move(files)},
                                        {"gaps", std::move(gaps)}});
}

Result<Recording> parse_recording(std::string_view text) {
    try {
        return recording_of(json::parse(text).as_object());
    } catch (const std::exception& e) {
        return fail(errc::malformed, fmt::format("not the record of a recording: {}", e.what()));
    }
}

}  // namespace vantage::record
