// SPDX-License-Identifier: Apache-2.0
// The program itself: load, disks, log, audit, metrics, description.
#include "base/log.hpp"
#include "live/segments/live_windows.hpp"
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "serve/metrics.hpp"
#include "serve/openapi.hpp"

#include <charconv>

namespace vantage::serve::handlers {
namespace {

Result<std::int64_t> number_parameter(const net::Request& request, std::string_view name, std::int64_t otherwise,
                                      std::int64_t most) {
    const auto text = request.parameter(name);
    if (!text || text->empty()) return otherwise;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || value < 0)
        return fail(errc::invalid_argument, "'" + std::string(name) + "' must be a number that is not negative");
    return std::min(value, most);
}

json::object to_json(const DiskView& disk) {
    return {{"path", disk.path},          {"state", disk.state},     {"total", disk.total},
            {"free", disk.free},          {"footage", disk.footage}, {"bytes_per_day", disk.bytes_per_day},
            {"days_left", disk.days_left}};
}

json::value to_json(const std::optional<RtspView>& rtsp) {
    if (!rtsp) return nullptr;
    return json::object{{"port", rtsp->port},
                        {"tls_port", rtsp->tls_port == 0 ? json::value(nullptr) : json::value(rtsp->tls_port)},
                        {"fault", rtsp->fault.empty() ? json::value(nullptr) : json::value(rtsp->fault)},
                        {"readers", rtsp->readers}};
}

json::object to_json(const TranscodesView& transcodes) {
    return {{"running", transcodes.running}, {"most", transcodes.most}, {"encoder", transcodes.encoder}};
}

json::value to_json(const std::optional<SeriesView>& series) {
    if (!series) return nullptr;
    return json::object{
        {"sending", series->sending}, {"fault", series->fault.empty() ? json::value(nullptr) : json::value(series->fault)},
        {"sent", series->sent},       {"dropped", series->dropped},
        {"waiting", series->waiting}, {"waiting_bytes", series->waiting_bytes}};
}

}  // namespace

Answer get_system(const Call& call) {
    const auto view = call.app.control.system();
    json::array disks, libraries;
    for (const auto& disk : view.disks) disks.push_back(to_json(disk));
    for (const auto& [name, version] : view.libraries)
        libraries.push_back(json::object{{"name", name}, {"version", version}});
    json::value hold;
    if (view.clock_hold) hold = *view.clock_hold;
    return json_response(200, json::object{{"version", view.version},
                                           {"started", to_rfc3339(view.started)},
                                           {"cpu_percent", view.cpu_percent},
                                           {"memory_bytes", view.memory_bytes},
                                           {"time_zone", view.time_zone},
                                           {"now", to_rfc3339(call.app.clock.now())},
                                           {"clock_hold", std::move(hold)},
                                           {"rtsp", to_json(view.rtsp)},
                                           {"disks", std::move(disks)},
                                           {"transcodes", to_json(view.transcodes)},
                                           {"influxdb", to_json(view.influxdb)},
                                           {"libraries", std::move(libraries)}});
}

Answer confirm_clock(const Call& call) {
    call.app.control.confirm_clock();
    call.app.accounts.audit({call.who.user, call.request.peer}, "clock confirmed", "");
    return no_content();
}

Answer get_log(const Call& call) {
    const auto most = number_parameter(call.request, "lines", 200, 10'000);
    if (!most) return most.error();
    json::array lines;
    for (const auto& line : log::recent(static_cast<std::size_t>(*most)))
        lines.push_back(json::object{{"time", to_rfc3339(line.time)},
                                     {"level", log::to_string(line.level)},
                                     {"area", line.area},
                                     {"message", line.message}});
    return json_response(200, json::object{{"lines", std::move(lines)}});
}

Answer get_audit(const Call& call) {
    const auto before = number_parameter(call.request, "before", 0, std::numeric_limits<std::int64_t>::max());
    if (!before) return before.error();
    const auto limit = number_parameter(call.request, "limit", 100, 1000);
    if (!limit) return limit.error();
    const auto found = call.app.settings.audit(*before, static_cast<std::size_t>(*limit));
    if (!found) return found.error();
    json::array entries;
    for (const auto& entry : *found)
        entries.push_back(json::object{{"id", entry.id},
                                       {"time", to_rfc3339(entry.time)},
                                       {"user", entry.user},
                                       {"address", entry.address},
                                       {"action", entry.action},
                                       {"detail", entry.detail}});
    return json_response(200, json::object{{"entries", std::move(entries)}});
}

Answer get_health(const Call& call) {
    for (const auto& disk : call.app.control.system().disks)
        if (disk.state == "failing" || disk.state == "missing")
            return json_response(503, json::object{{"status", "disk " + disk.state}});
    return json_response(200, json::object{{"status", "ok"}});
}

Answer get_metrics(const Call& call) {
    auto cameras = call.app.control.cameras();
    std::erase_if(cameras, [&](const CameraView& camera) { return !call.who.sees(camera.id); });
    auto pushes = call.app.control.pushes().all();
    std::erase_if(pushes, [&](const PushView& push) { return !call.who.sees(push.camera); });
    return net::text_response(
        200, "text/plain; version=0.0.4; charset=utf-8",
        metrics_text(cameras, pushes, call.app.control.system(), call.app.control.live_windows().stats(), call.app.http()));
}

Answer get_openapi(const Call& call) {
    const auto version = call.app.control.system().version;
    return net::text_response(200, "application/json", openapi_text(endpoints(), version, call.app.base_path));
}

}  // namespace vantage::serve::handlers
