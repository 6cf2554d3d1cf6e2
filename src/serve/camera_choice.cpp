// SPDX-License-Identifier: Apache-2.0
#include "serve/camera_choice.hpp"

#include <fmt/format.h>

namespace vantage::serve {

Result<CameraId> camera_of(const Call& call) {
    for (const auto& [name, value] : call.parameters)
        if (name == "camera") return call.camera();
    if (const auto named = call.request.parameter("camera")) {
        auto id = CameraId::parse(*named);
        if (id && !call.who.sees(*id)) return fail(errc::forbidden, fmt::format("you may not see camera '{}'", *named));
        return id;
    }
    auto seen = call.app.camera_states.ids();
    std::erase_if(seen, [&](const CameraId& id) { return !call.who.sees(id); });
    if (seen.size() == 1) return seen.front();
    std::string names;
    for (const auto& id : seen) names += (names.empty() ? "" : ", ") + id.str();
    return fail(errc::invalid_argument,
                seen.empty() ? "there is no camera yet" : fmt::format("say which camera: camera= one of {}", names));
}

json::value location_of(Services& app, const CameraId& camera) {
    boost::system::error_code error;
    const auto config = json::parse(app.camera_states.config(camera), error);
    const auto* location = !error && config.is_object() ? config.get_object().if_contains("location") : nullptr;
    return location != nullptr ? *location : json::value(nullptr);
}

void add_location(net::Headers& headers, const json::value& location) {
    const auto place = [&](const json::value& text) {
        if (text.is_string() && !text.get_string().empty())
            headers.add("Vantage-Place", net::percent_encode(std::string_view(text.get_string()), false));
    };
    if (location.is_string()) return place(location);
    if (!location.is_object()) return;
    const auto& object = location.get_object();
    const auto degrees = [&](const char* field, const char* header) {
        const auto* value = object.if_contains(field);
        if (value != nullptr && value->is_number()) headers.add(header, fmt::format("{}", value->to_number<double>()));
    };
    degrees("latitude", "Vantage-Latitude");
    degrees("longitude", "Vantage-Longitude");
    if (const auto* text = object.if_contains("place")) place(*text);
}

void add_times(net::Headers& headers, UtcTime time, UtcTime asked) {
    headers.add("Vantage-Time", to_rfc3339(time));
    headers.add("Vantage-Delta", fmt::format("{:.3f}", std::chrono::duration<double>(time - asked).count()));
}

std::string unix_text(UtcTime time) {
    const auto us = time.time_since_epoch().count();
    return fmt::format("{}.{:06}", us / 1'000'000, us % 1'000'000);
}

}  // namespace vantage::serve
