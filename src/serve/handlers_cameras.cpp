// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"
#include "serve/handlers.hpp"
#include "serve/json.hpp"

#include <fmt/format.h>

namespace vantage::serve::handlers {
namespace {

constexpr seconds kProbeTime{15};

Actor actor(const Call& call) {
    return {call.who.user, call.request.peer};
}

// The "config" of the body as text, for those who understand it.
Result<std::string> config_of(const json::object& body) {
    const auto* config = body.if_contains("config");
    if (config == nullptr || !config->is_object()) return fail(errc::invalid_argument, "'config' must be an object");
    return json::serialize(*config);
}

Answer show(const Call& call, const CameraId& id, int status) {
    const auto view = call.app.control.camera(id);
    if (!view) return fail(errc::not_found, fmt::format("there is no camera '{}'", id.str()));
    return json_response(status, to_json(*view, call.who));
}

}  // namespace

Answer list_cameras(const Call& call) {
    json::array cameras;
    for (const auto& camera : call.app.control.cameras())
        if (call.who.sees(camera.id)) cameras.push_back(to_json(camera, call.who));
    return json_response(200, json::object{{"cameras", std::move(cameras)}});
}

Answer get_camera(const Call& call) {
    return show(call, call.camera(), 200);
}

Answer add_camera(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto text = text_field(*body, "id");
    if (!text) return text.error();
    const auto id = CameraId::parse(*text);
    if (!id) return id.error();
    const auto config = config_of(*body);
    if (!config) return config.error();
    if (auto added = call.app.control.add_camera(*id, *config); !added) return added.error();
    call.app.accounts.audit(actor(call), "camera added", id->str());
    auto response = show(call, *id, 201);
    if (response) response->headers.add("Location", fmt::format("{}/api/v1/cameras/{}", call.app.base_path, id->str()));
    return response;
}

Answer change_camera(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto config = config_of(*body);
    if (!config) return config.error();
    const auto id = call.camera();
    if (auto changed = call.app.control.change_camera(id, *config); !changed) return changed.error();
    call.app.accounts.audit(actor(call), "camera changed", id.str());
    return show(call, id, 200);
}

Answer remove_camera(const Call& call) {
    const auto id = call.camera();
    if (auto removed = call.app.control.remove_camera(id); !removed) return removed.error();
    call.app.accounts.audit(actor(call), "camera removed", id.str());
    return no_content();
}

Answer test_camera(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto config = config_of(*body);
    if (!config) return config.error();
    const auto text = optional_text_field(*body, "id");
    if (!text) return text.error();
    std::optional<CameraId> existing;
    if (*text) {
        auto id = CameraId::parse(**text);
        if (!id) return id.error();
        existing = std::move(*id);
    }
    if (!call.app.probes.try_acquire())
        return fail(errc::overloaded, "other cameras are being tested; try again in some seconds");
    auto report = call.app.control.probe(*config, existing, kProbeTime);
    call.app.probes.release();
    if (!report) return report.error();
    json::object answer{
        {"video", to_json(report->tracks.video)},
        {"audio", to_json(report->tracks.audio)},
        {"fps", report->fps},
        {"clock", report->clock},
        {"picture",
         report->jpeg.empty() ? json::value(nullptr) : json::value("data:image/jpeg;base64," + to_base64(report->jpeg))}};
    return json_response(200, std::move(answer));
}

}  // namespace vantage::serve::handlers
