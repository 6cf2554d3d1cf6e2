// SPDX-License-Identifier: Apache-2.0
// Addresses that carry their own right for a while, for players and messages that cannot log in:
// "/link/<expires>.<signature>" in front of a media address, signed with a secret of this installation. A prefix, because
// players resolve what a playlist or manifest names against its own address: the right goes along, and one cached playlist
// serves everybody. Immutable after load; safe from any thread.
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
        std::string url;  // "/link/1763672400.x7Gq.../door/snapshot.jpg", without base path
        UtcTime expires;
    };
    // `target`: without base path. The link opens exactly that, parameters included; what lies in /{camera}/stream/{period}/
    // opens that whole directory, as a playlist names its neighbours.
    [[nodiscard]] Signed sign(const net::Target& target, seconds lifetime) const;
    [[nodiscard]] static bool is_link(std::string_view path) { return path.starts_with("/link/"); }
    // The request that the link stands for, as if it had been made without the prefix. unauthenticated when the signature
    // does not fit or the link has expired.
    [[nodiscard]] Result<net::Request> open(const net::Request& request) const;

  private:
    [[nodiscard]] std::string signature(std::string_view scope, std::string_view expires) const;
    std::string secret_;  // constant after load
    const Clock& clock_;
};

}  // namespace vantage::serve
