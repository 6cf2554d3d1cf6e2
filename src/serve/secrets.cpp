// SPDX-License-Identifier: Apache-2.0
#include "serve/secrets.hpp"

#include <sodium.h>

#include <semaphore>
#include <stdexcept>

namespace vantage::serve {
namespace {

void ready() {
    static const bool kReady = sodium_init() >= 0;
    if (!kReady) throw std::runtime_error("libsodium cannot start");
}

std::string base64url(ByteView data) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(data.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), data.data(), data.size(), kVariant);
    text.resize(text.size() - 1);  // its terminating zero
    return text;
}

std::string hex(ByteView data) {
    std::string text(data.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), data.data(), data.size());
    text.pop_back();
    return text;
}

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
    ready();
    std::array<std::uint8_t, N> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

// Each hash takes 64 MB: a flood of logins must not take the machine's memory.
std::counting_semaphore<2>& hashing_places() {
    static std::counting_semaphore<2> places(2);
    return places;
}

}  // namespace

std::string random_token() {
    return base64url(random_bytes<32>());
}

std::string typed_token() {
    static constexpr std::string_view kAlphabet = "23456789abcdefghjkmnpqrstuvwxyz";  // nothing that looks like another
    ready();
    std::string text;
    for (int i = 0; i < 16; ++i) {
        if (i > 0 && i % 4 == 0) text += '-';
        text += kAlphabet[randombytes_uniform(kAlphabet.size())];
    }
    return text;
}

std::string random_id() {
    return hex(random_bytes<8>());
}

std::string token_hash(std::string_view token) {
    ready();
    std::array<std::uint8_t, crypto_generichash_BYTES> digest{};
    crypto_generichash(digest.data(), digest.size(), as_bytes(token).data(), token.size(), nullptr, 0);
    return hex(digest);
}

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string sign(std::string_view key, std::string_view message) {
    ready();
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, as_bytes(key).data(), key.size());
    crypto_auth_hmacsha256_update(&state, as_bytes(message).data(), message.size());
    std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> digest{};
    crypto_auth_hmacsha256_final(&state, digest.data());
    return base64url(digest);
}

Result<std::string> hash_password(std::string_view password, const PasswordCost& cost) {
    ready();
    std::array<char, crypto_pwhash_STRBYTES> text{};
    hashing_places().acquire();
    const int failed = crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost.operations, cost.memory,
                                             crypto_pwhash_ALG_ARGON2ID13);
    hashing_places().release();
    if (failed != 0) return fail(errc::unavailable, "not enough memory to hash a password; try again");
    return std::string(text.data());
}

bool password_matches(std::string_view hash, std::string_view password) {
    ready();
    const std::string terminated(hash);
    hashing_places().acquire();
    const int failed = crypto_pwhash_str_verify(terminated.c_str(), password.data(), password.size());
    hashing_places().release();
    return failed == 0;
}

}  // namespace vantage::serve
