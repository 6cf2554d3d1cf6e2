// SPDX-License-Identifier: Apache-2.0
// What runs behind an open WebSocket. Except for `wake`, everything happens on the connection's thread. The server pulls: it
// asks for the next message only when the last one has left, so a slow client never makes a queue grow here. No Beast in
// here.
#pragma once
#include "base/bytes.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vantage::net {

struct WebSocketMessage {
    bool binary{false};
    std::shared_ptr<const void> owner;  // keeps `data` alive; the bytes are sent from where they lie
    ByteView data;
};

class WebSocketSession {
  public:
    virtual ~WebSocketSession() = default;
    // `wake` makes the server call `next` soon. Safe from any thread, and after the connection has gone.
    virtual void on_open(std::function<void()> wake) = 0;
    virtual void on_text(std::string_view message) = 0;
    // Called when the last message has left, and after `wake`. Nothing: wait for `wake`.
    virtual std::optional<WebSocketMessage> next() = 0;
    // Asked every few seconds: why the server should close it (logged out), if it should.
    virtual std::optional<std::string> ended() { return std::nullopt; }
    // The last call.
    virtual void on_close() = 0;
};

WebSocketMessage text_message(std::string text);

}  // namespace vantage::net
