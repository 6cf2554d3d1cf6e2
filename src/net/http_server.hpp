// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 and WebSocket server, plain or TLS. Connections wait on the given io_context, which one thread runs; handlers run
// on a small pool of the server's own and may block. Everything is bounded: connections, header, body, and the time for each
// step. It knows nothing of routes, users or what it serves.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http_message.hpp"
#include "net/tls.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace vantage::net {

struct HttpLimits {
    std::size_t connections{1024};           // more are refused with 503
    std::size_t header_bytes{16U << 10};     // 431
    std::size_t body_bytes{1U << 20};        // 413
    milliseconds header_time{10'000};        // for a whole header once it has begun, and for the TLS handshake: 408
    milliseconds body_time{30'000};          // for a whole body: 408
    milliseconds idle_time{60'000};          // between requests of a connection
    milliseconds write_time{30'000};         // for each 256 KiB, and for each WebSocket message
    milliseconds ping_time{20'000};          // of silence before a WebSocket is pinged; closed after twice that
    milliseconds watch_time{2'000};          // between two looks at whether a WebSocket should end
    std::size_t websocket_bytes{16U << 10};  // of a message from a client
    unsigned workers{4};                     // threads for handlers
};

struct HttpOptions {
    std::string address{"::"};  // "::" takes IPv4 too; where there is no IPv6 it means 0.0.0.0
    std::uint16_t port{6478};   // 0: any free one
    std::string base_path;      // "" or "/vantage": what a reverse proxy leaves in front of every address
    std::vector<std::string> trusted_proxies;
    std::optional<TlsFiles> tls;
    HttpLimits limits;
    Headers every_answer;  // each of these goes with every answer that has none of that name, refusals too
};

// Called on a worker; may block. What it throws becomes a 500 and a line in the log.
using HttpHandler = std::function<Response(const Request&)>;
// Asked first, on the io_context's thread, so it must not block; nothing: the handler is asked. What it gives is sent as it
// is, never compressed.
using QuickHandler = std::function<std::optional<Response>(const Request&)>;

struct HttpStats {
    std::size_t connections{0};
    std::uint64_t stalled{0};  // ended because they did not take what they had asked for
    std::uint64_t refused{0};  // over the limit of connections
};

class HttpServer {
  public:
    // One thread at a time runs `io`.
    HttpServer(boost::asio::io_context& io, HttpOptions options, HttpHandler handler, QuickHandler quick = {});
    ~HttpServer();  // stop(0) if it still runs
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // Takes the port: who connects from now on waits for accept(). errc::already_exists when it is taken, invalid_argument
    // for wrong options.
    Status listen();
    void accept();                             // once, after listen()
    [[nodiscard]] std::uint16_t port() const;  // after listen()
    // Safe from any thread.
    [[nodiscard]] HttpStats stats() const;
    // Accepts no more, closes idle connections and WebSockets (1001), lets running requests finish within `bound`, cuts the
    // rest. Blocks; the io_context must be running on other threads.
    void stop(milliseconds bound);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace vantage::net
