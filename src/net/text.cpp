// SPDX-License-Identifier: Apache-2.0
#include "net/text.hpp"

#include <algorithm>

namespace vantage::net {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
char lower_char(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

bool iequals(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower_char(x) == lower_char(y); });
}

bool istarts_with(std::string_view text, std::string_view prefix) {
    return iequals(text.substr(0, prefix.size()), prefix);
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower_char);
    return out;
}

std::string percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code =
            text[i] == '%' && i + 2 < text.size() ? parse_number<unsigned>(text.substr(i + 1, 2), 16) : std::nullopt;
        if (code && !is_space(text[i + 1]) && !is_space(text[i + 2])) {
            out += static_cast<char>(*code);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string_view take_until(std::string_view& rest, char separator) {
    const auto at = rest.find(separator);
    const auto taken = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
    return taken;
}

void for_each_parameter(std::string_view list, char separator,
                        const std::function<void(std::string_view, std::string_view)>& visit) {
    while (!list.empty()) {
        bool quoted = false;
        std::size_t end = 0;
        for (; end < list.size() && (quoted || list[end] != separator); ++end)
            if (list[end] == '"') quoted = !quoted;
        auto value = list.substr(0, end);
        list = end < list.size() ? list.substr(end + 1) : std::string_view{};
        const auto name = trim(take_until(value, '='));
        value = trim(value);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        if (!name.empty()) visit(name, value);
    }
}

}  // namespace vantage::net
