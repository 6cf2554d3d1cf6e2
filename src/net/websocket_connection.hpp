// SPDX-License-Identifier: Apache-2.0
// A connection that has become a WebSocket. Lives on the io_context's thread. Internal to net; costly to include.
#pragma once
#include "net/http_server.hpp"
#include "net/http_transport.hpp"
#include "net/wakeup.hpp"
#include "net/websocket.hpp"

#include <atomic>

namespace vantage::net {

// Serves `session` on a connection whose request asked for the upgrade; returns when it is closed. `stop_hook` receives what
// closes it with 1001; `stalled` counts a client that takes no message.
Task<void> run_websocket(Transport& transport, const Request& request, std::shared_ptr<WebSocketSession> session,
                         const HttpLimits& limits, const std::shared_ptr<WakeupQueue>& wakeups,
                         std::atomic<std::uint64_t>& stalled, std::function<void()>& stop_hook);

}  // namespace vantage::net
