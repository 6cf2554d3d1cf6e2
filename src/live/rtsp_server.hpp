// SPDX-License-Identifier: Apache-2.0
// RTSP 1.0 server (RFC 2326): DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER and SET_PARAMETER over TCP, RTP on the
// same connection or by UDP. A session belongs to its connection and ends with it. Frames come from RtspFeed; nothing is
// decoded. Lives on the one thread that runs the io_context; stats() from any. No TLS, no multicast, no ANNOUNCE.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "live/rtsp_feed.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace vantage::live {

struct RtspServerOptions {
    std::string address{"127.0.0.1"};
    std::uint16_t port{8554};  // 0: any that is free
    bool udp{true};
    seconds session_timeout{60};  // without a request, an RTCP packet or bytes taken by the reader
    seconds start_timeout{10};    // for a feed to show its tracks
    std::size_t most_connections{256};
    std::size_t most_queued_bytes{2U << 20};  // a reader; then it is dropped to the next key frame
};

struct RtspServerHooks {
    // The feed of a path ("door", without slashes around it); null: 404.
    std::function<std::shared_ptr<RtspFeed>(std::string_view path)> find_feed;
    // The password of a user who may read the path; nothing: refused. Empty function: everybody may.
    std::function<std::optional<std::string>(std::string_view user, std::string_view path)> password_of;
};

struct RtspServerStats {
    std::size_t connections{0};
    std::size_t playing{0};
    std::uint64_t sent_bytes{0};
    std::uint64_t dropped_frames{0};  // for readers that were too slow
    std::uint64_t refused{0};         // connections over the bound, wrong passwords
};

class RtspServer {
  public:
    RtspServer(boost::asio::io_context& io, RtspServerOptions options, RtspServerHooks hooks);
    ~RtspServer();  // when io runs no more, or on its thread
    RtspServer(const RtspServer&) = delete;
    RtspServer& operator=(const RtspServer&) = delete;

    // Binds and begins to accept.
    Status listen();
    [[nodiscard]] std::uint16_t port() const;
    // Ends all connections. On io's thread, or before it runs.
    void stop();
    [[nodiscard]] RtspServerStats stats() const;

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace vantage::live
