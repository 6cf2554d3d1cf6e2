// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include "app/config_camera.hpp"
#include "app/config_influx.hpp"
#include "app/yaml_reader.hpp"
#include "base/log.hpp"

#include <cstring>
#include <fstream>
#include <sstream>

namespace vantage::app {
namespace {

void read_storage(const YAML::Node& node, StorageConfig& out, Faults& faults) {
    if (node.IsDefined() && node.IsScalar()) {
        out.path = faults.expand(node);
        return;
    }
    MapReader reader(node, "'storage'", faults);
    std::string path = out.path.string();
    reader.read("path", path);
    out.path = path;
    std::optional<double> days;
    reader.read_days("days", days);
    if (days) out.days = Days{*days};
    reader.read_bytes("bytes", out.bytes);
    if (const auto free = reader.node("keep_free"); free.IsDefined() && free.IsScalar() && free.Scalar().ends_with('%'))
        reader.read("keep_free", out.keep_free_percent, 0, 95);
    else
        reader.read_bytes("keep_free", out.keep_free_bytes);
    reader.finish();
}

void read_tls(const YAML::Node& node, TlsConfig& out, Faults& faults) {
    if (!node.IsDefined()) return;
    if (node.IsScalar()) {  // tls: self_signed, tls: off
        const auto word = faults.expand(node);
        if (word != "self_signed" && word != "off" && word != "false")
            faults.add(node, "'tls' of 'server' must be off, self_signed or a map with certificate and key");
        out.enabled = word == "self_signed";
        return;
    }
    MapReader reader(node, "'tls' of 'server'", faults);
    std::string certificate, key;
    reader.read("certificate", certificate);
    reader.read("key", key);
    reader.finish();
    out = {true, certificate, key};
    if (certificate.empty() || key.empty()) faults.add(node, "'tls' of 'server' needs both certificate and key (PEM files)");
}

void read_server(const YAML::Node& node, ServerConfig& out, Faults& faults) {
    MapReader reader(node, "'server'", faults);
    double port = out.port;
    reader.read("port", port, 1, 65535);
    out.port = static_cast<std::uint16_t>(port);
    reader.read("bind", out.bind);
    read_tls(reader.node("tls"), out.tls, faults);
    reader.read("base_path", out.base_path);
    reader.read("trusted_proxies", out.trusted_proxies);
    reader.read("cors_origins", out.cors_origins);
    while (out.base_path.ends_with('/')) out.base_path.pop_back();
    if (!out.base_path.empty() && out.base_path.front() != '/') reader.fault("base_path", "must begin with '/'");
    reader.finish();
}

void read_live(const YAML::Node& node, LiveConfig& out, Faults& faults) {
    MapReader reader(node, "'live'", faults);
    reader.read("part", out.part, 0.2, 2);
    reader.read("segment", out.segment, 2, 10);
    reader.read_seconds("window", out.window, seconds{12}, seconds{300});
    reader.read_seconds("close_after", out.close_after, seconds{10}, seconds{3600});
    reader.read("most_waiting", out.most_waiting, 1, 1'000'000);
    if (static_cast<double>(out.window.count()) < out.segment * 4)
        reader.fault("window", "must be at least four times 'segment', which players keep away from the end");
    reader.finish();
}

void read_rtsp(const YAML::Node& node, RtspConfig& out, Faults& faults) {
    if (node.IsDefined() && node.IsScalar()) {  // rtsp: off
        const auto word = faults.expand(node);
        out.enabled = word != "off" && word != "false" && word != "no";
        if (out.enabled && word != "on" && word != "true" && word != "yes")
            faults.add(node, "'rtsp' must be on, off or a map with port, tls_port, bind and udp");
        return;
    }
    MapReader reader(node, "'rtsp'", faults);
    reader.read("enabled", out.enabled);
    reader.read("bind", out.bind);
    double port = out.port, tls_port = out.tls_port;
    reader.read("port", port, 1, 65535);
    reader.read("tls_port", tls_port, 1, 65535);
    reader.read("udp", out.udp);
    out.port = static_cast<std::uint16_t>(port);
    out.tls_port = static_cast<std::uint16_t>(tls_port);
    if (out.port == out.tls_port) reader.fault("tls_port", "must be another one than 'port'");
    reader.finish();
}

void read_transcode(const YAML::Node& node, TranscodeConfig& out, Faults& faults) {
    MapReader reader(node, "'transcode'", faults);
    double most = static_cast<double>(out.most);
    reader.read("most", most, 0, 64);
    out.most = static_cast<std::size_t>(most);
    std::vector<std::string> words{"auto"};
    for (const auto encoder : kH264Encoders) words.emplace_back(to_string(encoder));
    std::size_t word = 0;
    reader.read_word("encoder", words, word);
    if (word > 0) out.encoder = kH264Encoders.at(word - 1);
    reader.finish();
}

void read_stills(const YAML::Node& node, StillsConfig& out, Faults& faults) {
    MapReader reader(node, "'stills'", faults);
    reader.read("thumbnails", out.thumbnails);
    double interval = 1, width = out.width, quality = out.quality;
    reader.read("interval", interval, 0.5, 60);
    reader.read("width", width, 64, 1920);
    reader.read("quality", quality, 2, 31);
    out.interval = std::chrono::round<milliseconds>(std::chrono::duration<double>(interval));
    out.width = static_cast<int>(width);
    out.quality = static_cast<int>(quality);
    std::optional<double> days;
    reader.read_days("keep_days", days);
    if (days) out.keep_days = Days{*days};
    std::optional<double> moments;
    reader.read_days("keep_moments", moments);
    if (moments) out.keep_moments = Days{*moments};
    reader.finish();
}

void read_log(const YAML::Node& node, Config& out, Faults& faults) {
    MapReader reader(node, "'log'", faults);
    std::size_t level = 0, format = 0;
    reader.read_word("level", {"info", "debug"}, level);
    reader.read_word("format", {"text", "json"}, format);
    reader.finish();
    out.log_debug = level == 1;
    out.log_json = format == 1;
}

void read_export(const YAML::Node& node, ExportConfig& out, Faults& faults) {
    MapReader reader(node, "'export'", faults);
    std::optional<double> keep;
    reader.read_days("keep", keep);
    if (keep) out.keep = Days{*keep};
    reader.finish();
}

void read_recordings(const YAML::Node& node, record::RecordingLimits& out, Faults& faults) {
    MapReader reader(node, "'recordings'", faults);
    reader.read("replace", out.replace);
    reader.read_seconds("longest", out.longest, seconds{60}, std::chrono::days{7});
    double most = static_cast<double>(out.most);
    reader.read("most", most, 1, 64);
    out.most = static_cast<std::size_t>(most);
    reader.finish();
}

// The zone's name is shown and used by the page; what counts is that the host knows it.
void check_zone(MapReader& reader, const std::string& zone) {
    if (zone.empty()) return;
    const bool safe = zone.find("..") == std::string::npos && zone.front() != '/';
    if (!safe || !std::filesystem::exists(std::filesystem::path("/usr/share/zoneinfo") / zone))
        reader.fault("time_zone", fmt::format("is '{}'; write an IANA name, such as Europe/Berlin", zone));
}

bool opens_local_files(const std::string& source) {
    return source.starts_with("file:") || source.starts_with("lavfi:") ||
           (source.starts_with("ffmpeg:") && !source.starts_with("ffmpeg:rtsp"));
}

void read_document(const YAML::Node& document, Config& out, Faults& faults) {
    MapReader reader(document, "the configuration", faults);
    std::string data = "/var/lib/vantage";
    reader.read("data", data);
    out.data = data;
    out.storage.path = out.data / "storage";
    read_storage(reader.node("storage"), out.storage, faults);
    reader.read("time_zone", out.time_zone);
    check_zone(reader, out.time_zone);
    read_server(reader.node("server"), out.server, faults);
    read_live(reader.node("live"), out.live, faults);
    read_rtsp(reader.node("rtsp"), out.rtsp, faults);
    read_transcode(reader.node("transcode"), out.transcode, faults);
    read_stills(reader.node("stills"), out.stills, faults);
    read_influxdb(reader.node("influxdb"), out.influxdb, faults);
    read_timelapse(reader.node("timelapse"), out.timelapse, faults);
    read_log(reader.node("log"), out, faults);
    read_export(reader.node("export"), out.exports, faults);
    read_recordings(reader.node("recordings"), out.recordings, faults);
    read_cameras(reader.node("cameras"), out.cameras, faults);
    reader.finish();
}

}  // namespace

Result<Config> parse_config(const std::string& text, const std::string& name) {
    Faults faults(name, true);
    Config config;
    try {
        const auto document = YAML::Load(text);
        if (document.IsSequence()) {  // the list form alone is a whole file, too
            config.data = "/var/lib/vantage";
            config.storage.path = config.data / "storage";
            read_cameras(document, config.cameras, faults);
        } else {
            read_document(document, config, faults);
        }
    } catch (const YAML::Exception& e) {
        faults.add(e.mark, fmt::format("this is not YAML: {}", e.msg));
    }
    if (!faults.none()) return fail(errc::invalid_argument, faults.text());
    return config;
}

Result<Config> load_config(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) return system_error(errno, fmt::format("read the configuration {}", file.string()));
    std::stringstream text;
    text << in.rdbuf();
    return parse_config(text.str(), file.filename().string());
}

