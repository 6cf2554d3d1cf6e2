// SPDX-License-Identifier: Apache-2.0
#include "net/url.hpp"

#include <fmt/format.h>

namespace vantage::net {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Status append_decoded(std::string& out, std::string_view text, bool plus_is_space) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const bool whole = i + 2 < text.size();
            const int high = whole ? hex_digit(text[i + 1]) : -1;
            const int low = whole ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) return fail(errc::malformed, "the address contains a wrong % escape");
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return {};
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Status check_segment(std::string_view decoded) {
    if (decoded == "." || decoded == "..") return fail(errc::malformed, "the address contains . or .. segments");
    if (decoded.find('/') != std::string_view::npos || decoded.find('\\') != std::string_view::npos)
        return fail(errc::malformed, "the address contains an escaped separator");
    if (has_control(decoded)) return fail(errc::malformed, "the address contains control characters");
    return {};
}

Result<std::string> parse_path(std::string_view raw) {
    if (raw.empty() || raw.front() != '/') return fail(errc::malformed, "the address does not begin with /");
    std::string path;
    path.reserve(raw.size());
    while (!raw.empty()) {
        const auto end = raw.find('/', 1);
        path += '/';
        const auto begin = path.size();
        if (auto good = append_decoded(path, raw.substr(1, end == std::string_view::npos ? end : end - 1), false); !good)
            return good.error();
        if (auto good = check_segment(std::string_view(path).substr(begin)); !good) return good.error();
        raw = end == std::string_view::npos ? std::string_view{} : raw.substr(end);
    }
    return path;
}

Result<Query> parse_query(std::string_view raw) {
    Query query;
    while (!raw.empty()) {
        const auto end = raw.find('&');
        const auto pair = raw.substr(0, end);
        raw = end == std::string_view::npos ? std::string_view{} : raw.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto name = percent_decode(pair.substr(0, equals), true);
        auto value = percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
        if (!name) return name.error();
        if (!value) return value.error();
        query.emplace_back(std::move(*name), std::move(*value));
    }
    return query;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    if (auto good = append_decoded(out, text, plus_is_space); !good) return good.error();
    return out;
}

std::string percent_encode(std::string_view text, bool keep_slash) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~' || (keep_slash && c == '/');
        if (plain) {
            out += c;
        } else {
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

Result<Target> parse_target(std::string_view target) {
    const auto fragment = target.find('#');
    if (fragment != std::string_view::npos) return fail(errc::malformed, "the address contains #");
    const auto mark = target.find('?');
    auto path = parse_path(target.substr(0, mark));
    if (!path) return path.error();
    auto query = parse_query(mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1));
    if (!query) return query.error();
    return Target{std::move(*path), std::move(*query)};
}

}  // namespace vantage::net
