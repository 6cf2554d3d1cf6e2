// SPDX-License-Identifier: Apache-2.0
#include "serve/server.hpp"

#include "serve/page_assets.hpp"
#include "serve/router.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace vantage::serve {
namespace {

// Reading footage waits for disks; a disk that hangs must not keep anybody from logging in.
constexpr unsigned kFootageThreads = 3;

// What every answer says, whatever it is; nothing is kept by a cache that does not say so itself.
net::HttpOptions with_headers(net::HttpOptions options) {
    options.every_answer.add("X-Content-Type-Options", "nosniff");
    options.every_answer.add("Referrer-Policy", "same-origin");
    options.every_answer.add("X-Frame-Options", "DENY");
    options.every_answer.add("Cache-Control", "no-store");
    return options;
}

}  // namespace

// In the order in which they need each other.
struct Server::Parts {
    Parts(boost::asio::io_context& io, ServerOptions options, Control& control, store::Settings& store,
          StreamAccess& stream_access, const Clock& clock, std::span<const PageFile> files)
        : settings(store),
          accounts(store, clock, options.password_cost),
          sessions(store, clock),
          setup(accounts),
          links(clock),
          page(files, options.http.base_path),
          services{control,
                   store,
                   clock,
                   accounts,
                   sessions,
                   setup,
                   stream_access,
                   links,
                   page,
                   options.http.base_path,
                   options.time_zone,
                   options.allowed_origins,
                   [this](std::function<void()> job) { boost::asio::post(footage_threads, std::move(job)); },
                   [this] { return http.stats(); }},
          router(services),
          http(
              io, with_headers(std::move(options.http)),
              [this](const net::Request& request) { return router.handle(request); },
              [this](const net::Request& request) { return router.quick(request); }) {}

    store::Settings& settings;
    Accounts accounts;
    Sessions sessions;
    Setup setup;
    Links links;
    Page page;
    boost::asio::thread_pool footage_threads{kFootageThreads};
    Services services;
    Router router;
    net::HttpServer http;
};

Server::Server(boost::asio::io_context& io, ServerOptions options, Control& control, store::Settings& settings,
               StreamAccess& stream_access, const Clock& clock, std::span<const PageFile> page)
    : parts_(std::make_unique<Parts>(io, std::move(options), control, settings, stream_access, clock, page)) {}

Server::~Server() {
    stop(milliseconds(0));
}

Status Server::listen() {
    if (auto loaded = parts_->links.load(parts_->settings); !loaded) return loaded;
    return parts_->http.listen();
}

void Server::accept() {
    parts_->http.accept();
}

std::uint16_t Server::port() const {
    return parts_->http.port();
}

void Server::stop(milliseconds bound) {
    parts_->http.stop(bound);
    parts_->footage_threads.join();
}

Result<std::optional<std::string>> Server::setup_token() {
    return parts_->setup.token();
}
std::string Server::make_login_token(const std::string& user, seconds lifetime) {
    return parts_->sessions.make_login_token(user, lifetime);
}
Accounts& Server::accounts() {
    return parts_->accounts;
}

}  // namespace vantage::serve
