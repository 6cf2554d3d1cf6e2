// SPDX-License-Identifier: Apache-2.0
#include "app/config_camera.hpp"

#include "app/config_push.hpp"
#include "base/log.hpp"

#include <array>

namespace vantage::app {
namespace {

void read_record(const YAML::Node& node, const std::string& what, RecordConfig& out, Faults& faults) {
    if (node.IsDefined() && node.IsScalar()) {  // record: false
        const auto text = faults.expand(node);
        if (text != "true" && text != "false")
            faults.add(node, fmt::format("'record' of {} must be true, false or a map", what));
        out.enabled = text == "true";
        return;
    }
    MapReader reader(node, fmt::format("'record' of {}", what), faults);
    reader.read("enabled", out.enabled);
    std::optional<double> days;
    reader.read_days("days", days);
    if (days) out.days = Days{*days};
    reader.read_bytes("bytes", out.bytes);
    reader.read_seconds("flush", out.flush, seconds{1}, seconds{60});
    reader.finish();
}

void read_sub(const YAML::Node& node, const std::string& what, std::optional<SubConfig>& out, Faults& faults) {
    if (!node.IsDefined() || node.IsNull()) return;
    out.emplace();
    if (node.IsScalar()) {
        out->source = faults.expand(node);
    } else {
        MapReader reader(node, fmt::format("'sub' of {}", what), faults);
        reader.read("source", out->source);
        read_record(reader.node("record"), fmt::format("'sub' of {}", what), out->record, faults);
        reader.finish();
    }
    if (out->source.empty()) faults.add(node, fmt::format("'sub' of {} has no source", what));
}

void read_location(const YAML::Node& node, const std::string& what, std::optional<Location>& out, Faults& faults) {
    if (!node.IsDefined() || node.IsNull()) return;
    Location location;
    if (node.IsScalar()) {
        location.place = faults.expand(node);
    } else {
        MapReader reader(node, fmt::format("'location' of {}", what), faults);
        double latitude = 1000;
        double longitude = 1000;
        reader.read("latitude", latitude, -90, 90);
        reader.read("longitude", longitude, -180, 180);
        reader.read("place", location.place);
        reader.finish();
        if (latitude <= 90) location.latitude = latitude;
        if (longitude <= 180) location.longitude = longitude;
    }
    out = location;
}

bool has_known_scheme(const std::string& source) {
    static constexpr std::array schemes{"rtsp:", "rtsps:", "http:", "https:", "rtmp:",  "rtmps:", "udp:",
                                        "srt:",  "file:",  "sim:",  "v4l2:",  "lavfi:", "ffmpeg:"};
    return std::ranges::any_of(schemes, [&](const char* scheme) { return source.starts_with(scheme); });
}

void check_source(const YAML::Node& node, const std::string& what, const std::string& source, Faults& faults) {
    if (source.empty())
        faults.add(node,
                   fmt::format("{} has no source; write its address, such as rtsp://user:password@10.0.0.5/stream", what));
    else if (!has_known_scheme(source))
        faults.add(node,
                   fmt::format("the source of {}, '{}', has an unknown scheme; there are rtsp, rtsps, http, https, rtmp, "
                               "udp, srt, v4l2, file, sim, lavfi and ffmpeg",
                               what, log::redact_url(source)));
}

std::optional<CameraId> read_id(const YAML::Node& node, Faults& faults) {
    const auto id = node.IsScalar() ? CameraId::parse(node.Scalar()) : CameraId::parse("");
    if (id) return *id;
    faults.add(node, id.error().message);
    return {};
}

// The list form: - {cameraID: example, rtsp: rtsp://..., daysToKeep: 5}
void read_list_entry(const YAML::Node& node, Cameras& out, Faults& faults) {
    MapReader reader(node, "camera of the list", faults);
    const auto id_node = reader.node("cameraID");
    std::string source;
    std::optional<double> days;
    reader.read("rtsp", source);
    reader.read_days("daysToKeep", days);
    reader.finish();
    if (!id_node.IsDefined()) return faults.add(node, "camera of the list has no cameraID");
    const auto id = read_id(id_node, faults);
    if (!id) return;
    const auto what = fmt::format("camera '{}'", id->str());
    check_source(node, what, source, faults);
    CameraConfig camera(*id);
    camera.source = source;
    if (days) camera.record.days = Days{*days};
    if (!out.emplace(*id, camera).second) faults.add(node, fmt::format("{} stands twice", what));
}

}  // namespace

std::optional<CameraConfig> read_camera(const CameraId& id, const YAML::Node& node, Faults& faults) {
    const auto what = fmt::format("camera '{}'", id.str());
    CameraConfig camera(id);
    if (node.IsScalar()) {
        camera.source = faults.expand(node);
        check_source(node, what, camera.source, faults);
        return camera;
    }
    MapReader reader(node, what, faults);
    reader.read("name", camera.name);
    reader.read("source", camera.source);
    read_sub(reader.node("sub"), what, camera.sub, faults);
    std::size_t transport = 0;
    reader.read_word("transport", {"tcp", "udp"}, transport);
    camera.transport = transport == 0 ? ingest::Transport::tcp : ingest::Transport::udp;
    read_record(reader.node("record"), what, camera.record, faults);
    reader.read("on_demand", camera.on_demand);
    reader.read("audio", camera.audio);
    read_location(reader.node("location"), what, camera.location, faults);
    read_timelapse(reader.node("timelapse"), what, camera.timelapse, faults);
    read_pushes(reader.node("push"), what, camera.push, faults);
    reader.finish();
    check_source(node, what, camera.source, faults);
    if (camera.sub && !camera.sub->source.empty())
        check_source(node, fmt::format("'sub' of {}", what), camera.sub->source, faults);
    if (camera.name.empty()) camera.name = id.str();
    return camera;
}

void read_cameras(const YAML::Node& node, Cameras& out, Faults& faults) {
    if (!node.IsDefined() || node.IsNull()) return;
    if (node.IsSequence()) {
        for (const auto& entry : node) read_list_entry(entry, out, faults);
        return;
    }
    if (!node.IsMap()) return faults.add(node, "'cameras' must be a map from names to cameras, or a list");
    for (const auto& entry : node) {
        const auto id = read_id(entry.first, faults);
        if (!id) continue;
        if (auto camera = read_camera(*id, entry.second, faults); camera && !out.emplace(*id, *camera).second)
            faults.add(entry.first, fmt::format("camera '{}' stands twice", id->str()));
    }
}

}  // namespace vantage::app
