// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp_server.hpp"

#include "base/log.hpp"
#include "live/rtsp_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <map>
#include <vector>

namespace vantage::live {

namespace asio = boost::asio;

class RtspServer::Impl : public std::enable_shared_from_this<Impl> {
  public:
    Impl(asio::io_context& io, RtspServerOptions options, RtspServerHooks hooks)
        : io_(io), acceptor_(io), shared_(std::make_shared<RtspShared>()) {
        shared_->options = std::move(options);
        shared_->hooks = std::move(hooks);
    }

    Status listen();
    void stop();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const RtspCounters& counters() const { return shared_->counters; }

  private:
    asio::awaitable<void> accept();
    void admit(asio::ip::tcp::socket socket);
    std::shared_ptr<RtspStream> open_stream(const std::string& path);

    asio::io_context& io_;
    asio::ip::tcp::acceptor acceptor_;
    const std::shared_ptr<RtspShared> shared_;
    std::uint16_t port_{0};
    std::map<std::string, std::weak_ptr<RtspStream>> streams_;  // by path; they live as long as somebody reads
    std::vector<std::weak_ptr<RtspConnection>> connections_;
};

Status RtspServer::Impl::listen() {
    shared_->open_stream = [weak = weak_from_this()](const std::string& path) {
        const auto self = weak.lock();
        return self ? self->open_stream(path) : nullptr;
    };
    const auto& options = shared_->options;
    boost::system::error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) return fail(errc::invalid_argument, fmt::format("'{}' is not an address to listen on", options.address));
    const asio::ip::tcp::endpoint endpoint{address, options.port};
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address{true}, error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return fail(errc::unavailable,
                    fmt::format("RTSP cannot listen on {}:{}: {}", options.address, options.port, error.message()));
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(io_, [self = shared_from_this()] { return self->accept(); }, asio::detached);
    return {};
}

asio::awaitable<void> RtspServer::Impl::accept() {
    constexpr auto use = asio::as_tuple(asio::use_awaitable);
    while (acceptor_.is_open()) {
        auto [error, socket] = co_await acceptor_.async_accept(use);
        if (error == asio::error::operation_aborted) co_return;
        if (!error) {
            admit(std::move(socket));
            continue;
        }
        // No file handles, for one: wait instead of spinning.
        log::warn("rtsp", "accept: {}", error.message());
        asio::steady_timer timer{io_, milliseconds{200}};
        co_await timer.async_wait(use);
    }
}

void RtspServer::Impl::admit(asio::ip::tcp::socket socket) {
    std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    if (connections_.size() >= shared_->options.most_connections) {
        shared_->counters.refused.fetch_add(1, std::memory_order_relaxed);
        log::warn("rtsp", "more than {} connections; one was refused", shared_->options.most_connections);
        return;
    }
    auto connection = std::make_shared<RtspConnection>(std::move(socket), shared_);
    connections_.push_back(connection);
    asio::co_spawn(io_, [connection] { return connection->run(); }, asio::detached);
}

std::shared_ptr<RtspStream> RtspServer::Impl::open_stream(const std::string& path) {
    if (auto running = streams_[path].lock(); running && !running->error()) return running;
    std::erase_if(streams_, [](const auto& entry) { return entry.second.expired(); });
    const auto feed = shared_->hooks.find_feed(path);
    if (!feed) return {};
    auto stream = std::make_shared<RtspStream>(io_, path);
    streams_[path] = stream;
    stream->open(*feed);
    return stream;
}

void RtspServer::Impl::stop() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (const auto& weak : connections_)
        if (const auto connection = weak.lock()) connection->close();
}

RtspServer::RtspServer(asio::io_context& io, RtspServerOptions options, RtspServerHooks hooks)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(hooks))) {}
RtspServer::~RtspServer() {
    stop();
}

Status RtspServer::listen() {
    return impl_->listen();
}
std::uint16_t RtspServer::port() const {
    return impl_->port();
}
void RtspServer::stop() {
    impl_->stop();
}
RtspServerStats RtspServer::stats() const {
    const auto& c = impl_->counters();
    return {c.connections, c.playing, c.sent_bytes, c.dropped_frames, c.refused};
}

}  // namespace vantage::live
