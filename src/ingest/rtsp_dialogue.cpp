// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtsp_dialogue.hpp"

#include <algorithm>

namespace vantage::ingest {
namespace {

constexpr seconds kShortestTimeout{2};
constexpr seconds kLongestTimeout{3600};

}  // namespace

std::string RtspDialogue::request(std::string_view method, std::string_view url,
                                  const std::vector<net::RtspHeader>& headers) {
    net::RtspRequest request;
    request.method = method;
    request.url = url;
    request.add("CSeq", std::to_string(++cseq_));
    request.add("User-Agent", "Vantage");  // some cameras answer nobody without a name
    if (!session_.empty()) request.add("Session", session_);
    if (auto answer = auth_.answer(method, url); !answer.empty()) request.add("Authorization", std::move(answer));
    for (const auto& header : headers) request.headers.push_back(header);
    return net::to_text(request);
}

bool RtspDialogue::answers_last(const net::RtspReply& reply) const {
    const auto number = reply.cseq();
    return !number || *number >= cseq_;
}

void RtspDialogue::note(const net::RtspReply& reply) {
    if (reply.status == 401) return;
    auth_.accepted();
    const auto session = net::parse_session(reply.header("Session"));
    if (session_.empty()) session_ = session.id;
    // Not from a PLAY reply alone: it counts whenever it is said.
    if (session.timeout && *session.timeout > 0)
        timeout_ = std::clamp(seconds{*session.timeout}, kShortestTimeout, kLongestTimeout);
}

bool RtspDialogue::challenged(const net::RtspReply& reply) {
    return reply.status == 401 && auth_.accept(reply.all("WWW-Authenticate"));
}

std::string RtspDialogue::reply_to(const net::RtspRequest& request) {
    net::RtspReply reply;
    const bool harmless =
        request.method == "OPTIONS" || request.method == "GET_PARAMETER" || request.method == "SET_PARAMETER";
    reply.status = harmless ? 200 : 501;
    reply.add("CSeq", std::string(request.header("CSeq")));
    return net::to_text(reply);
}

}  // namespace vantage::ingest
