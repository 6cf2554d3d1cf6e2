// SPDX-License-Identifier: Apache-2.0
#include "net/rtsp_url.hpp"

#include "net/text.hpp"

#include <fmt/format.h>

namespace vantage::net {
namespace {

constexpr std::uint16_t kRtspPort = 554;
constexpr std::uint16_t kRtspsPort = 322;

bool is_absolute(std::string_view url) {
    return istarts_with(url, "rtsp://") || istarts_with(url, "rtsps://");
}

// Whether this can be host:port.
bool is_authority(std::string_view text) {
    if (!text.empty() && text.front() == '[') return text.find(']') != std::string_view::npos;
    const auto host = take_until(text, ':');
    return !host.empty() && (text.empty() || parse_number<std::uint16_t>(text));
}

// Takes "user:password@" off the front. It ends at the last '@' before the path, unless no host follows there: then the '/'
// was one of the password.
std::string_view take_credentials(std::string_view& rest) {
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    auto at = authority.rfind('@');
    if (!is_authority(authority.substr(at == std::string_view::npos ? 0 : at + 1))) at = rest.rfind('@');
    if (at == std::string_view::npos) return {};
    const auto taken = rest.substr(0, at);
    rest = rest.substr(at + 1);
    return taken;
}

}  // namespace

std::string RtspUrl::request_url() const {
    const bool bare = host.find(':') == std::string::npos;
    const auto shown_port =
        port_written || port != (tls ? kRtspsPort : kRtspPort) ? fmt::format(":{}", port) : std::string{};
    return fmt::format("{}://{}{}{}{}{}", tls ? "rtsps" : "rtsp", bare ? "" : "[", host, bare ? "" : "]", shown_port, path);
}

Result<RtspUrl> parse_rtsp_url(std::string_view text) {
    text = trim(text);
    RtspUrl url;
    url.tls = istarts_with(text, "rtsps://");
    if (!is_absolute(text))
        return fail(errc::invalid_argument, "not an RTSP address: it must begin with rtsp:// or rtsps://");
    auto rest = text.substr(text.find("//") + 2);
    auto user = take_credentials(rest);
    url.credentials.user = percent_decode(take_until(user, ':'));
    url.credentials.password = percent_decode(user);
    const auto path = rest.find_first_of("/?#");
    auto authority = rest.substr(0, path);
    if (path != std::string_view::npos) url.path = rest.substr(path, rest.find('#', path) - path);
    if (!authority.empty() && authority.front() == '[') {
        authority.remove_prefix(1);
        url.host = take_until(authority, ']');
        if (!authority.empty() && authority.front() == ':') authority.remove_prefix(1);
    } else {
        url.host = take_until(authority, ':');
    }
    url.port = url.tls ? kRtspsPort : kRtspPort;
    if (!authority.empty()) {
        const auto port = parse_number<std::uint16_t>(authority);
        if (!port || *port == 0)
            return fail(errc::invalid_argument, fmt::format("RTSP address with a bad port \"{}\"", authority));
        url.port = *port;
        url.port_written = true;
    }
    if (url.host.empty() || url.host.find_first_of(" \t\r\n") != std::string::npos)
        return fail(errc::invalid_argument, "RTSP address without a host");
    // What goes into a request line may not end it.
    for (auto& c : url.path)
        if (static_cast<unsigned char>(c) < 0x20)
            return fail(errc::invalid_argument, "RTSP address with a control character");
    for (std::size_t at = url.path.find(' '); at != std::string::npos; at = url.path.find(' ', at))
        url.path.replace(at, 1, "%20");
    return url;
}

std::string base_url(std::string_view content_base, std::string_view content_location, std::string_view request) {
    for (const auto candidate : {trim(content_base), trim(content_location)})
        if (is_absolute(candidate)) return std::string(candidate);
    return std::string(request);
}

std::string resolve_control(std::string_view base, std::string_view control) {
    control = trim(control);
    if (control.empty() || control == "*") return std::string(base);
    if (is_absolute(control)) return std::string(control);
    if (control.front() == '/') control.remove_prefix(1);
    return fmt::format("{}{}{}", base, !base.empty() && base.back() == '/' ? "" : "/", control);
}

}  // namespace vantage::net