Result<CameraConfig> parse_camera(const CameraId& id, const std::string& text) {
    Faults faults("camera", false);
    std::optional<CameraConfig> camera;
    try {
        camera = read_camera(id, YAML::Load(text), faults);
    } catch (const YAML::Exception& e) {
        faults.add(e.mark, fmt::format("this is neither JSON nor YAML: {}", e.msg));
    }
    if (camera && (opens_local_files(camera->source) || (camera->sub && opens_local_files(camera->sub->source))))
        faults.add(YAML::Mark{},
                   "addresses that open files of this machine (file:, lavfi:, ffmpeg: but for ffmpeg:rtsp://) can "
                   "be used in the configuration file only");
    if (camera && !camera->push.empty())
        faults.add(YAML::Mark{},
                   "'push' stands in the configuration file only; in the page, pushes are added under Streaming");
    if (!faults.none() || !camera) return fail(errc::invalid_argument, faults.text());
    return *camera;
}

std::string describe(const Config& config) {
    const auto rtsp = !config.rtsp.enabled        ? std::string("off")
                      : config.server.tls.enabled ? fmt::format("port {}, TLS {}", config.rtsp.port, config.rtsp.tls_port)
                                                  : fmt::format("port {}", config.rtsp.port);
    auto out = fmt::format("data      {}\nstorage   {}\nserver    {}:{}{}{}\nrtsp      {}\ntime zone {}\ncameras   {}\n",
                           config.data.string(), config.storage.path.string(), config.server.bind, config.server.port,
                           config.server.base_path, config.server.tls.enabled ? " (TLS)" : "", rtsp,
                           config.time_zone.empty() ? "of the host" : config.time_zone, config.cameras.size());
    if (config.influxdb.enabled) out += describe(config.influxdb);
    for (const auto& [id, camera] : config.cameras) {
        const auto days = camera.record.days ? fmt::format(", {:g} days", camera.record.days->count()) : "";
        const auto pushes = camera.push.empty() ? "" : fmt::format(", pushed to {}", camera.push.size());
        out += fmt::format("  {:16} {}{}{}{}{}\n", id.str(), log::redact_url(camera.source), camera.sub ? " + sub" : "",
                           camera.record.enabled ? "" : ", not recorded", days, pushes);
    }
    return out;
}

}  // namespace vantage::app
