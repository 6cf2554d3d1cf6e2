// SPDX-License-Identifier: Apache-2.0
#include "app/vantage.hpp"

#include "app/clips.hpp"
#include "app/export_setup.hpp"
#include "app/io_thread.hpp"
#include "app/live_outputs.hpp"
#include "app/program_control.hpp"
#include "app/push_set.hpp"
#include "app/retention_rules.hpp"
#include "app/rtsp_service.hpp"
#include "app/stills_setup.hpp"
#include "app/time_series.hpp"
#include "base/log.hpp"
#include "ingest/sources.hpp"
#include "net/tls.hpp"
#include "serve/server.hpp"

namespace vantage::app {
namespace {

Result<serve::ServerOptions> server_options(const Config& config, const std::string& zone, UtcTime now) {
    serve::ServerOptions options;
    options.http.address = config.server.bind;
    options.http.port = config.server.port;
    options.http.base_path = config.server.base_path;
    options.http.trusted_proxies = config.server.trusted_proxies;
    options.allowed_origins = config.server.cors_origins;
    options.time_zone = zone;
    if (!config.server.tls.enabled) return options;
    if (!config.server.tls.certificate.empty()) {
        options.http.tls = net::TlsFiles{config.server.tls.certificate, config.server.tls.key};
        return options;
    }
    auto files = net::ensure_self_signed(config.data / "tls", {}, now);
    if (!files) return files.error();
    options.http.tls = *files;
    return options;
}

// Hardware is asked once; what it says to each transcode would come too late.
H264Encoder choose_encoder(const TranscodeConfig& config) {
    if (config.most == 0 || config.encoder == H264Encoder::x264) return H264Encoder::x264;
    const auto probe = probe_h264_encoder(config.encoder);
    for (const auto& refused : probe.refused) log::debug("transcoding", "not used: {}", refused);
    if (config.encoder && probe.found != config.encoder)
        log::warn("transcoding", "{}; x264 is used instead", probe.refused.empty() ? "" : probe.refused.front());
    else
        log::info("transcoding", "H.264 for viewers is encoded by {}", to_string(probe.found));
    return probe.found;
}

TimeZone zone_of(const std::string& name) {
    auto zone = TimeZone::load(name);
    if (zone) return *zone;
    log::warn("configuration", "{}; days are those of UTC", zone.error().message);
    return TimeZone::load("UTC").value();
}

// What applies from the next start on.
bool stills_changed(StillsConfig fresh, const StillsConfig& known) {
    fresh.keep_days = known.keep_days;
    fresh.keep_moments = known.keep_moments;
    return fresh != known;
}

Status make_folders(const Config& config) {
    for (const auto& folder : {config.data, config.storage.path}) {
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        // The disk of the footage may be missing or full now; its own thread waits for it.
        if (error && folder == config.data) return system_error(error.value(), fmt::format("create {}", folder.string()));
    }
    return {};
}

}  // namespace

// Members in the order in which they are built; destroyed in reverse.
class Vantage::Parts {
  public:
    Parts(Config config, std::filesystem::path file, const Clock& clock)
        : config_(std::move(config)),
          file_(std::move(file)),
          clock_(clock),
          zone_(config_.time_zone.empty() ? host_time_zone() : config_.time_zone) {}

    Status start();
    void reload();
    void stop();
    void apply();
    [[nodiscard]] Cameras cameras_of_page() const;
    [[nodiscard]] std::unique_ptr<TimeSeries> make_time_series();
    [[nodiscard]] bool footage_is_indexed() const;
    void build(std::unique_ptr<store::Settings> settings, std::unique_ptr<store::Catalog> catalog,
               std::shared_ptr<const store::Sealer> sealer);
    Status serve_rtsp(const std::optional<net::TlsFiles>& tls);
    // What to subscribe to now, by the name in addresses: main, sub or a transcode.
    [[nodiscard]] Result<std::shared_ptr<stream::Stream>> viewed(const CameraId& camera, const std::string& name) const;
    [[nodiscard]] live::PushEnvironment push_environment() const;

    Config config_;  // its cameras: guarded by applying_
    const std::filesystem::path file_;
    const Clock& clock_;
    const std::string zone_;
    std::mutex applying_;
    bool stopped_{false};
    std::atomic<bool> told_{false};  // control_ may be asked by the time series

