// SPDX-License-Identifier: Apache-2.0
#include "series/influx.hpp"

#include "net/gzip_pieces.hpp"
#include "net/url.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace vantage::series {
namespace json = boost::json;
namespace {

constexpr std::size_t kMostSaid = 300;
constexpr std::string_view kDropped = "dropped=";

std::string address_of(const InfluxServer& server) {
    const auto base = server.url.ends_with('/') ? server.url.substr(0, server.url.size() - 1) : server.url;
    const auto escaped = [](const std::string& text) { return net::percent_encode(text, false); };
    if (server.version == 1) return fmt::format("{}/write?db={}&precision=u", base, escaped(server.database));
    return fmt::format("{}/api/v2/write?org={}&bucket={}&precision=us", base, escaped(server.organisation),
                       escaped(server.bucket));
}

std::string gzip(const std::string& text) {
    const auto piece = net::deflate_piece(text);
    const std::array<const net::DeflatedPiece*, 1> all{&piece};
    return net::join_gzip(all);
}

// Version 1 answers {"error": ...}, version 2 {"code": ..., "message": ...}.
std::string said_by(const std::string& body) {
    boost::system::error_code error;
    const auto value = json::parse(body, error);
    if (!error && value.is_object())
        for (const auto* name : {"error", "message"})
            if (const auto* text = value.get_object().if_contains(name); text != nullptr && text->is_string())
                return std::string(text->get_string());
    return body;
}

std::string without(std::string text, const std::string& secret) {
    if (secret.empty()) return text;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
        text.replace(at, secret.size(), "***");
    return text;
}

std::string reason_of(const InfluxServer& server, const net::HttpReply& reply) {
    auto said = without(without(said_by(reply.body), server.token), server.password);
    if (said.size() > kMostSaid) said.resize(kMostSaid);
    for (auto& c : said)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    while (said.ends_with(' ')) said.pop_back();
    return said.empty() ? fmt::format("status {}", reply.status) : fmt::format("status {}: {}", reply.status, said);
}

// "partial write: ... dropped=3"
std::optional<std::size_t> dropped_of(const std::string& reason) {
    const auto at = reason.find(kDropped);
    if (at == std::string::npos) return {};
    std::size_t count = 0;
    const auto* first = reason.data() + at + kDropped.size();
    const auto [end, error] = std::from_chars(first, reason.data() + reason.size(), count);
    if (error != std::errc{} || end == first) return {};
    return count;
}

}  // namespace

net::HttpCall write_call(const InfluxServer& server, const std::string& lines) {
    net::HttpCall call{.url = address_of(server), .headers = {}, .user = {}, .password = {}, .body = lines};
    call.headers.emplace_back("Content-Type: text/plain; charset=utf-8");
    call.headers.emplace_back("Expect:");  // no extra round trip
    if (server.version == 1) {
        call.user = server.user;
        call.password = server.password;
    } else {
        call.headers.push_back("Authorization: Token " + server.token);
    }
    if (server.gzip) {
        call.headers.emplace_back("Content-Encoding: gzip");
        call.body = gzip(lines);
    }
    return call;
}

Judgement judge(const InfluxServer& server, const net::HttpReply& reply) {
    if (reply.status >= 200 && reply.status < 300) return {Verdict::taken};
    const auto reason = reason_of(server, reply);
    switch (reply.status) {
        case 400:
        case 422:
            return {Verdict::bad_lines, reason, dropped_of(reason)};
        case 413:
            return {Verdict::bad_lines, reason};
        case 408:
        case 425:
        case 429:
            return {Verdict::later, reason};
        default:
            return {reply.status >= 500 ? Verdict::later : Verdict::refused, reason};
    }
}

}  // namespace vantage::series
