// SPDX-License-Identifier: Apache-2.0
// Who the client is when a reverse proxy stands in between. Only proxies on the list are believed. Immutable; safe from any
// thread.
#pragma once
#include "base/result.hpp"
#include "net/http_message.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vantage::net {

class TrustedProxies {
  public:
    // Addresses and networks: "127.0.0.1", "10.0.0.0/8", "fd00::/8". errc::invalid_argument names the wrong one.
    static Result<TrustedProxies> parse(const std::vector<std::string>& networks);

    [[nodiscard]] bool contains(std::string_view address) const;
    // Fills in peer, host and secure of a request that came from `socket_peer`: for a trusted one the last address of
    // X-Forwarded-For that is not itself trusted, X-Forwarded-Host and X-Forwarded-Proto. Others' headers are ignored.
    void resolve(std::string_view socket_peer, bool tls, Request& request) const;

  private:
    struct Network {
        std::array<std::uint8_t, 16> address{};  // IPv4 as ::ffff:a.b.c.d
        int bits{128};
    };
    std::vector<Network> networks_;
};

// "::ffff:10.0.0.1" as "10.0.0.1"; others unchanged.
std::string plain_address(std::string_view address);

}  // namespace vantage::net
