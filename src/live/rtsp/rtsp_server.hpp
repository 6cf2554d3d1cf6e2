// SPDX-License-Identifier: Apache-2.0
// RTSP 1.0 server (RFC 2326): DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER and SET_PARAMETER over TCP, RTP on the
// same connection or by UDP, and RTSPS on a port of its own. A session belongs to its connection and ends with it. Frames
// come from RtspFeed; nothing is decoded. Lives on the one thread that runs the io_context; stats() from any. No multicast,
// no ANNOUNCE, no SRTP: what must not be read on its way goes over RTSPS, on the connection.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "live/rtsp/rtsp_feed.hpp"
#include "live/rtsp/rtsp_gate.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace vantage::live {

struct RtspServerOptions {
    std::string address{"127.0.0.1"};
    std::uint16_t port{8554};  // 0: any that is free
    bool udp{true};
    bool catch_up{true};          // readers begin with the pictures since the last key frame, at once
    bool basic_in_clear{false};   // also take passwords that whoever listens can read
    seconds session_timeout{60};  // UDP: without a request or an RTCP packet. Players are told 5 s less
    seconds stall_timeout{15};    // TCP: without taking what waits for it
    seconds start_timeout{10};    // for a feed to show its tracks
    std::size_t most_connections{256};
    std::size_t most_queued_bytes{2U << 20};  // a reader; then it is dropped to the next key frame
};

struct RtspServerHooks {
    // The feed of a path ("door", without slashes around it); null or not_found: 404, overloaded: 453, another error: 503.
    std::function<Result<std::shared_ptr<RtspFeed>>(std::string_view path)> find_feed;
    // Who may; null: everybody. Outlives the server.
    RtspAccess* access{nullptr};
};

struct RtspServerStats {
    std::size_t connections{0};
    std::size_t playing{0};
    std::uint64_t sent_bytes{0};
    std::uint64_t dropped_frames{0};  // for readers that were too slow
    std::uint64_t stalled{0};         // readers that were ended because they took nothing
    std::uint64_t refused{0};         // connections over the bound, wrong passwords, cameras that are not for the user
};

class RtspServer {
  public:
    RtspServer(boost::asio::io_context& io, RtspServerOptions options, RtspServerHooks hooks);
    ~RtspServer();  // when io runs no more, or on its thread
    RtspServer(const RtspServer&) = delete;
    RtspServer& operator=(const RtspServer&) = delete;

    // Binds and begins to accept. On io's thread, or before it runs. invalid_argument: no address; unavailable: the port is
    // taken, trying again may help.
    Status listen();
    Status listen_tls(std::shared_ptr<boost::asio::ssl::context> context, std::uint16_t port);
    // 0 while it does not listen. From any thread.
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::uint16_t tls_port() const;
    // Ends all connections. On io's thread, or before it runs.
    void stop();
    [[nodiscard]] RtspServerStats stats() const;

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace vantage::live
