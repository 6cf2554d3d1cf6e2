// SPDX-License-Identifier: Apache-2.0
// The configuration as the program uses it, and reading it: YAML, strict, every fault told at once with file, line and what
// was probably meant (docs/configuration.md). The page's cameras are the same long form as JSON, which is YAML: one reader
// for both. Pure functions but for load_config, which reads the file and the environment.
#pragma once
#include "app/config_timelapse.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "ingest/source.hpp"
#include "live/push/push.hpp"
#include "media/h264_encoders.hpp"
#include "record/recording.hpp"
#include "series/influx.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vantage::app {

using Days = std::chrono::duration<double, std::ratio<86400>>;

struct RecordConfig {
    bool enabled{true};
    std::optional<Days> days;            // nothing: no limit by age
    std::optional<std::uint64_t> bytes;  // nothing: no limit of its own
    seconds flush{1};                    // at most so much is lost by a power cut
    bool operator==(const RecordConfig&) const = default;
};

struct SubConfig {
    std::string source;
    RecordConfig record;
    bool operator==(const SubConfig&) const = default;
};

struct Location {
    std::optional<double> latitude, longitude;  // degrees, WGS 84
    std::string place;
    bool operator==(const Location&) const = default;
};

struct CameraConfig {
    explicit CameraConfig(CameraId of) : id(std::move(of)), name(id.str()) {}
    CameraId id;
    std::string name;    // as shown; the id when not given
    std::string source;  // may hold a password
    std::optional<SubConfig> sub;
    ingest::Transport transport{ingest::Transport::tcp};
    RecordConfig record;
    bool on_demand{false};
    bool audio{true};
    std::optional<Location> location;
    TimelapseChange timelapse;
    std::vector<live::PushOptions> push;  // of the file; the page's lie in the settings, since they hold keys
    bool operator==(const CameraConfig&) const = default;
};
using Cameras = std::map<CameraId, CameraConfig>;

struct TlsConfig {
    bool enabled{false};
    std::filesystem::path certificate, key;  // PEM; empty: self-signed, made at first start
    bool operator==(const TlsConfig&) const = default;
};

struct ServerConfig {
    std::string bind{"::"};  // all addresses, IPv4 too
    std::uint16_t port{6478};
    TlsConfig tls;
    std::string base_path;                     // "/cctv"; empty: the root
    std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-* count
    std::vector<std::string> cors_origins;     // pages of other servers that may read media
    bool operator==(const ServerConfig&) const = default;
};

struct RtspConfig {
    bool enabled{true};
    std::string bind;  // empty: as the server's
    std::uint16_t port{8554};
    std::uint16_t tls_port{8322};  // used when the server has TLS
    bool udp{true};
    bool operator==(const RtspConfig&) const = default;
};

struct StorageConfig {
    std::filesystem::path path;                    // footage
    double keep_free_percent{10};                  // of the disk; the oldest footage goes when less is free
    std::optional<std::uint64_t> keep_free_bytes;  // instead of the percentage
    std::optional<Days> days;                      // for all cameras
    std::optional<std::uint64_t> bytes;            // for all cameras together
    bool operator==(const StorageConfig&) const = default;
};

struct LiveConfig {
    double part{0.4};    // seconds; low-latency HLS
    double segment{4};   // seconds at most
    seconds window{24};  // listed
    seconds close_after{60};
    double most_waiting{8192};
    bool operator==(const LiveConfig&) const = default;
};

struct ExportConfig {
    Days keep{7};  // an export is removed so long after it has ended
    bool operator==(const ExportConfig&) const = default;
};

struct StillsConfig {
    bool thumbnails{true};
    milliseconds interval{1000};       // between thumbnails
    int width{320};                    // pixels
    int quality{4};                    // 2 (best) to 31
    std::optional<Days> keep_days;     // nothing: as long as the video
    std::optional<Days> keep_moments;  // nothing: until somebody deletes them
    bool operator==(const StillsConfig&) const = default;
};

// A time-series database that thumbnails and metrics are told to.
struct InfluxConfig {
    bool enabled{false};
    series::InfluxServer server{};
    std::string measurement{"filepaths"};
    std::string public_url;  // in front of addresses of pictures; empty: this host's name and port
    bool metrics{true};
    seconds interval{10};               // between metrics
    std::uint64_t buffer{256'000'000};  // bytes on disk while the server is away
    bool operator==(const InfluxConfig&) const = default;
};

struct TranscodeConfig {
    std::size_t most{4};                 // at once, live and footage
    std::optional<H264Encoder> encoder;  // nothing: the hardware's if there is one that works
    bool operator==(const TranscodeConfig&) const = default;
};

struct Config {
    std::filesystem::path data;  // indexes and settings
    StorageConfig storage;
    std::string time_zone;  // IANA name; empty: the host's
    ServerConfig server;
    LiveConfig live;
    ExportConfig exports;
    record::RecordingLimits recordings;
    RtspConfig rtsp;
    TranscodeConfig transcode;
    StillsConfig stills;
    InfluxConfig influxdb;
    TimelapseConfig timelapse;
    bool log_json{false};
    bool log_debug{false};
    Cameras cameras;
};

// Reads and checks a file. The error's message holds every fault, a line each: "vantage.yaml:12: unknown key 'recrod' ...".
Result<Config> load_config(const std::filesystem::path& file);
// The same for a text; `name` stands for the file in messages.
Result<Config> parse_config(const std::string& text, const std::string& name);
// One camera of the page in the long form, as YAML or JSON; without ${ENV} and without sources that open this machine's
// files, which only whoever writes the configuration file may use.
Result<CameraConfig> parse_camera(const CameraId& id, const std::string& text);

// The long form. With `redact`, addresses are as log::redact_url gives them.
std::string to_json(const CameraConfig& camera, bool redact);
// `changed` as somebody edited it from a redacted form of `stored`: what still reads "***" gets the stored secret back, but
// never for another host. invalid_argument when a "***" is left.
Result<CameraConfig> with_secrets_of(CameraConfig changed, const std::optional<CameraConfig>& stored);

// What `vantage check` shows of a good file.
std::string describe(const Config& config);

}  // namespace vantage::app
