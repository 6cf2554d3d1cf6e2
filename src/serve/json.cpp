// SPDX-License-Identifier: Apache-2.0
#include "serve/json.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vantage::serve {
namespace {

const json::value* find(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

double milliseconds_of(microseconds time) {
    return static_cast<double>(time.count()) / 1000.0;
}

json::object stream_json(const StreamView& stream) {
    return {{"kind", to_string(stream.kind)},
            {"state", stream.state},
            {"detail", stream.detail},
            {"since", to_json(stream.since)},
            {"video", to_json(stream.tracks.video)},
            {"audio", to_json(stream.tracks.audio)},
            {"mime", stream.tracks.video || stream.tracks.audio ? mime_type(stream.tracks) : std::string()},
            {"fps", stream.fps},
            {"bits_per_second", stream.bits_per_second},
            {"lost_packets", stream.lost_packets},
            {"jitter_ms", milliseconds_of(stream.jitter)},
            {"timing", to_json(stream.timing)},
            {"recorded", stream.recorded},
            {"write_lag_ms", milliseconds_of(stream.write_lag)},
            {"gap_seconds", stream.gap_seconds},
            {"disk_bytes", stream.disk_bytes},
            {"oldest", to_json(stream.oldest)},
            {"readers", stream.ring.readers}};
}

}  // namespace

Result<json::object> body_of(const net::Request& request) {
    // Another site's form cannot send this type without asking first.
    if (!request.headers.get("Content-Type").starts_with("application/json"))
        return fail(errc::unsupported, "the body must be application/json");
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 16;
    auto value = json::parse(request.body, error, {}, options);
    if (error || !value.is_object()) return fail(errc::malformed, "the body must be a JSON object");
    return std::move(value.get_object());
}

Result<std::optional<std::string>> optional_text_field(const json::object& object, std::string_view name) {
    const auto* value = find(object, name);
    if (value == nullptr) return std::optional<std::string>();
    if (!value->is_string()) return fail(errc::invalid_argument, fmt::format("'{}' must be a string", name));
    return std::optional(std::string(value->get_string()));
}

Result<std::string> text_field(const json::object& object, std::string_view name) {
    auto value = optional_text_field(object, name);
    if (!value) return value.error();
    if (!*value) return fail(errc::invalid_argument, fmt::format("'{}' is missing", name));
    return std::move(**value);
}

Result<std::optional<bool>> optional_flag_field(const json::object& object, std::string_view name) {
    const auto* value = find(object, name);
    if (value == nullptr) return std::optional<bool>();
    if (!value->is_bool()) return fail(errc::invalid_argument, fmt::format("'{}' must be true or false", name));
    return std::optional(value->get_bool());
}

Result<std::optional<std::vector<std::string>>> optional_list_field(const json::object& object, std::string_view name) {
    const auto* value = find(object, name);
    if (value == nullptr) return std::optional<std::vector<std::string>>();
    const auto wrong = fail(errc::invalid_argument, fmt::format("'{}' must be null or a list of strings", name));
    if (!value->is_array()) return wrong;
    std::vector<std::string> list;
    for (const auto& item : value->get_array()) {
        if (!item.is_string()) return wrong;
        list.emplace_back(item.get_string());
    }
    return std::optional(std::move(list));
}

Result<std::optional<UtcTime>> optional_time_field(const json::object& object, std::string_view name) {
    const auto* value = find(object, name);
    if (value == nullptr) return std::optional<UtcTime>();
    // A double is serialised with an exponent, which is no way to write a time.
    auto time = parse_time(value->is_string()   ? std::string(value->get_string())
                           : value->is_double() ? fmt::format("{:.6f}", value->get_double())
                                                : json::serialize(*value));
    if (!time) return fail(errc::invalid_argument, fmt::format("'{}': {}", name, time.error().message));
    return std::optional(*time);
}

Result<UtcTime> time_field(const json::object& object, std::string_view name) {
    const auto time = optional_time_field(object, name);
    if (!time) return time.error();
    if (!*time) return fail(errc::invalid_argument, fmt::format("'{}' is missing", name));
    return **time;
}

Result<UtcTime> time_parameter(const net::Request& request, std::string_view name) {
    const auto text = request.parameter(name);
    if (!text) return fail(errc::invalid_argument, fmt::format("the parameter '{}' is missing", name));
    auto time = parse_time(*text);
    if (!time) return fail(errc::invalid_argument, fmt::format("'{}': {}", name, time.error().message));
    return time;
}

Result<double> number_parameter(const net::Request& request, std::string_view name, double otherwise, double least,
                                double most) {
    const auto text = request.parameter(name);
    if (!text) return otherwise;
    double value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value, std::chars_format::fixed);
    if (error != std::errc{} || end != text->data() + text->size() || !(value >= least && value <= most))
        return fail(errc::invalid_argument, fmt::format("'{}' must be a number from {} to {}", name, least, most));
    return value;
}

Result<int> width_parameter(const net::Request& request) {
    constexpr double kLeast = 32, kMost = 7680;
    const auto width = number_parameter(request, "width", 0, kLeast, kMost);
    if (!width) return width.error();
    return static_cast<int>(*width);
}

Result<StreamKind> stream_parameter(const net::Request& request) {
    return parse_stream_kind(request.parameter("stream").value_or("main"));
}

net::Response json_response(int status, const json::value& value) {
    return net::text_response(status, "application/json", json::serialize(value));
}

net::Response no_content() {
    net::Response response;
    response.status = 204;
    return response;
}

json::value to_json(const std::optional<UtcTime>& time) {
    return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

json::value to_json(const std::optional<std::vector<std::string>>& list) {
    return list ? json::value_from(*list) : json::value(nullptr);
}

json::object to_json(const footage::Timing& timing) {
    return {{"source", timing.source},
            {"offset_ms", milliseconds_of(timing.offset)},
            {"ppm", timing.ppm},
            {"uncertainty_ms", milliseconds_of(timing.uncertainty)}};
}

json::value to_json(const std::optional<Track>& track) {
    if (!track) return nullptr;
    return json::object{
        {"codec", to_string(track->codec)}, {"codec_string", codec_string(*track)}, {"width", track->width},
        {"height", track->height},          {"sample_rate", track->sample_rate},    {"channels", track->channels}};
}

json::object to_json(const CameraView& camera, const Identity& who) {
    boost::system::error_code error;
    const auto config = json::parse(camera.config_json, error);
    const bool readable = !error && config.is_object();
    json::object object{{"id", camera.id.str()}, {"name", camera.name}, {"declared_in_file", camera.declared_in_file}};
    if (who.role != Role::viewer) object["config"] = readable ? config : json::value(json::object());
    const auto* location = readable ? config.get_object().if_contains("location") : nullptr;
    object["location"] = location != nullptr ? *location : json::value(nullptr);
    auto& streams = object["streams"].emplace_array();
    for (const auto& stream : camera.streams) streams.push_back(stream_json(stream));
    return object;
}

json::object me_json(const Identity& who, const std::string& time_zone) {
    return {{"name", who.user},
            {"role", to_string(who.role)},
            {"cameras", to_json(who.role == Role::viewer ? who.cameras : std::nullopt)},
            {"csrf", who.csrf},
            {"time_zone", time_zone}};
}

}  // namespace vantage::serve
