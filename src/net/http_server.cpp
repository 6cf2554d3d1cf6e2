// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"

#include "base/log.hpp"
#include "net/http_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <condition_variable>
#include <map>
#include <netinet/tcp.h>

namespace vantage::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

// Little unsent data in the kernel keeps live pictures close to now and lets a slow reader be noticed.
void tune(Socket& socket) {
    const int unsent = 128 << 10;
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

// Connections by number, so that stop can reach them. Guarded by its mutex.
class Registry {
  public:
    std::uint64_t add(const std::shared_ptr<HttpConnection>& connection) {
        const std::lock_guard hold(mutex_);
        all_.emplace(++last_, connection);
        return last_;
    }
    void remove(std::uint64_t number) {
        const std::lock_guard hold(mutex_);
        all_.erase(number);
        if (all_.empty()) empty_.notify_all();
    }
    std::size_t size() {
        const std::lock_guard hold(mutex_);
        return all_.size();
    }
    template <class F>
    void for_each(F&& visit) {
        const std::lock_guard hold(mutex_);
        for (auto& [number, weak] : all_)
            if (const auto connection = weak.lock()) visit(*connection);
    }
    bool wait_until_empty(milliseconds bound) {
        std::unique_lock hold(mutex_);
        return empty_.wait_for(hold, bound, [this] { return all_.empty(); });
    }

  private:
    std::mutex mutex_;
    std::condition_variable empty_;
    std::map<std::uint64_t, std::weak_ptr<HttpConnection>> all_;
    std::uint64_t last_{0};
};

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<State> {
    State(asio::io_context& context, HttpOptions options, HttpHandler handler, QuickHandler quick)
        : io(context),
          shared(std::make_shared<HttpShared>(context.get_executor(), std::move(options), std::move(handler),
                                              std::move(quick))),
          acceptor(context),
          pause(context) {}

    Status bind();
    Task<void> accept_loop();
    void begin(Socket socket);

    asio::io_context& io;
    std::shared_ptr<HttpShared> shared;
    std::shared_ptr<asio::ssl::context> tls;  // constant after listen()
    Registry registry;
    std::atomic<std::uint64_t> refused{0};
    asio::basic_socket_acceptor<tcp, Executor> acceptor;  // of the io_context's thread, as the next
    Timer pause;
    std::uint16_t port{0};  // constant after listen()
    bool started{false};    // of the thread that starts and stops
};

Status HttpServer::State::bind() {
    const auto& options = shared->options;
    boost::system::error_code error;
    auto address = asio::ip::make_address(options.address, error);
    if (error) return fail(errc::invalid_argument, fmt::format("server address '{}' is no IP address", options.address));
    acceptor.open(address.is_v6() ? tcp::v6() : tcp::v4(), error);
    if (error && options.address == "::") {
        address = asio::ip::address_v4::any();
        acceptor.open(tcp::v4(), error);
    }
    const auto where = fmt::format("listen on {} port {}", address.to_string(), options.port);
    if (error) return system_error(error.value(), where);
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (address.is_v6()) acceptor.set_option(asio::ip::v6_only(options.address != "::"), error);
    acceptor.bind({address, options.port}, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use)
        return fail(errc::already_exists, where + ": another program has this port; set server.port or stop it");
    if (error) return system_error(error.value(), where);
    port = acceptor.local_endpoint().port();
    return {};
}

Task<void> HttpServer::State::accept_loop() {
    while (acceptor.is_open()) {
        auto [error, socket] = co_await acceptor.async_accept(kTuple);
        if (error == asio::error::operation_aborted) break;
        if (error) {  // no descriptors left: others close, then it goes on
            log::warn("http", "cannot accept a connection: {}", error.message());
            pause.expires_after(milliseconds(200));
            co_await pause.async_wait(kTuple);
            continue;
        }
        begin(std::move(socket));
    }
}

void HttpServer::State::begin(Socket socket) {
    boost::system::error_code ignored;
    if (registry.size() >= shared->options.limits.connections) {
        ++refused;
        socket.non_blocking(true, ignored);
        if (!tls) socket.send(asio::buffer(kFull), 0, ignored);
        return;
    }
    tune(socket);
    const auto executor = socket.get_executor();
    const auto connection = std::make_shared<HttpConnection>(std::move(socket), tls.get(), shared);
    const auto number = registry.add(connection);
    asio::co_spawn(executor, connection->run(), [self = shared_from_this(), connection, number](std::exception_ptr failure) {
        if (failure) {
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception& e) {
                log::warn("http", "connection ended: {}", e.what());
            }
        }
        self->registry.remove(number);
    });
}

HttpServer::HttpServer(asio::io_context& io, HttpOptions options, HttpHandler handler, QuickHandler quick)
    : state_(std::make_shared<State>(io, std::move(options), std::move(handler), std::move(quick))) {}

HttpServer::~HttpServer() {
    stop(milliseconds(0));
}

Status HttpServer::listen() {
    auto& state = *state_;
    auto proxies = TrustedProxies::parse(state.shared->options.trusted_proxies);
    if (!proxies) return proxies.error();
    state.shared->proxies = std::move(*proxies);
    const auto& base = state.shared->options.base_path;
    if (!base.empty() && (base.front() != '/' || base.back() == '/'))
        return fail(errc::invalid_argument, "base path '" + base + "' must begin with / and not end with it, like /vantage");
    if (state.shared->options.tls) {
        auto context = make_tls_context(*state.shared->options.tls);
        if (!context) return context.error();
        state.tls = std::move(*context);
    }
    if (auto bound = state.bind(); !bound) return bound;
    state.started = true;
    return {};
}

void HttpServer::accept() {
    asio::co_spawn(
        state_->acceptor.get_executor(), [self = state_]() -> Task<void> { co_await self->accept_loop(); }, asio::detached);
}

std::uint16_t HttpServer::port() const {
    return state_->port;
}
HttpStats HttpServer::stats() const {
    return {state_->registry.size(), state_->shared->stalled.load(), state_->refused.load()};
}

void HttpServer::stop(milliseconds bound) {
    auto& state = *state_;
    if (!std::exchange(state.started, false)) return;
    state.shared->stopping = true;
    asio::post(state.acceptor.get_executor(), [self = state_] {
        boost::system::error_code ignored;
        self->acceptor.close(ignored);
        self->pause.cancel();
    });
    state.registry.for_each([](HttpConnection& connection) { connection.finish(); });
    if (!state.registry.wait_until_empty(bound)) {
        log::info("http", "cutting {} connections that did not finish in time", state.registry.size());
        state.registry.for_each([](HttpConnection& connection) { connection.cut(); });
        state.registry.wait_until_empty(milliseconds(1000));
    }
    state.shared->workers.join();
}

}  // namespace vantage::net
