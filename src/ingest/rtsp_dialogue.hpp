// SPDX-License-Identifier: Apache-2.0
// Requests to one camera: numbers them, signs them, keeps the session's id, pairs replies. Text only; opens no sockets.
#pragma once
#include "base/time.hpp"
#include "net/digest.hpp"
#include "net/rtsp_message.hpp"

namespace vantage::ingest {

class RtspDialogue {
  public:
    explicit RtspDialogue(net::Credentials credentials) : auth_(std::move(credentials)) {}

    // The text of a request, ready to send.
    std::string request(std::string_view method, std::string_view url, const std::vector<net::RtspHeader>& headers = {});
    // A reply to the last request? Some cameras send no CSeq, or a wrong one: only a lower one proves an earlier request.
    [[nodiscard]] bool answers_last(const net::RtspReply& reply) const;
    // Takes note of the reply: session id and timeout, whether the credentials were taken.
    void note(const net::RtspReply& reply);
    // True if the request should be sent again with new credentials after this 401.
    bool challenged(const net::RtspReply& reply);
    // What a camera that sends requests itself gets to read.
    static std::string reply_to(const net::RtspRequest& request);

    [[nodiscard]] const std::string& session() const { return session_; }
    [[nodiscard]] seconds session_timeout() const { return timeout_; }
    void forget_session() { session_.clear(); }

  private:
    net::ClientAuth auth_;
    std::uint32_t cseq_{0};
    std::string session_;  // of the first SETUP: some DVRs give each track another one and want the first
    seconds timeout_{60};  // RFC 2326 12.37
};

}  // namespace vantage::ingest
