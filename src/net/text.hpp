// SPDX-License-Identifier: Apache-2.0
// Reading the line-based text of RTSP, SDP and authentication headers: ASCII case, white space, quoted parameters. Pure
// functions; views into what they are given.
#pragma once
#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace vantage::net {

std::string_view trim(std::string_view text);
bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view text, std::string_view prefix);
std::string lower(std::string_view text);
// "%40" as "@"; a '%' that no two hex digits follow stays, as cameras' passwords have them.
std::string percent_decode(std::string_view text);

// The part before the first `separator`, which is removed from `rest` together with it; all of `rest` if there is none.
std::string_view take_until(std::string_view& rest, char separator);

// A whole number and nothing else but white space around it.
template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
    text = trim(text);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

// Each name=value or bare name of a list such as `a=1;b="x;y"; c`. Separators inside quotes do not count; quotes are
// removed.
void for_each_parameter(std::string_view list, char separator,
                        const std::function<void(std::string_view name, std::string_view value)>& visit);

}  // namespace vantage::net
