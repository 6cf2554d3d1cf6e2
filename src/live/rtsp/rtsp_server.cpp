// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_server.hpp"

#include "base/log.hpp"
#include "live/rtsp/rtsp_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <atomic>
#include <map>
#include <vector>

namespace vantage::live {

namespace asio = boost::asio;

class RtspServer::Impl : public std::enable_shared_from_this<Impl> {
  public:
    Impl(asio::io_context& io, RtspServerOptions options, RtspServerHooks hooks)
        : io_(io), shared_(std::make_shared<RtspShared>()) {
        shared_->options = std::move(options);
        shared_->hooks = std::move(hooks);
    }

    // One port, plain or TLS.
    struct Door {
        explicit Door(asio::io_context& io) : acceptor(io) {}
        asio::ip::tcp::acceptor acceptor;
        std::shared_ptr<asio::ssl::context> tls;
        std::atomic<std::uint16_t> port{0};
    };
    Status listen(Door& door, std::uint16_t port);
    void stop();
    [[nodiscard]] const RtspCounters& counters() const { return shared_->counters; }
    [[nodiscard]] const RtspServerOptions& options() const { return shared_->options; }

  private:
    asio::awaitable<void> accept(Door& door);
    void admit(asio::ip::tcp::socket socket, const Door& door);
    Result<std::shared_ptr<RtspStream>> open_stream(const std::string& path);

    asio::io_context& io_;
    const std::shared_ptr<RtspShared> shared_;

  public:
    Door plain{io_}, secure{io_};

  private:
    std::map<std::string, std::weak_ptr<RtspStream>> streams_;  // by path; they live as long as somebody reads
    std::vector<std::weak_ptr<RtspConnection>> connections_;
};

Status RtspServer::Impl::listen(Door& door, std::uint16_t port) {
    shared_->open_stream = [weak = weak_from_this()](const std::string& path) -> Result<std::shared_ptr<RtspStream>> {
        const auto self = weak.lock();
        if (!self) return nullptr;
        return self->open_stream(path);
    };
    const auto& options = shared_->options;
    boost::system::error_code error;
    auto address = asio::ip::make_address(options.address, error);
    if (error) return fail(errc::invalid_argument, fmt::format("'{}' is not an address to listen on", options.address));
    auto& acceptor = door.acceptor;
    acceptor.open(address.is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), error);
    if (error && options.address == "::") {  // a host without IPv6
        address = asio::ip::address_v4::any();
        acceptor.open(asio::ip::tcp::v4(), error);
    }
    if (!error) acceptor.set_option(asio::socket_base::reuse_address{true}, error);
    if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(options.address != "::"), error);
    if (!error) acceptor.bind({address, port}, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        boost::system::error_code ignored;
        acceptor.close(ignored);
        return fail(errc::unavailable,
                    fmt::format("RTSP cannot listen on {} port {}: {}", options.address, port, error.message()));
    }
    door.port = acceptor.local_endpoint().port();
    asio::co_spawn(io_, [self = shared_from_this(), &door] { return self->accept(door); }, asio::detached);
    return {};
}

asio::awaitable<void> RtspServer::Impl::accept(Door& door) {
    constexpr auto use = asio::as_tuple(asio::use_awaitable);
    while (door.acceptor.is_open()) {
        auto [error, socket] = co_await door.acceptor.async_accept(use);
        if (error == asio::error::operation_aborted) co_return;
        if (!error) {
            admit(std::move(socket), door);
            continue;
        }
        // No file handles, for one: wait instead of spinning.
        log::warn("rtsp", "accept: {}", error.message());
        asio::steady_timer timer{io_, milliseconds{200}};
        co_await timer.async_wait(use);
    }
}

void RtspServer::Impl::admit(asio::ip::tcp::socket socket, const Door& door) {
    std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    if (connections_.size() >= shared_->options.most_connections) {
        shared_->counters.refused.fetch_add(1, std::memory_order_relaxed);
        log::warn("rtsp", "more than {} connections; one was refused", shared_->options.most_connections);
        return;
    }
    auto connection =
        std::make_shared<RtspConnection>(std::make_shared<RtspSocket>(std::move(socket), door.tls.get()), shared_);
    connections_.push_back(connection);
    asio::co_spawn(io_, [connection] { return connection->run(); }, asio::detached);
}

Result<std::shared_ptr<RtspStream>> RtspServer::Impl::open_stream(const std::string& path) {
    if (auto running = streams_[path].lock(); running && !running->error()) return running;
    std::erase_if(streams_, [](const auto& entry) { return entry.second.expired(); });
    const auto feed = shared_->hooks.find_feed(path);
    if (!feed) return feed.error();
    if (!*feed) return nullptr;
    auto stream = std::make_shared<RtspStream>(io_, path, shared_->options.catch_up);
    streams_[path] = stream;
    stream->open(**feed);
    return stream;
}

void RtspServer::Impl::stop() {
    boost::system::error_code ignored;
    for (auto* door : {&plain, &secure}) door->acceptor.close(ignored);
    for (const auto& weak : connections_)
        if (const auto connection = weak.lock()) connection->stop();
}

RtspServer::RtspServer(asio::io_context& io, RtspServerOptions options, RtspServerHooks hooks)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(hooks))) {}
RtspServer::~RtspServer() {
    stop();
}

Status RtspServer::listen() {
    return impl_->listen(impl_->plain, impl_->options().port);
}
Status RtspServer::listen_tls(std::shared_ptr<asio::ssl::context> context, std::uint16_t port) {
    impl_->secure.tls = std::move(context);
    return impl_->listen(impl_->secure, port);
}
std::uint16_t RtspServer::port() const {
    return impl_->plain.port;
}
std::uint16_t RtspServer::tls_port() const {
    return impl_->secure.port;
}
void RtspServer::stop() {
    impl_->stop();
}
RtspServerStats RtspServer::stats() const {
    const auto& c = impl_->counters();
    return {c.connections, c.playing, c.sent_bytes, c.dropped_frames, c.stalled, c.refused};
}

}  // namespace vantage::live
