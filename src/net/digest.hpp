// SPDX-License-Identifier: Apache-2.0
// HTTP authentication as RTSP uses it: Basic (RFC 7617) and Digest (RFC 2617, RFC 7616: MD5 and SHA-256, also -sess, qop
// auth), both ends. Pure but for ClientAuth, which one connection owns. Hands out no secret in errors.
#pragma once
#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vantage::net {

struct Credentials {
    std::string user;
    std::string password;
};

enum class DigestHash { md5, sha256 };

// One challenge of a WWW-Authenticate header.
struct Challenge {
    bool digest{false};  // else Basic
    DigestHash hash{DigestHash::md5};
    bool session{false};  // MD5-sess, SHA-256-sess
    bool qop_auth{false};
    bool stale{false};
    std::string realm;
    std::string nonce;
    std::optional<std::string> opaque;
    std::string algorithm;  // as the server wrote it; empty if it did not
};
// All challenges that can be answered, also several in one header.
std::vector<Challenge> parse_challenges(const std::vector<std::string_view>& headers);

// Answers one server's challenges for one pair of credentials.
class ClientAuth {
  public:
    explicit ClientAuth(Credentials credentials) : credentials_(std::move(credentials)) {}

    // Takes a 401's headers: the strongest challenge is answered from now on. False when trying again is of no use: there
    // are no credentials, nothing can be answered, or the answer was just refused and the nonce was neither stale nor, on a
    // connection where answers were taken before, a new one. (Cameras lock the account after a few wrong answers.)
    bool accept(const std::vector<std::string_view>& www_authenticate);
    // The Authorization value for a request; empty while nothing was asked.
    std::string answer(std::string_view method, std::string_view uri);
    // The server has taken the last answer.
    void accepted();

  private:
    Credentials credentials_;
    std::optional<Challenge> challenge_;
    unsigned count_{0};     // nc of the nonce
    bool answered_{false};  // since the last that was taken
    bool trusted_{false};   // an answer was taken once
};

// --- the server's side

struct DigestAnswer {
    std::string user, realm, nonce, uri, response, algorithm, qop, nc, cnonce;
};
// A WWW-Authenticate value. `realm` and `nonce` hold no quotes.
std::string digest_challenge(std::string_view realm, std::string_view nonce, DigestHash hash, bool stale);
// Reads an Authorization value; nothing if it is not a readable Digest or Basic one.
std::optional<DigestAnswer> parse_digest_answer(std::string_view authorization);
std::optional<Credentials> parse_basic_answer(std::string_view authorization);
// True if the answer was made with this password for this method, by the answer's own uri, nonce and realm; that these are
// the server's own is the caller's to check (players write the uri absolute, relative or as the base address). In constant
// time.
bool verify_digest(const DigestAnswer& answer, std::string_view method, std::string_view password);

// Lower-case hex of the digest of `text`.
std::string hash_hex(DigestHash hash, std::string_view text);
// Compares without telling by its time how much was equal.
bool equal_in_constant_time(std::string_view a, std::string_view b);
// `bytes` random bytes as hex; for nonces, cnonces and session ids.
std::string random_hex(std::size_t bytes);

}  // namespace vantage::net
