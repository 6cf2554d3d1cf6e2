// SPDX-License-Identifier: Apache-2.0
#include "net/rtsp_message.hpp"
#include "net/text.hpp"

#include <array>

namespace vantage::net {
namespace {

std::optional<std::pair<int, int>> parse_pair(std::string_view value) {
    const auto first = parse_number<int>(take_until(value, '-'));
    if (!first) return std::nullopt;
    // "interleaved=0" alone: the second is the next.
    return std::pair{*first, parse_number<int>(value).value_or(*first + 1)};
}

void take_parameter(RtspTransport& out, std::string_view name, std::string_view value) {
    if (iequals(name, "multicast")) out.multicast = true;
    if (iequals(name, "interleaved")) out.interleaved = parse_pair(value);
    if (iequals(name, "client_port")) out.client_port = parse_pair(value);
    if (iequals(name, "server_port")) out.server_port = parse_pair(value);
    if (iequals(name, "ssrc")) out.ssrc = parse_number<std::uint32_t>(value, 16);
    if (iequals(name, "source")) out.source = value;
    if (iequals(name, "mode")) out.mode = lower(value);
}

}  // namespace

RtspSession parse_session(std::string_view value) {
    RtspSession session;
    session.id = trim(take_until(value, ';'));
    for_each_parameter(value, ';', [&](auto name, auto text) {
        if (iequals(name, "timeout")) session.timeout = parse_number<unsigned>(text);
    });
    return session;
}

std::vector<RtspTransport> parse_transport(std::string_view value) {
    std::vector<RtspTransport> found;
    while (!value.empty()) {
        auto one = take_until(value, ',');
        const auto protocol = trim(take_until(one, ';'));
        if (!istarts_with(protocol, "RTP/AVP")) continue;
        RtspTransport transport;
        transport.tcp = iequals(protocol, "RTP/AVP/TCP");
        for_each_parameter(one, ';', [&](auto name, auto text) { take_parameter(transport, name, text); });
        found.push_back(std::move(transport));
    }
    return found;
}

const char* rtsp_reason(int status) {
    struct Reason {
        int status;
        const char* text;
    };
    static constexpr std::array reasons{Reason{200, "OK"},
                                        Reason{301, "Moved Permanently"},
                                        Reason{302, "Found"},
                                        Reason{400, "Bad Request"},
                                        Reason{401, "Unauthorized"},
                                        Reason{403, "Forbidden"},
                                        Reason{404, "Not Found"},
                                        Reason{405, "Method Not Allowed"},
                                        Reason{451, "Parameter Not Understood"},
                                        Reason{453, "Not Enough Bandwidth"},
                                        Reason{454, "Session Not Found"},
                                        Reason{455, "Method Not Valid in This State"},
                                        Reason{459, "Aggregate Operation Not Allowed"},
                                        Reason{460, "Only Aggregate Operation Allowed"},
                                        Reason{461, "Unsupported Transport"},
                                        Reason{500, "Internal Server Error"},
                                        Reason{501, "Not Implemented"},
                                        Reason{503, "Service Unavailable"},
                                        Reason{505, "RTSP Version Not Supported"},
                                        Reason{551, "Option Not Supported"}};
    for (const auto& reason : reasons)
        if (reason.status == status) return reason.text;
    return "Status";
}

}  // namespace vantage::net
