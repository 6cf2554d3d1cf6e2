// SPDX-License-Identifier: Apache-2.0
// The long form of a camera as JSON, and secrets on their way to the page and back.
#include "app/config.hpp"
#include "base/log.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace vantage::app {
namespace json = boost::json;
namespace {

json::object record_json(const RecordConfig& record) {
    json::object out{{"enabled", record.enabled}, {"flush", record.flush.count()}};
    if (record.days) out["days"] = record.days->count();
    if (record.bytes) out["bytes"] = *record.bytes;
    return out;
}

json::object location_json(const Location& location) {
    json::object out{{"place", location.place}};
    if (location.latitude) out["latitude"] = *location.latitude;
    if (location.longitude) out["longitude"] = *location.longitude;
    return out;
}

// "user:password" and "host:port" of an address; the user part is empty when there is none.
struct Authority {
    std::string user, host;
};
Authority authority_of(const std::string& url) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return {};
    auto whole = url.substr(scheme + 3);
    whole = whole.substr(0, whole.find_first_of("/?#"));
    const auto at = whole.rfind('@');
    if (at == std::string::npos) return {"", whole};
    return {whole.substr(0, at), whole.substr(at + 1)};
}

Result<std::string> restore(const std::string& changed, const std::string& stored) {
    if (changed.find("***") == std::string::npos) return changed;
    if (!stored.empty() && changed == log::redact_url(stored)) return stored;
    const auto now = authority_of(changed);
    const auto before = authority_of(stored);
    if (now.user == "***" && !before.user.empty() && now.host == before.host) {
        auto out = changed;
        out.replace(out.find("***@"), 3, before.user);
        if (out.find("***") == std::string::npos) return out;
    }
    return fail(errc::invalid_argument,
                fmt::format("'{}' has '***' where a password belongs; write it again (it is kept only for the same host)",
                            log::redact_url(changed)));
}

}  // namespace

std::string to_json(const CameraConfig& camera, bool redact) {
    const auto shown = [&](const std::string& url) { return redact ? log::redact_url(url) : url; };
    json::object out{{"name", camera.name},
                     {"source", shown(camera.source)},
                     {"transport", camera.transport == ingest::Transport::tcp ? "tcp" : "udp"},
                     {"record", record_json(camera.record)},
                     {"on_demand", camera.on_demand},
                     {"audio", camera.audio}};
    if (camera.sub)
        out["sub"] = json::object{{"source", shown(camera.sub->source)}, {"record", record_json(camera.sub->record)}};
    if (auto timelapse = to_json(camera.timelapse); !timelapse.empty()) out["timelapse"] = std::move(timelapse);
    if (camera.location) out["location"] = location_json(*camera.location);
    return json::serialize(out);
}

Result<CameraConfig> with_secrets_of(CameraConfig changed, const std::optional<CameraConfig>& stored) {
    auto source = restore(changed.source, stored ? stored->source : "");
    if (!source) return source.error();
    changed.source = *source;
    if (changed.sub) {
        auto sub = restore(changed.sub->source, stored && stored->sub ? stored->sub->source : "");
        if (!sub) return sub.error();
        changed.sub->source = *sub;
    }
    return changed;
}

}  // namespace vantage::app
