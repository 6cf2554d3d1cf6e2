// SPDX-License-Identifier: Apache-2.0
#include "net/digest.hpp"

#include "base/base64.hpp"
#include "net/text.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace vantage::net {
namespace {

std::string to_hex(ByteView bytes) {
    std::string out;
    for (const auto b : bytes) out += fmt::format("{:02x}", b);
    return out;
}

// A quoted string may not end early because a camera's name or a password's owner holds a quote.
std::string quoted(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

struct Question {
    DigestHash hash;
    bool session;
    std::string_view user, realm, nonce, uri, qop, nc, cnonce;
};

// RFC 7616 3.4.1; without qop the form of RFC 2069.
std::string digest_response(const Question& q, std::string_view method, std::string_view password) {
    auto ha1 = hash_hex(q.hash, fmt::format("{}:{}:{}", q.user, q.realm, password));
    if (q.session) ha1 = hash_hex(q.hash, fmt::format("{}:{}:{}", ha1, q.nonce, q.cnonce));
    const auto ha2 = hash_hex(q.hash, fmt::format("{}:{}", method, q.uri));
    if (q.qop.empty()) return hash_hex(q.hash, fmt::format("{}:{}:{}", ha1, q.nonce, ha2));
    return hash_hex(q.hash, fmt::format("{}:{}:{}:{}:{}:{}", ha1, q.nonce, q.nc, q.cnonce, q.qop, ha2));
}

// False for an algorithm we do not know.
bool read_algorithm(std::string_view text, DigestHash& hash, bool& session) {
    session = text.size() > 5 && iequals(text.substr(text.size() - 5), "-sess");
    if (session) text.remove_suffix(5);
    hash = iequals(text, "SHA-256") ? DigestHash::sha256 : DigestHash::md5;
    return text.empty() || iequals(text, "MD5") || hash == DigestHash::sha256;
}

// Splits `Digest realm="a, b", nonce="c", Basic realm="d"` before each scheme.
std::vector<std::string_view> split_challenges(std::string_view header) {
    std::vector<std::size_t> starts;
    bool in_quotes = false;
    for (std::size_t i = 0; i < header.size(); ++i) {
        if (header[i] == '"') in_quotes = !in_quotes;
        const bool at_word = i == 0 || header[i - 1] == ' ' || header[i - 1] == ',' || header[i - 1] == '\t';
        if (!in_quotes && at_word && (istarts_with(header.substr(i), "Digest ") || istarts_with(header.substr(i), "Basic ")))
            starts.push_back(i);
    }
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const auto end = i + 1 < starts.size() ? starts[i + 1] : header.size();
        out.push_back(header.substr(starts[i], end - starts[i]));
    }
    return out;
}

std::optional<Challenge> read_challenge(std::string_view text) {
    Challenge c;
    c.digest = istarts_with(text, "Digest ");
    take_until(text, ' ');
    for_each_parameter(text, ',', [&](auto name, auto value) {
        if (iequals(name, "realm")) c.realm = value;
        if (iequals(name, "nonce")) c.nonce = value;
        if (iequals(name, "opaque")) c.opaque = std::string(value);
        if (iequals(name, "algorithm")) c.algorithm = value;
        if (iequals(name, "stale")) c.stale = iequals(value, "true");
        if (iequals(name, "qop"))
            for_each_parameter(value, ',', [&](auto option, auto) { c.qop_auth = c.qop_auth || iequals(option, "auth"); });
    });
    if (c.digest && (c.nonce.empty() || !read_algorithm(c.algorithm, c.hash, c.session))) return std::nullopt;
    return c;
}

int strength(const Challenge& c) {
    return !c.digest ? 0 : c.hash == DigestHash::md5 ? 1 : 2;
}

}  // namespace

std::vector<Challenge> parse_challenges(const std::vector<std::string_view>& headers) {
    std::vector<Challenge> out;
    for (const auto header : headers)
        for (const auto text : split_challenges(header))
            if (auto challenge = read_challenge(text)) out.push_back(std::move(*challenge));
    return out;
}

bool ClientAuth::accept(const std::vector<std::string_view>& www_authenticate) {
    const auto challenges = parse_challenges(www_authenticate);
    const auto best = std::max_element(challenges.begin(), challenges.end(),
                                       [](const auto& a, const auto& b) { return strength(a) < strength(b); });
    if (best == challenges.end() || (credentials_.user.empty() && credentials_.password.empty())) return false;
    const bool renewed = best->digest && (best->stale || (trusted_ && challenge_ && best->nonce != challenge_->nonce));
    if (answered_ && !renewed) return false;
    answered_ = false;
    challenge_ = *best;
    count_ = 0;
    return true;
}

