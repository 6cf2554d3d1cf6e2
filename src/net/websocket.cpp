// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.hpp"

namespace vantage::net {

WebSocketMessage text_message(std::string text) {
    auto owner = std::make_shared<const std::string>(std::move(text));
    const auto data = as_bytes(*owner);
    return {false, std::move(owner), data};
}

}  // namespace vantage::net
