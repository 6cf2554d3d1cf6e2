// SPDX-License-Identifier: Apache-2.0
#include "serve/links.hpp"

#include "serve/secrets.hpp"

#include <fmt/format.h>

namespace vantage::serve {

Status Links::load(store::Settings& settings) {
    constexpr auto kName = "link_secret";
    auto stored = settings.value(kName);
    if (!stored) return stored.error();
    if (*stored && !(*stored)->empty()) {
        secret_ = **stored;
        return {};
    }
    secret_ = random_token();
    return settings.put_value(kName, secret_);
}

std::string Links::signature(std::string_view path, std::string_view expires) const {
    return serve::sign(secret_, fmt::format("GET\n{}\n{}", path, expires));
}

Links::Signed Links::sign(std::string_view path, seconds lifetime) const {
    const auto expires = std::chrono::floor<seconds>(clock_.now()) + lifetime;
    const auto number = std::to_string(expires.time_since_epoch().count());
    return {fmt::format("expires={}&signature={}", number, signature(path, number)), expires};
}

Status Links::check(const net::Request& request) const {
    const auto expires = request.parameter("expires").value_or("");
    const auto given = request.parameter("signature").value_or("");
    if (secret_.empty() || !same_secret(signature(request.path, expires), given))
        return fail(errc::unauthenticated, "the link's signature does not fit");
    const auto until = parse_time(expires);
    if (!until || *until <= clock_.now()) return fail(errc::unauthenticated, "this link has expired");
    return {};
}

}  // namespace vantage::serve
