// SPDX-License-Identifier: Apache-2.0
// Who may read what over RTSP: the interface that knows users, and the gate of one connection that asks them for Digest
// (Basic only where nobody can listen). The server's thread; RtspAccess must not block.
#pragma once
#include "base/time.hpp"
#include "net/rtsp_message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vantage::live {

class RtspAccess {
  public:
    virtual ~RtspAccess() = default;
    // Nothing: there is no such user, or none that may use RTSP.
    [[nodiscard]] virtual std::optional<std::string> password_of(std::string_view user) const = 0;
    [[nodiscard]] virtual bool may_read(std::string_view user, std::string_view path) const = 0;
    // Before a password is looked at: how long to wait, or nothing; then the try counts as failed until right_password().
    virtual std::optional<seconds> begin_try(std::string_view user, std::string_view address) = 0;
    virtual void right_password(std::string_view user, std::string_view address) = 0;
};

class RtspGate {
  public:
    // `access` null: everybody may. `address`: of the peer, without the port.
    RtspGate(RtspAccess* access, std::string address, bool basic);

    // What to answer instead (401, 403); nothing: the request may go on. Asked for DESCRIBE and SETUP; what else there is
    // works on a session that a SETUP of the same connection has made.
    std::optional<net::RtspReply> refuse(const net::RtspRequest& request, const std::string& path);
    // For a running session: the password it was opened with is still the user's, and the user may still read the path.
    [[nodiscard]] bool still_open(const std::string& path) const;
    // The peer guesses: the connection should end.
    [[nodiscard]] bool closed() const;
    [[nodiscard]] const std::string& user() const { return user_; }
    [[nodiscard]] int wrong_answers() const { return wrong_answers_; }

  private:
    enum class Verdict { right, wrong, stale, missing };
    Verdict examine(const net::RtspRequest& request);
    Verdict compare(const net::RtspRequest& request, const std::string& user, const std::string& password) const;
    [[nodiscard]] net::RtspReply challenge(bool stale) const;

    RtspAccess* const access_;
    const std::string address_;
    const bool basic_;
    const std::string nonce_;
    std::string user_, password_;  // that were right last
    std::optional<seconds> locked_;
    int wrong_answers_{0};
};

}  // namespace vantage::live
