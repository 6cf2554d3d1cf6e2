// SPDX-License-Identifier: Apache-2.0
#include "app/config_timelapse.hpp"

#include "stills/timelapse/timelapse_jobs.hpp"

#include <fmt/format.h>

namespace vantage::app {
namespace {

using stills::TimelapseJobs;

constexpr int kLeastSide = 64, kMostSide = 4096;

void read_int(MapReader& reader, const std::string& key, std::optional<int>& out, int least, int most) {
    if (!reader.has(key)) return;
    double value = out.value_or(least);
    reader.read(key, value, least, most);
    out = static_cast<int>(value);
}

void read_map(MapReader& reader, TimelapseChange& out) {
    if (reader.has("enabled")) {
        bool enabled = true;
        reader.read("enabled", enabled);
        out.enabled = enabled;
    }
    read_int(reader, "seconds", out.seconds, 1, TimelapseJobs::kMostSeconds);
    read_int(reader, "fps", out.fps, 1, TimelapseJobs::kMostFps);
    read_int(reader, "width", out.width, kLeastSide, kMostSide);
    read_int(reader, "height", out.height, kLeastSide, kMostSide);
    std::string hours;
    reader.read("hours", hours);
    if (hours.empty()) return;
    if (const auto parsed = stills::parse_hours(hours)) {
        out.hours = *parsed;
    } else {
        reader.fault("hours", fmt::format("is '{}'; write hours of the day, such as 06:00-22:00", hours));
    }
}

bool read_switch(const YAML::Node& node, const std::string& what, std::optional<bool>& out, Faults& faults) {
    if (!node.IsDefined() || node.IsNull()) return true;
    if (!node.IsScalar()) return false;
    const auto word = faults.expand(node);
    out = word == "on" || word == "true" || word == "yes";
    if (!*out && word != "off" && word != "false" && word != "no")
        faults.add(node,
                   fmt::format("{} must be on, off or a map with enabled, seconds, fps, hours, width and height", what));
    return true;
}

void check(const YAML::Node& node, const std::string& what, const TimelapseChange& change, Faults& faults) {
    if (change.seconds.value_or(1) * change.fps.value_or(1) > TimelapseJobs::kMostFrames)
        faults.add(node,
                   fmt::format("{} has more than {} pictures: 'seconds' times 'fps'", what, TimelapseJobs::kMostFrames));
}

}  // namespace

void read_timelapse(const YAML::Node& node, TimelapseConfig& out, Faults& faults) {
    TimelapseChange change;
    if (!read_switch(node, "'timelapse'", change.enabled, faults)) {
        MapReader reader(node, "'timelapse'", faults);
        read_map(reader, change);
        reader.read_days("keep_days", out.keep_days);
        reader.finish();
        check(node, "'timelapse'", change, faults);
    }
    out.settings = changed(out.settings, change);
}

void read_timelapse(const YAML::Node& node, const std::string& what, TimelapseChange& out, Faults& faults) {
    const auto name = fmt::format("'timelapse' of {}", what);
    if (read_switch(node, name, out.enabled, faults)) return;
    MapReader reader(node, name, faults);
    read_map(reader, out);
    reader.finish();
    check(node, name, out, faults);
}

// A camera's rate with the installation's length may be too much: then it is shorter.
stills::TimelapseSettings changed(stills::TimelapseSettings settings, const TimelapseChange& change) {
    settings.enabled = change.enabled.value_or(settings.enabled);
    settings.fps = change.fps.value_or(settings.fps);
    settings.seconds = std::min(change.seconds.value_or(settings.seconds), TimelapseJobs::kMostFrames / settings.fps);
    if (change.hours) settings.hours = change.hours;
    settings.most.width = change.width.value_or(settings.most.width);
    settings.most.height = change.height.value_or(settings.most.height);
    return settings;
}

boost::json::object to_json(const TimelapseChange& change) {
    boost::json::object out;
    if (change.enabled) out["enabled"] = *change.enabled;
    if (change.seconds) out["seconds"] = *change.seconds;
    if (change.fps) out["fps"] = *change.fps;
    if (change.width) out["width"] = *change.width;
    if (change.height) out["height"] = *change.height;
    if (change.hours) out["hours"] = stills::to_string(*change.hours);
    return out;
}

}  // namespace vantage::app
