// SPDX-License-Identifier: Apache-2.0
// The whole HTTP side of the program: users, routes, page, feeds, metrics on one server. Made by app with what it may ask of
// the rest. Everything blocking runs on threads of its own; sockets wait on the given io_context.
#pragma once
#include "net/http_server.hpp"
#include "serve/accounts.hpp"
#include "serve/control.hpp"
#include "serve/page.hpp"
#include "store/settings.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vantage::serve {

class StreamAccess;

struct ServerOptions {
    net::HttpOptions http;                     // address, port, base path, proxies, TLS, limits
    std::vector<std::string> allowed_origins;  // CORS: "https://wall.example"
    std::string time_zone{"UTC"};              // IANA name of the installation
    PasswordCost password_cost;
};

class Server {
  public:
    // All references must outlive the server; they are safe from any thread.
    Server(boost::asio::io_context& io, ServerOptions options, Control& control, store::Settings& settings,
           StreamAccess& stream_access, const Clock& clock, std::span<const PageFile> page);
    ~Server();  // stop(0)
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Loads the secrets and takes the port; who asks from now on is answered after accept(). Blocks on settings.db.
    Status listen();
    void accept();  // once; everything that handlers ask about is ready
    [[nodiscard]] std::uint16_t port() const;
    // Feeds are closed (1001), requests finish within `bound`. Blocks; the io_context must still be running.
    void stop(milliseconds bound);

    // While there is no admin: the one-time token of the set-up page, for the console. Blocks on settings.db.
    [[nodiscard]] Result<std::optional<std::string>> setup_token();
    // A token that logs `user` in once, for the address /login?link=... (POST /api/v1/login takes it as link_token).
    [[nodiscard]] std::string make_login_token(const std::string& user, seconds lifetime);
    [[nodiscard]] Accounts& accounts();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace vantage::serve
