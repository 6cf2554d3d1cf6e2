// SPDX-License-Identifier: Apache-2.0
#include "net/http_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace vantage::net {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

ByteRange parse_range(std::string_view header, std::uint64_t body_size) {
    const ByteRange whole{ByteRange::Kind::whole, 0, body_size};
    const ByteRange unsatisfiable{ByteRange::Kind::unsatisfiable, 0, 0};
    constexpr std::string_view kUnit = "bytes=";
    if (!header.starts_with(kUnit)) return whole;
    header.remove_prefix(kUnit.size());
    const auto dash = header.find('-');
    if (dash == std::string_view::npos || header.find(',') != std::string_view::npos) return whole;
    const auto first = number(header.substr(0, dash));
    const auto last = number(header.substr(dash + 1));
    if (dash == 0) {  // the last n bytes
        if (!last) return whole;
        const auto size = std::min(*last, body_size);
        return size == 0 ? unsatisfiable : ByteRange{ByteRange::Kind::part, body_size - size, size};
    }
    if (!first || (!last && dash + 1 != header.size()) || (last && *last < *first)) return whole;
    if (*first >= body_size) return unsatisfiable;
    const auto end = last ? std::min(*last, body_size - 1) : body_size - 1;
    return {ByteRange::Kind::part, *first, end - *first + 1};
}

}  // namespace vantage::net
