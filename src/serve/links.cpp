// SPDX-License-Identifier: Apache-2.0
#include "serve/links.hpp"

#include "serve/secrets.hpp"

#include <fmt/format.h>

namespace vantage::serve {
namespace {

constexpr std::string_view kPrefix = "/link/";

// One spelling for every way in which clients escape the same address.
std::string canonical(const net::Target& target) {
    auto text = net::percent_encode(target.path, true);
    char separator = '?';
    for (const auto& [name, value] : target.query) {
        text.append(1, separator).append(net::percent_encode(name, false));
        text.append(1, '=').append(net::percent_encode(value, false));
        separator = '&';
    }
    return text;
}

// What a signature for this target covers: the directory of a period, /{camera}/stream/{period}/, or the target itself with
// its parameters. A "range" names its period in parameters that players do not repeat, so it opens nothing beside it.
std::string scope_of(const net::Target& target) {
    constexpr std::string_view kStream = "/stream/";
    const std::string_view path = target.path;
    const auto second = path.find('/', 1);
    if (second == std::string_view::npos || !path.substr(second).starts_with(kStream)) return canonical(target);
    const auto period = second + kStream.size();
    const auto end = path.find('/', period);
    if (end == std::string_view::npos || path.substr(period, end - period) == "range") return canonical(target);
    return canonical({std::string(path.substr(0, end + 1)), {}});
}

}  // namespace

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

std::string Links::signature(std::string_view scope, std::string_view expires) const {
    return serve::sign(secret_, fmt::format("GET\n{}\n{}", scope, expires));
}

Links::Signed Links::sign(const net::Target& target, seconds lifetime) const {
    const auto expires = std::chrono::floor<seconds>(clock_.now()) + lifetime;
    const auto number = std::to_string(expires.time_since_epoch().count());
    return {fmt::format("/link/{}.{}{}", number, signature(scope_of(target), number), canonical(target)), expires};
}

Result<net::Request> Links::open(const net::Request& request) const {
    std::string_view target = request.raw_target;
    target.remove_prefix(std::min(target.size(), kPrefix.size()));
    const auto slash = target.find('/');
    const auto dot = target.substr(0, slash).find('.');
    if (slash == std::string_view::npos || dot == std::string_view::npos)
        return fail(errc::unauthenticated, "this is no link of this server; ask for a new one");
    const auto expires = target.substr(0, dot);
    const auto given = target.substr(dot + 1, slash - dot - 1);
    target.remove_prefix(slash);
    auto parsed = net::parse_target(target);
    if (!parsed) return parsed.error();
    if (secret_.empty() || !same_secret(signature(scope_of(*parsed), expires), given))
        return fail(errc::unauthenticated, "the link's signature does not fit");
    const auto until = parse_time(expires);
    if (!until || *until <= clock_.now()) return fail(errc::unauthenticated, "this link has expired; ask for a new one");
    net::Request inner = request;
    inner.raw_target = std::string(target);
    inner.path = std::move(parsed->path);
    inner.query = std::move(parsed->query);
    return inner;
}

}  // namespace vantage::serve
