// SPDX-License-Identifier: Apache-2.0
#include "app/rtsp_service.hpp"

#include "base/log.hpp"

#include <boost/asio/post.hpp>

#include <future>

namespace vantage::app {
namespace {

namespace asio = boost::asio;
constexpr seconds kTryAgain{10};      // a port that is taken
constexpr seconds kAway{30};          // a reader waits so long for a camera that went
constexpr seconds kRefreshAccess{1};  // a right that was taken away holds no longer
constexpr std::size_t kMostConnections = 512;

live::RtspServerOptions options_of(const RtspConfig& config) {
    live::RtspServerOptions options;
    options.address = config.bind;
    options.port = config.port;
    options.udp = config.udp;
    options.most_connections = kMostConnections;
    return options;
}

}  // namespace

RtspService::RtspService(const RtspConfig& config, std::shared_ptr<asio::ssl::context> tls, FindStream find_stream,
                         serve::StreamAccess& access)
    : config_(config),
      tls_(std::move(tls)),
      find_stream_(std::move(find_stream)),
      access_(access),
      again_(thread_.context()),
      feeds_(thread_.context(), kAway) {
    live::RtspServerHooks hooks;
    hooks.find_feed = [this](std::string_view path) { return find_feed(path); };
    hooks.access = &access_;
    server_ = std::make_unique<live::RtspServer>(thread_.context(), options_of(config_), std::move(hooks));
    access_.refresh();
    // When it returns, the ports are open or it is known why not.
    std::promise<void> tried;
    asio::post(thread_.context(), [&] {
        listen();
        tried.set_value();
    });
    tried.get_future().wait();
    refresher_ = std::jthread([this](const std::stop_token& stop) { watch_access(stop); });
}

RtspService::~RtspService() {
    refresher_.request_stop();
    asio::post(thread_.context(), [this] {
        again_.cancel();
        server_->stop();
        thread_.context().stop();
    });
    thread_.stop();
}

void RtspService::listen() {
    std::string fault;
    if (server_->port() == 0)
        if (const auto listening = server_->listen(); !listening) fault = listening.error().message;
    if (tls_ && server_->tls_port() == 0)
        if (const auto listening = server_->listen_tls(tls_, config_.tls_port); !listening)
            fault = listening.error().message;
    const auto before = std::exchange(*fault_.lock(), fault);
    if (fault.empty()) {
        log::info("rtsp", "cameras are served at rtsp://<this box>:{}/<camera>{}", server_->port(),
                  tls_ ? fmt::format(" and rtsps:, port {}", server_->tls_port()) : "");
        return;
    }
    if (before != fault)
        log::error("rtsp", "{}. Set rtsp.port or end what has it; it is tried again every {} s, everything else runs", fault,
                   kTryAgain.count());
    again_.expires_after(kTryAgain);
    again_.async_wait([this](boost::system::error_code error) {
        if (!error) listen();
    });
}

void RtspService::watch_access(const std::stop_token& stop) {
    std::unique_lock lock(waiting_);
    while (!stop.stop_requested()) {
        stopping_.wait_for(lock, stop, kRefreshAccess, [] { return false; });
        if (!stop.stop_requested()) access_.refresh();
    }
}

Result<std::shared_ptr<live::RtspFeed>> RtspService::find_feed(std::string_view path) {
    const auto slash = path.find('/');
    const auto camera = CameraId::parse(path.substr(0, slash));
    if (!camera) return nullptr;
    auto rendition = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    auto stream = find_stream_(*camera, rendition);
    if (!stream) return stream.error();
    return feeds_.feed_of(std::string(path), std::move(*stream));
}

serve::RtspView RtspService::view() const {
    const auto stats = server_->stats();
    serve::RtspView out;
    out.port = config_.port;
    out.tls_port = tls_ ? config_.tls_port : std::uint16_t{0};
    out.fault = *fault_.lock();
    out.connections = stats.connections;
    out.readers = stats.playing;
    out.sent_bytes = stats.sent_bytes;
    out.dropped_frames = stats.dropped_frames;
    out.stalled = stats.stalled;
    out.refused = stats.refused;
    return out;
}

}  // namespace vantage::app
