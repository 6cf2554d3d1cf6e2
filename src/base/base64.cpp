// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"

#include <array>

namespace vantage {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kSkipped = 64;
constexpr std::uint8_t kForeign = 65;

constexpr auto kValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kForeign);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    values['-'] = 62;
    values['_'] = 63;
    for (const std::uint8_t c : {'=', ' ', '\t', '\r', '\n'}) values[c] = kSkipped;
    return values;
}();

}  // namespace

std::string to_base64(ByteView bytes) {
    std::string text((bytes.size() + 2) / 3 * 4, '=');
    std::size_t at = 0;
    std::uint32_t group = 0;
    int bits = 0;
    for (const auto byte : bytes) {
        group = group << 8 | byte;
        for (bits += 8; bits >= 6; bits -= 6) text[at++] = kAlphabet[group >> (bits - 6) & 63];
    }
    if (bits > 0) text[at] = kAlphabet[group << (6 - bits) & 63];
    return text;
}

Result<Bytes> from_base64(std::string_view text) {
    auto bytes = read_base64(text);
    if (!bytes || to_base64(*bytes) != text) return fail(errc::malformed, "text that is not base64");
    return std::move(*bytes);
}

std::optional<Bytes> read_base64(std::string_view text) {
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3 + 3);
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const auto value = kValues[static_cast<std::uint8_t>(c)];
        if (value == kSkipped) continue;
        if (value == kForeign) return std::nullopt;
        group = group << 6 | value;
        bits += 6;
        if (bits >= 8) bytes.push_back(static_cast<std::uint8_t>(group >> (bits -= 8)));
    }
    return bytes;
}

}  // namespace vantage
