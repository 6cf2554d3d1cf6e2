// SPDX-License-Identifier: Apache-2.0
// Addresses that carry their own right for a while: a signature over path and expiry with a secret of this installation. For
// players and messages that cannot log in. Immutable after load; safe from any thread.
#pragma once
#include "base/time.hpp"
#include "net/http_message.hpp"
#include "store/settings.hpp"

#include <string>

namespace vantage::serve {

class Links {
  public:
    explicit Links(const Clock& clock) : clock_(clock) {}

    // The installation's secret, made at first start. Until then no link is good. Blocks on SQL.
    Status load(store::Settings& settings);

    struct Signed {
        std::string query;  // "expires=...&signature=..."
        UtcTime expires;
    };
    // `path`: decoded, without base path.
    [[nodiscard]] Signed sign(std::string_view path, seconds lifetime) const;
    [[nodiscard]] bool is_signed(const net::Request& request) const { return request.parameter("signature").has_value(); }
    // unauthenticated when it does not fit the path or has expired.
    [[nodiscard]] Status check(const net::Request& request) const;

  private:
    [[nodiscard]] std::string signature(std::string_view path, std::string_view expires) const;
    std::string secret_;  // constant after load
    const Clock& clock_;
};

}  // namespace vantage::serve
