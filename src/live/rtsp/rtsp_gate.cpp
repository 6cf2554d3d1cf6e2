// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_gate.hpp"

#include "net/digest.hpp"

#include <fmt/format.h>

namespace vantage::live {
namespace {

constexpr const char* kRealm = "Vantage";
constexpr int kMostWrongAnswers = 5;  // then the connection is closed

}  // namespace

RtspGate::RtspGate(RtspAccess* access, std::string address, bool basic)
    : access_(access), address_(std::move(address)), basic_(basic), nonce_(net::random_hex(16)) {}

bool RtspGate::closed() const {
    return locked_ || wrong_answers_ >= kMostWrongAnswers;
}

RtspGate::Verdict RtspGate::compare(const net::RtspRequest& request, const std::string& user,
                                    const std::string& password) const {
    const auto authorization = request.header("Authorization");
    if (const auto digest = net::parse_digest_answer(authorization)) {
        if (digest->user != user || digest->realm != kRealm || !net::verify_digest(*digest, request.method, password))
            return Verdict::wrong;
        // The nonce is of this connection: an answer to another one may have been overheard.
        return digest->nonce == nonce_ ? Verdict::right : Verdict::stale;
    }
    const auto basic = net::parse_basic_answer(authorization);
    return basic && net::equal_in_constant_time(basic->password, password) ? Verdict::right : Verdict::wrong;
}

RtspGate::Verdict RtspGate::examine(const net::RtspRequest& request) {
    const auto authorization = request.header("Authorization");
    const auto digest = net::parse_digest_answer(authorization);
    const auto basic = basic_ ? net::parse_basic_answer(authorization) : std::nullopt;
    if (!digest && !basic) return Verdict::missing;
    const auto user = digest ? digest->user : basic->user;
    locked_ = access_->begin_try(user, address_);
    if (locked_) return Verdict::wrong;
    const auto password = access_->password_of(user);
    const auto verdict = compare(request, user, password.value_or(nonce_));
    if (!password || verdict == Verdict::wrong) return Verdict::wrong;
    access_->right_password(user, address_);
    if (verdict == Verdict::right) {
        user_ = user;
        password_ = *password;
    }
    return verdict;
}

std::optional<net::RtspReply> RtspGate::refuse(const net::RtspRequest& request, const std::string& path) {
    if (access_ == nullptr) return {};
    const auto verdict = examine(request);
    if (locked_) {
        net::RtspReply reply{{}, 403, "Too many wrong passwords"};
        reply.add("Retry-After", std::to_string(locked_->count()));
        return reply;
    }
    if (verdict == Verdict::wrong) ++wrong_answers_;
    if (verdict != Verdict::right) return challenge(verdict == Verdict::stale);
    if (!access_->may_read(user_, path)) return net::RtspReply{{}, 403, {}};
    return {};
}

net::RtspReply RtspGate::challenge(bool stale) const {
    net::RtspReply reply{{}, 401, {}};
    // FFmpeg takes the last one it knows unless Digest came first.
    reply.add("WWW-Authenticate", net::digest_challenge(kRealm, nonce_, net::DigestHash::md5, stale));
    if (basic_) reply.add("WWW-Authenticate", fmt::format("Basic realm=\"{}\"", kRealm));
    return reply;
}

bool RtspGate::still_open(const std::string& path) const {
    if (access_ == nullptr) return true;
    const auto password = access_->password_of(user_);
    return password && *password == password_ && access_->may_read(user_, path);
}

}  // namespace vantage::live
