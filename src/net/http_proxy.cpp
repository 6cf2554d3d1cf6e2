// SPDX-License-Identifier: Apache-2.0
#include "net/http_proxy.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <cstring>

namespace vantage::net {
namespace {

using Address = std::array<std::uint8_t, 16>;
constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool parse_address(const std::string& text, Address& out, bool& is_v4) {
    std::array<std::uint8_t, 4> v4{};
    is_v4 = inet_pton(AF_INET, text.c_str(), v4.data()) == 1;
    if (is_v4) {
        std::copy(kMapped.begin(), kMapped.end(), out.begin());
        std::copy(v4.begin(), v4.end(), out.begin() + kMapped.size());
        return true;
    }
    return inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
}

bool matches(const Address& a, const Address& b, int bits) {
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
    return (a[whole] & mask) == (b[whole] & mask);
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string plain_address(std::string_view address) {
    constexpr std::string_view kPrefix = "::ffff:";
    if (address.starts_with(kPrefix) && address.find('.') != std::string_view::npos) address.remove_prefix(kPrefix.size());
    return std::string(address);
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
    TrustedProxies proxies;
    for (const auto& text : networks) {
        const auto slash = text.find('/');
        Network network;
        bool is_v4 = false;
        const auto wrong =
            fail(errc::invalid_argument, "trusted proxy '" + text + "' is no address and no network like 10.0.0.0/8");
        if (!parse_address(text.substr(0, slash), network.address, is_v4)) return wrong;
        const int most = is_v4 ? 32 : 128;
        int bits = most;
        if (slash != std::string::npos) {
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, bits);
            if (error != std::errc{} || stop != end || bits < 0 || bits > most) return wrong;
        }
        network.bits = bits + 128 - most;
        proxies.networks_.push_back(network);
    }
    return proxies;
}

bool TrustedProxies::contains(std::string_view address) const {
    Address parsed{};
    bool is_v4 = false;
    if (networks_.empty() || !parse_address(std::string(address), parsed, is_v4)) return false;
    return std::any_of(networks_.begin(), networks_.end(),
                       [&](const Network& network) { return matches(network.address, parsed, network.bits); });
}

void TrustedProxies::resolve(std::string_view socket_peer, bool tls, Request& request) const {
    request.peer = plain_address(socket_peer);
    request.host = request.headers.get("Host");
    request.secure = tls;
    if (!contains(request.peer)) return;
    std::string chain;  // several headers are one list
    for (const auto& [name, value] : request.headers)
        if (equals_ignoring_case(name, "X-Forwarded-For")) chain += (chain.empty() ? "" : ",") + value;
    for (std::string_view rest = chain; !rest.empty();) {
        const auto comma = rest.rfind(',');
        const auto address = trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
        Address parsed{};
        bool is_v4 = false;
        if (!parse_address(std::string(address), parsed, is_v4)) break;
        request.peer = plain_address(address);
        if (!contains(request.peer)) break;
    }
    if (const auto proto = request.headers.get("X-Forwarded-Proto"); !proto.empty()) request.secure = proto == "https";
    if (const auto host = request.headers.get("X-Forwarded-Host"); !host.empty()) request.host = host;
}

}  // namespace vantage::net
