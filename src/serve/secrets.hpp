// SPDX-License-Identifier: Apache-2.0
// Random tokens, their hashes, passwords and signatures: libsodium behind a few functions. Safe from any thread.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace vantage::serve {

// 256 random bits as base64url: cookies, tokens, CSRF.
std::string random_token();
// 80 random bits in groups that a person can type: "k7mq-2xwp-9d4h-tz6r".
std::string typed_token();
// 64 random bits as hex, for public ids.
std::string random_id();
// BLAKE2b of a random token, hex; what is stored instead of it. Not for passwords.
std::string token_hash(std::string_view token);
bool same_secret(std::string_view a, std::string_view b);  // time does not depend on where they differ
// HMAC-SHA256 as base64url.
std::string sign(std::string_view key, std::string_view message);

// How hard a password is to guess once the database is stolen. Tests take the least.
struct PasswordCost {
    unsigned long long operations{2};  // argon2id, libsodium's "interactive": some 60 ms
    std::size_t memory{64U << 20};
};

// argon2id. Each call takes `cost.memory`; at most two run at a time, others wait.
Result<std::string> hash_password(std::string_view password, const PasswordCost& cost);
bool password_matches(std::string_view hash, std::string_view password);

}  // namespace vantage::serve
