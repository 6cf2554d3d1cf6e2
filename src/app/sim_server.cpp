// SPDX-License-Identifier: Apache-2.0
#include "app/sim_command.hpp"
#include "app/source_feed.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "ingest/file_source.hpp"
#include "ingest/sim_source.hpp"
#include "live/rtsp/rtsp_server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <thread>

namespace vantage::app {
namespace {

namespace asio = boost::asio;

Result<SourceFeed::MakeSource> source_of(const SimCamera& camera, int number) {
    if (camera.source.starts_with("sim:")) {
        auto options = ingest::parse_sim_url(camera.source);
        if (!options) return options.error();
        if (options->name.empty()) options->name = camera.name;
        // Cameras that were not told otherwise look different.
        if (camera.source.find("seed=") == std::string::npos) options->seed = number;
        return [options = *options]() -> std::unique_ptr<ingest::Source> {
            return std::make_unique<ingest::SimSource>(options);
        };
    }
    const auto path = ingest::path_of_file_url(camera.source);
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return fail(errc::not_found, fmt::format("camera {}: '{}' is neither a video file nor a synthetic camera (sim:)",
                                                 camera.name, camera.source));
    ingest::SourceOptions options;
    options.url = "file:" + path;
    return [options]() -> std::unique_ptr<ingest::Source> { return std::make_unique<ingest::FileSource>(options); };
}

// One user for all cameras.
class SimAccess final : public live::RtspAccess {
  public:
    SimAccess(std::string user, std::string password) : user_(std::move(user)), password_(std::move(password)) {}
    [[nodiscard]] std::optional<std::string> password_of(std::string_view user) const override {
        return user == user_ ? std::optional{password_} : std::nullopt;
    }
    [[nodiscard]] bool may_read(std::string_view /*user*/, std::string_view /*path*/) const override { return true; }
    std::optional<seconds> begin_try(std::string_view /*user*/, std::string_view /*address*/) override { return {}; }
    void right_password(std::string_view /*user*/, std::string_view /*address*/) override {}

  private:
    const std::string user_, password_;
};

}  // namespace

class SimServer::Impl {
  public:
    explicit Impl(SimServerOptions options) : options_(std::move(options)) {}
    ~Impl();
    Status start();
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    [[nodiscard]] const std::string& address() const { return options_.address; }

  private:
    Status add_cameras();
    void log_stats();

    const SimServerOptions options_;
    SimAccess access_{options_.user, options_.password};
    asio::io_context io_{1};
    asio::steady_timer stats_timer_{io_};
    std::map<std::string, std::shared_ptr<SourceFeed>, std::less<>> feeds_;
    std::unique_ptr<live::RtspServer> server_;
    std::jthread thread_;
};

SimServer::Impl::~Impl() {
    if (server_) asio::post(io_, [this] { server_->stop(); });
    // Sources end here, on this thread, when the server's thread is through.
    asio::post(io_, [this] { io_.stop(); });
    if (thread_.joinable()) thread_.join();
    for (auto& [name, feed] : feeds_) feed->stop();
}

Status SimServer::Impl::add_cameras() {
    if (options_.cameras.empty()) return fail(errc::invalid_argument, "there is no camera to serve");
    for (const auto& camera : options_.cameras) {
        if (auto id = CameraId::parse(camera.name); !id) return id.error();
        auto make = source_of(camera, static_cast<int>(feeds_.size()));
        if (!make) return make.error();
        auto feed = std::make_shared<SourceFeed>(io_, camera.name, std::move(*make), !options_.always);
        if (!feeds_.emplace(camera.name, feed).second)
            return fail(errc::already_exists, fmt::format("two cameras are called {}", camera.name));
    }
    return {};
}

Status SimServer::Impl::start() {
    if (auto added = add_cameras(); !added) return added;
    live::RtspServerHooks hooks;
    hooks.find_feed = [this](std::string_view path) -> std::shared_ptr<live::RtspFeed> {
        const auto found = feeds_.find(path);
        return found == feeds_.end() ? nullptr : found->second;
    };
    if (!options_.user.empty()) hooks.access = &access_;
    live::RtspServerOptions serving;
    serving.address = options_.address;
    serving.port = options_.port;
    serving.udp = options_.udp;
    // As cameras do.
    serving.catch_up = false;
    serving.basic_in_clear = true;
    server_ = std::make_unique<live::RtspServer>(io_, serving, std::move(hooks));
    if (auto listening = server_->listen(); !listening) return listening;
    if (options_.always)
        for (auto& [name, feed] : feeds_) feed->start();
    if (options_.stats_every > seconds{0}) log_stats();
    thread_ = std::jthread([this] {
        const auto work = asio::make_work_guard(io_);
        io_.run();
    });
    return {};
}

void SimServer::Impl::log_stats() {
    stats_timer_.expires_after(options_.stats_every);
    stats_timer_.async_wait([this](boost::system::error_code error) {
        if (error) return;
        const auto stats = server_->stats();
        log::info("sim", "{} connections, {} playing, {} bytes sent, {} frames dropped for slow readers", stats.connections,
                  stats.playing, stats.sent_bytes, stats.dropped_frames);
        log_stats();
    });
}

SimServer::SimServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SimServer::~SimServer() = default;

Result<std::unique_ptr<SimServer>> SimServer::start(const SimServerOptions& options) {
    auto impl = std::make_unique<Impl>(options);
    if (auto started = impl->start(); !started) return started.error();
    return std::unique_ptr<SimServer>(new SimServer(std::move(impl)));
}

std::uint16_t SimServer::port() const {
    return impl_->port();
}
std::string SimServer::url(const std::string& camera) const {
    const auto& address = impl_->address();
    const bool any = address == "0.0.0.0" || address == "::";
    const auto host = any ? "127.0.0.1" : address.find(':') != std::string::npos ? fmt::format("[{}]", address) : address;
    return fmt::format("rtsp://{}:{}/{}", host, port(), camera);
}

}  // namespace vantage::app