void ClientAuth::accepted() {
    trusted_ = trusted_ || answered_;
    answered_ = false;
}

std::string ClientAuth::answer(std::string_view method, std::string_view uri) {
    if (!challenge_) return {};
    answered_ = true;
    const auto& c = *challenge_;
    if (!c.digest) return "Basic " + to_base64(as_bytes(credentials_.user + ":" + credentials_.password));
    const auto nc = fmt::format("{:08x}", ++count_);
    const auto cnonce = c.qop_auth || c.session ? random_hex(8) : std::string{};
    const std::string_view qop = c.qop_auth ? "auth" : "";
    const auto response = digest_response({c.hash, c.session, credentials_.user, c.realm, c.nonce, uri, qop, nc, cnonce},
                                          method, credentials_.password);
    auto out = fmt::format(R"(Digest username="{}", realm="{}", nonce="{}", uri="{}", response="{}")",
                           quoted(credentials_.user), c.realm, c.nonce, uri, response);
    if (c.opaque) out += fmt::format(R"(, opaque="{}")", *c.opaque);
    if (!c.algorithm.empty()) out += fmt::format(", algorithm={}", c.algorithm);
    if (c.qop_auth) out += fmt::format(R"(, qop=auth, nc={}, cnonce="{}")", nc, cnonce);
    if (c.session && !c.qop_auth) out += fmt::format(R"(, cnonce="{}")", cnonce);
    return out;
}

std::string digest_challenge(std::string_view realm, std::string_view nonce, DigestHash hash, bool stale) {
    // No qop: FFmpeg and GStreamer take it, old players do not. No algorithm for MD5: as RFC 2069 had it.
    return fmt::format(R"(Digest realm="{}", nonce="{}"{}{})", realm, nonce,
                       hash == DigestHash::sha256 ? ", algorithm=SHA-256" : "", stale ? ", stale=true" : "");
}

std::optional<DigestAnswer> parse_digest_answer(std::string_view authorization) {
    authorization = trim(authorization);
    if (!istarts_with(authorization, "Digest ")) return std::nullopt;
    take_until(authorization, ' ');
    DigestAnswer a;
    for_each_parameter(authorization, ',', [&](auto name, auto value) {
        if (iequals(name, "username")) a.user = value;
        if (iequals(name, "realm")) a.realm = value;
        if (iequals(name, "nonce")) a.nonce = value;
        if (iequals(name, "uri")) a.uri = value;
        if (iequals(name, "response")) a.response = lower(value);
        if (iequals(name, "algorithm")) a.algorithm = value;
        if (iequals(name, "qop")) a.qop = value;
        if (iequals(name, "nc")) a.nc = value;
        if (iequals(name, "cnonce")) a.cnonce = value;
    });
    if (a.user.empty() || a.nonce.empty() || a.response.empty()) return std::nullopt;
    return a;
}

std::optional<Credentials> parse_basic_answer(std::string_view authorization) {
    authorization = trim(authorization);
    if (!istarts_with(authorization, "Basic ")) return std::nullopt;
    const auto decoded = read_base64(authorization.substr(6));
    if (!decoded) return std::nullopt;
    auto text = as_text(*decoded);
    if (text.find(':') == std::string_view::npos) return std::nullopt;
    const auto user = take_until(text, ':');
    return Credentials{std::string(user), std::string(text)};
}

bool verify_digest(const DigestAnswer& a, std::string_view method, std::string_view password) {
    DigestHash hash{};
    bool session = false;
    if (!read_algorithm(a.algorithm, hash, session) || (!a.qop.empty() && !iequals(a.qop, "auth"))) return false;
    const auto expected =
        digest_response({hash, session, a.user, a.realm, a.nonce, a.uri, a.qop, a.nc, a.cnonce}, method, password);
    return equal_in_constant_time(expected, a.response);
}

std::string hash_hex(DigestHash hash, std::string_view text) {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    const auto* method = hash == DigestHash::md5 ? EVP_md5() : EVP_sha256();
    if (EVP_Digest(text.data(), text.size(), out.data(), &size, method, nullptr) != 1)
        throw std::runtime_error("OpenSSL refuses the digest that RTSP authentication needs (FIPS mode?)");
    return to_hex(ByteView{out}.first(size));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_hex(std::size_t bytes) {
    Bytes out(bytes);
    if (RAND_bytes(out.data(), static_cast<int>(bytes)) != 1) throw std::runtime_error("no random bytes from OpenSSL");
    return to_hex(out);
}

}  // namespace vantage::net