    footage::SystemFiles files_;
    std::unique_ptr<store::Settings> settings_;
    std::unique_ptr<store::Catalog> catalog_;
    std::shared_ptr<const store::Sealer> sealer_;
    std::unique_ptr<serve::StreamAccess> stream_access_;
    footage::OpenSegments open_segments_;
    footage::OpenThumbs open_thumbs_;
    std::unique_ptr<footage::DiskFootage> footage_;
    std::unique_ptr<IoThread> camera_io_, http_io_;
    std::unique_ptr<ingest::Supervisor> supervisor_;
    std::unique_ptr<footage::Disk> disk_;
    std::unique_ptr<TimeSeries> series_;  // null when not configured
    std::unique_ptr<Stills> stills_;
    std::unique_ptr<footage::Retention> retention_;
    std::unique_ptr<footage::RetentionThread> retaining_;
    std::unique_ptr<live::Transcodes> transcodes_;
    std::unique_ptr<live::Pictures> pictures_;
    std::unique_ptr<stills::Frames> frames_;
    std::unique_ptr<stills::Thumbnails> thumbnails_;
    std::unique_ptr<LiveOutputs> live_;
    std::unique_ptr<CameraSet> cameras_;
    std::unique_ptr<PushSet> pushes_;
    std::unique_ptr<Clips> clips_;
    std::unique_ptr<ProgramControl> control_;
    std::unique_ptr<serve::Server> server_;
    std::unique_ptr<RtspService> rtsp_;
};

void Vantage::Parts::build(std::unique_ptr<store::Settings> settings, std::unique_ptr<store::Catalog> catalog,
                           std::shared_ptr<const store::Sealer> sealer) {
    settings_ = std::move(settings);
    catalog_ = std::move(catalog);
    sealer_ = std::move(sealer);
    stream_access_ = std::make_unique<serve::StreamAccess>(*settings_, sealer_, clock_);
    footage_ = std::make_unique<footage::DiskFootage>(files_, *catalog_, open_segments_);
    camera_io_ = std::make_unique<IoThread>();
    http_io_ = std::make_unique<IoThread>();
    const ingest::SourceFactory make_source = [this](const ingest::SourceOptions& options) {
        return ingest::make_source(options, camera_io_->context(), clock_);
    };
    supervisor_ = std::make_unique<ingest::Supervisor>(make_source, clock_);
    disk_ = std::make_unique<footage::Disk>(config_.storage.path, files_, *catalog_, open_segments_, clock_);
    if (config_.influxdb.enabled) series_ = make_time_series();
    stills_ = std::make_unique<Stills>(
        config_.stills,
        footage::ThumbWriter::Places{config_.storage.path, files_, *catalog_, open_segments_, open_thumbs_, clock_,
                                     [this](const StreamKey& stream, auto thumbs) {
                                         if (series_) series_->written(stream, thumbs);
                                     }},
        *supervisor_);
    retention_ = std::make_unique<footage::Retention>(config_.storage.path, files_, *catalog_, *settings_, clock_,
                                                      footage::space_of_disk);
    const auto live = live_options(config_.live);
    const auto group = live::group_for(live.live.part_target);
    transcodes_ = std::make_unique<live::Transcodes>(
        live::TranscodesOptions{
            .most = config_.transcode.most, .encoder = choose_encoder(config_.transcode), .group = group},
        [this](const CameraId& camera) { return supervisor_->stream({camera, StreamKind::main}); }, clock_);
    const auto stream_of = [this](const StreamKey& key) { return supervisor_->stream(key); };
    pictures_ = std::make_unique<live::Pictures>(stream_of, clock_);
    frames_ = std::make_unique<stills::Frames>(stream_of, *footage_);
    thumbnails_ =
        std::make_unique<stills::Thumbnails>(stills_->thumbs(), *footage_, *frames_, clock_,
                                             stills::ThumbnailsOptions{config_.stills.interval, config_.stills.width});
    const auto streams = [this](const live::LiveKey& key) { return viewed(key.camera, key.stream); };
    live_ = std::make_unique<LiveOutputs>(http_io_->context(), live, clock_, streams, *footage_, *catalog_, *transcodes_,
                                          zone_of(zone_));
    cameras_ = std::make_unique<CameraSet>(*supervisor_, *disk_, group);
    pushes_ = std::make_unique<PushSet>(*settings_, sealer_, push_environment(), clock_);
    clips_ = std::make_unique<Clips>(Clips::Parts{*footage_, stills_->thumbs(), files_, *settings_, clock_, *cameras_,
                                                  *supervisor_, zone_of(zone_), [this] { return footage_is_indexed(); }},
                                     config_);
    control_ = std::make_unique<ProgramControl>(
        ProgramControl::Parts{clock_,
                              *settings_,
                              *catalog_,
                              *disk_,
                              *retention_,
                              *footage_,
                              open_segments_,
                              *supervisor_,
                              make_source,
                              *cameras_,
                              live_->windows(),
                              *clips_,
                              *live_,
                              *transcodes_,
                              *pictures_,
                              *frames_,
                              *stills_,
                              *thumbnails_,
                              [this] { return series_ ? std::optional{series_->view()} : std::nullopt; },
                              [this] { apply(); },
                              [this] { return rtsp_ ? std::optional{rtsp_->view()} : std::nullopt; },
                              config_.storage,
                              zone_,
                              *pushes_});
}

Result<std::shared_ptr<stream::Stream>> Vantage::Parts::viewed(const CameraId& camera, const std::string& name) const {
    const auto wanted = live::parse_stream_name(name);
    if (!wanted) return wanted.error();
    if (const auto* profile = std::get_if<live::Profile>(&*wanted)) return transcodes_->stream(camera, *profile);
    if (auto found = supervisor_->stream({camera, std::get<StreamKind>(*wanted)})) return found;
    return fail(errc::not_found, fmt::format("the camera has no stream '{}' now", name));
}

live::PushEnvironment Vantage::Parts::push_environment() const {
    const auto stream = [this](const CameraId& camera, const std::string& name) { return viewed(camera, name); };
    auto silence = make_silent_audio();
    if (!silence) log::warn("push", "no silent sound: {}", silence.error().message);
    return {stream, RtmpMuxer::open, silence ? std::make_shared<const SilentAudio>(std::move(*silence)) : nullptr, clock_};
}

std::unique_ptr<TimeSeries> Vantage::Parts::make_time_series() {
    auto address = config_.influxdb.public_url.empty() ? address_for_others(config_.server) : config_.influxdb.public_url;
    while (address.ends_with('/')) address.pop_back();
    return std::make_unique<TimeSeries>(config_.influxdb, config_.data, std::move(address), files_, clock_,
                                        [this] { return told_ ? control_->cameras() : std::vector<serve::CameraView>{}; });
}

// While the index is built again, what is missing in it is no hole.
bool Vantage::Parts::footage_is_indexed() const {
    const auto volumes = catalog_->volumes();
    return disk_->status().state != "missing" && volumes &&
           std::ranges::any_of(*volumes, [this](const store::VolumeRow& volume) {
               return volume.indexed && volume.path == config_.storage.path.string();
           });
}

Status Vantage::Parts::serve_rtsp(const std::optional<net::TlsFiles>& tls) {
    if (!config_.rtsp.enabled) return {};
    auto config = config_.rtsp;
    if (config.bind.empty()) config.bind = config_.server.bind;
    std::shared_ptr<boost::asio::ssl::context> context;
    if (tls) {
        auto made = net::make_tls_context(*tls);
        if (!made) return made.error();
        context = std::move(*made);
    }
    const auto find = [this](const CameraId& camera, std::string_view rendition) {
        return viewed(camera, rendition.empty() ? "main" : std::string(rendition));
    };
    rtsp_ = std::make_unique<RtspService>(config, std::move(context), find, *stream_access_);
    return {};
}

Status Vantage::Parts::start() {
    use_time_zone(zone_);
    if (auto made = make_folders(config_); !made) return made;
    auto settings = store::create_settings(config_.data / "settings.db", clock_);
    if (!settings) return settings.error();
    auto catalog = store::create_catalog(config_.data / "catalog.db", clock_);
    if (!catalog) return catalog.error();
    auto sealer = store::Sealer::open(config_.data / "sealed.key");
    if (!sealer) return sealer.error();
    auto options = server_options(config_, zone_, clock_.now());
    if (!options) return options.error();
    build(std::move(*settings), std::move(*catalog), std::move(*sealer));
    server_ = std::make_unique<serve::Server>(http_io_->context(), *options, *control_, *settings_, *stream_access_, clock_,
                                              serve::page_files());
    // The port first, since another one that runs would have it; answers last, so that nothing is missing in them.
    if (auto listening = server_->listen(); !listening) return listening;
    apply();
    if (auto started = clips_->start(); !started) return started;
    if (auto served = serve_rtsp(options->http.tls); !served) return served;
    told_ = true;
    server_->accept();
    retaining_ = std::make_unique<footage::RetentionThread>(*retention_);
    return {};
}

Cameras Vantage::Parts::cameras_of_page() const {
    Cameras out;
    const auto rows = settings_->cameras();
    if (!rows) log::error("settings", "the page's cameras cannot be read: {}", rows.error().message);
    if (rows)
        for (const auto& row : *rows) {
            const auto id = CameraId::parse(row.id);
            const auto camera = id ? parse_camera(*id, row.config_json) : Result<CameraConfig>{id.error()};
            if (camera)
                out.emplace(*id, *camera);
            else
                log::error("settings", "camera '{}' of the page cannot be used: {}", row.id, camera.error().message);
        }
    return out;
}

void Vantage::Parts::apply() {
    const std::lock_guard lock(applying_);
    const auto of_page = cameras_of_page();
    cameras_->apply(config_.cameras, of_page);
    pushes_->apply(cameras_->running());
    if (series_) series_->apply(cameras_->running());
    stills_->apply(cameras_->running());
    clips_->apply(config_, cameras_->running());
    retention_->set_policy(retention_policy(config_.storage, config_.stills, cameras_->running()));
}

void Vantage::Parts::reload() {
    if (file_.empty()) return;
    auto fresh = load_config(file_);
    if (!fresh) {
        log::error("configuration", "not applied, because of faults; what ran goes on:\n{}", fresh.error().message);
        return;
    }
    {
        const std::lock_guard lock(applying_);
        if (fresh->server != config_.server || fresh->live != config_.live || fresh->rtsp != config_.rtsp ||
            fresh->transcode != config_.transcode || fresh->influxdb != config_.influxdb ||
            fresh->storage.path != config_.storage.path || fresh->data != config_.data ||
            stills_changed(fresh->stills, config_.stills))
            log::warn("configuration",
                      "changes of 'server', 'live', 'rtsp', 'transcode', 'stills' (but for how long), 'influxdb', 'data' "
                      "and the storage's path apply from the next start on");
        config_.cameras = fresh->cameras;
        config_.exports = fresh->exports;
        config_.recordings = fresh->recordings;
        config_.timelapse = fresh->timelapse;
        config_.stills.keep_days = fresh->stills.keep_days;
        config_.stills.keep_moments = fresh->stills.keep_moments;
        config_.storage.days = fresh->storage.days;
        config_.storage.bytes = fresh->storage.bytes;
        config_.storage.keep_free_percent = fresh->storage.keep_free_percent;
        config_.storage.keep_free_bytes = fresh->storage.keep_free_bytes;
    }
    log::info("configuration", "read again: {} cameras", fresh->cameras.size());
    apply();
}

void Vantage::Parts::stop() {
    if (std::exchange(stopped_, true) || !server_) return;
    log::info("vantage", "stopping");
    live_->stop();
    server_->stop(seconds{3});
    clips_->stop();
    rtsp_.reset();
    retaining_.reset();
    pushes_->stop();
    pictures_->stop();
    frames_->stop();
    transcodes_->stop();
    cameras_->stop_sources();
    stills_->stop_taking();
    disk_->stop();
    stills_->stop();
    told_ = false;
    series_.reset();
    cameras_->clear();
}

Vantage::Vantage(Config config, std::filesystem::path file, const Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(file), clock)) {}
Vantage::~Vantage() {
    stop();
}
Status Vantage::start() {
    return parts_->start();
}
void Vantage::reload() {
    parts_->reload();
}
void Vantage::stop() {
    parts_->stop();
}
serve::Server& Vantage::server() {
    return *parts_->server_;
}

std::string Vantage::address() const {
    const auto& server = parts_->config_.server;
    const bool all = server.bind == "::" || server.bind == "0.0.0.0";
    return fmt::format("{}://{}:{}{}", server.tls.enabled ? "https" : "http", all ? "127.0.0.1" : server.bind,
                       parts_->server_->port(), server.base_path);
}

}  // namespace vantage::app
