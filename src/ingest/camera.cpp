// SPDX-License-Identifier: Apache-2.0
#include "ingest/camera.hpp"

#include "base/log.hpp"

namespace vantage::ingest {
namespace {

constexpr seconds kRefusedPause{60};  // cameras lock out who tries a wrong password more often
constexpr seconds kProved{10};        // having run so long, the next failure starts the backoff anew

bool refuses(errc code) {
    return code == errc::unsupported || code == errc::unauthenticated || code == errc::forbidden ||
           code == errc::not_found || code == errc::invalid_argument;
}

SourceStats operator+(const SourceStats& a, const SourceStats& b) {
    return {a.bytes + b.bytes, a.packets + b.packets, a.lost_packets + b.lost_packets, a.late_packets + b.late_packets,
            b.jitter};
}

}  // namespace

const char* to_string(CameraState state) {
    static constexpr std::array names{"connecting", "running", "lost", "idle", "refused", "disabled"};
    return names.at(static_cast<std::size_t>(state));
}

Camera::Camera(StreamKey key, CameraOptions options, std::shared_ptr<stream::Stream> stream, SourceFactory factory,
               const Clock& clock, std::function<void()> wake)
    : key_(std::move(key)),
      name_("camera " + to_string(key_)),
      stream_(std::move(stream)),
      factory_(std::move(factory)),
      clock_(clock),
      wake_(std::move(wake)),
      options_(std::move(options)),
      backoff_(static_cast<std::uint32_t>(std::hash<std::string>{}(name_))) {
    shown_.lock()->since = clock_.now();
    stream_->on_viewers_changed([wake = wake_](std::size_t) { wake(); });
}

Camera::~Camera() {
    stop();
}

void Camera::tick() {
    if (stopped_) return;
    const auto now = clock_.steady();
    if (!wanted(now)) {
        if (connection_.source) disconnect(options_.enabled ? "nobody watches" : "disabled");
        enter(options_.enabled ? CameraState::idle : CameraState::disabled, "");
        return;
    }
    if (!connection_.source && now >= try_at_) connect(now);
    if (connection_.source) watch_connection(now);
}

bool Camera::wanted(SteadyTime now) {
    if (!options_.enabled || !options_.on_demand) return options_.enabled;
    if (stream_->viewers() > 0) {
        if (!last_viewer_ && !connection_.source) try_at_ = now;  // a new viewer does not wait for an old backoff
        last_viewer_ = now;
    }
    if (last_viewer_ && now - *last_viewer_ >= options_.close_after) last_viewer_.reset();
    return last_viewer_.has_value();
}

void Camera::watch_connection(SteadyTime now) {
    if (const auto error = connection_.ended->with([](auto& e) { return std::exchange(e, std::nullopt); }))
        return lose(*error, now);
    const auto picture = connection_.pipeline->last_picture();
    if (!picture) {
        const auto patience = options_.source.connect_timeout + options_.silence;
        if (now - connection_.since > patience) lose(fail(errc::timed_out, "it is connected but sends no picture"), now);
        return;
    }
    if (now - *picture > options_.silence)
        return lose(fail(errc::timed_out, fmt::format("no picture for {} s", options_.silence.count())), now);
    if (!running_since_) running_since_ = now;
    if (now - *running_since_ >= kProved) backoff_.reset();
    interrupted_ = false;
    enter(CameraState::running, connection_.pipeline->status().sends_no_key_frames ? "sends no key frames" : "");
}

void Camera::connect(SteadyTime now) {
    auto source = factory_(options_.source);
    if (!source) return lose(source.error(), now);
    connection_.ended = std::make_shared<Guarded<std::optional<Error>>>();
    connection_.pipeline =
        std::make_shared<Pipeline>(PipelineOptions{name_, (*source)->one_timeline(), options_.fragmenter}, *stream_,
                                   [ended = connection_.ended, wake = wake_](const Error& error) {
                                       ended->with([&](auto& e) { e = error; });
                                       wake();
                                   });
    connection_.source = std::move(*source);
    connection_.since = now;
    running_since_.reset();
    shown_.with([&](Shown& s) {
        s.pipeline = connection_.pipeline;
        s.source = connection_.source.get();
    });
    const auto state = shown_.lock()->state;
    if (state != CameraState::lost && state != CameraState::refused) enter(CameraState::connecting, "");
    connection_.sink = std::make_unique<ThreadedSink>(*connection_.pipeline, name_);
    connection_.source->start(*connection_.sink);
}

void Camera::disconnect(const std::string& reason) {
    if (connection_.source) {
        connection_.source->stop();
        connection_.sink->stop();
        shown_.with([&](Shown& s) {
            s.before = s.before + connection_.source->stats();
            s.source = nullptr;
        });
        connection_.pipeline->finish();
        connection_.source.reset();
    }
    if (std::exchange(interrupted_, true)) return;
    const auto end = connection_.pipeline ? connection_.pipeline->published_until() : std::nullopt;
    stream_->interrupt({reason, end ? to_utc(*end) : clock_.now()});
}

void Camera::lose(const Error& error, SteadyTime now) {
    disconnect("camera lost");
    const bool refused = refuses(error.code);
    try_at_ = now + (refused ? milliseconds{kRefusedPause} : backoff_.next());
    enter(refused ? CameraState::refused : CameraState::lost, error.message);
}

void Camera::enter(CameraState state, const std::string& detail) {
    const bool changed = shown_.with([&](Shown& s) {
        if (s.state == state && s.detail == detail) return false;
        if (s.state != state) s.since = clock_.now();
        s.state = state;
        s.detail = detail;
        return true;
    });
    if (!changed) return;
    const auto level = state == CameraState::lost || state == CameraState::refused ? log::Level::warn : log::Level::info;
    log::write(level, name_, detail.empty() ? to_string(state) : fmt::format("{}: {}", to_string(state), detail));
}

void Camera::configure(CameraOptions options) {
    const bool anew = options.source != options_.source;
    options_ = std::move(options);
    try_at_ = clock_.steady();
    if (anew && connection_.source) {
        disconnect("settings changed");
        enter(CameraState::connecting, "");
    }
    backoff_.reset();
}

void Camera::stop() {
    if (std::exchange(stopped_, true)) return;
    stream_->on_viewers_changed({});
    if (connection_.source) disconnect("stopped");
    stream_->close();
}

StreamStatus Camera::status() const {
    const auto shown = shown_.lock();
    StreamStatus status{shown->state, shown->detail, shown->since, {}, shown->before};
    if (shown->pipeline) status.pipeline = shown->pipeline->status();
    if (shown->source) status.source = shown->before + shown->source->stats();
    if (shown->state != CameraState::running) status.pipeline.fps = status.pipeline.bits_per_second = 0;
    return status;
}

}  // namespace vantage::ingest
