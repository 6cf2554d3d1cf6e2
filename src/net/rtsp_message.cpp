// SPDX-License-Identifier: Apache-2.0
#include "net/rtsp_message.hpp"

#include "net/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace vantage::net {
namespace {

constexpr std::size_t kLeastSpace = 64 * 1024;
constexpr std::size_t kLongestMethod = 32;

bool is_upper(char c) {
    return (c >= 'A' && c <= 'Z') || c == '_';
}

// The header lines of `head` (without its first line), continuation lines joined (RFC 2326 4.2). A line without a colon is
// left out: some cameras print their log there.
Status read_headers(std::string_view head, std::size_t most, RtspFields& out) {
    while (!head.empty()) {
        const auto line = take_until(head, '\n');
        if (trim(line).empty()) continue;
        if ((line.front() == ' ' || line.front() == '\t') && !out.headers.empty()) {
            out.headers.back().value += fmt::format(" {}", trim(line));
            continue;
        }
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        if (out.headers.size() == most)
            return fail(errc::overloaded, fmt::format("RTSP message with over {} headers", most));
        out.add(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
    }
    return {};
}

std::optional<RtspReply> read_status_line(std::string_view line) {
    if (!istarts_with(line, "RTSP/")) return std::nullopt;
    take_until(line, ' ');
    line = trim(line);
    const auto status = parse_number<int>(take_until(line, ' '));
    if (!status || *status < 100 || *status > 999) return std::nullopt;
    RtspReply reply;
    reply.status = *status;
    reply.reason = trim(line);
    return reply;
}

std::optional<RtspRequest> read_request_line(std::string_view line) {
    RtspRequest request;
    request.method = take_until(line, ' ');
    const auto version = line.rfind(' ');
    if (version == std::string_view::npos || !istarts_with(trim(line.substr(version)), "RTSP/")) return std::nullopt;
    request.url = trim(line.substr(0, version));
    if (request.url.empty() || !std::all_of(request.method.begin(), request.method.end(), is_upper)) return std::nullopt;
    return request;
}

// A length no one can read is none, as cameras send "Content-Length: " on empty replies.
std::size_t content_length(const RtspFields& fields) {
    return parse_number<std::size_t>(fields.header("Content-Length")).value_or(0);
}

std::string fields_text(const RtspFields& fields) {
    std::string out;
    for (const auto& [name, value] : fields.headers) out += fmt::format("{}: {}\r\n", name, value);
    if (!fields.body.empty()) out += fmt::format("Content-Length: {}\r\n", fields.body.size());
    return out + "\r\n" + fields.body;
}

}  // namespace

std::string_view RtspFields::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return iequals(h.name, name); });
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

std::vector<std::string_view> RtspFields::all(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto& h : headers)
        if (iequals(h.name, name)) found.emplace_back(h.value);
    return found;
}

std::optional<std::uint32_t> RtspFields::cseq() const {
    return parse_number<std::uint32_t>(header("CSeq"));
}

std::string to_text(const RtspRequest& request) {
    return fmt::format("{} {} RTSP/1.0\r\n{}", request.method, request.url, fields_text(request));
}

std::string to_text(const RtspReply& reply) {
    return fmt::format("RTSP/1.0 {} {}\r\n{}", reply.status, reply.reason.empty() ? rtsp_reason(reply.status) : reply.reason,
                       fields_text(reply));
}

RtspReceiver::RtspReceiver(RtspLimits limits, std::size_t buffer_bytes)
    : limits_(limits),
      // One whole message or frame and the next read always fit.
      capacity_(
          std::max(buffer_bytes, std::max(limits.head_bytes + limits.body_bytes, std::size_t{4 + 65535}) + kLeastSpace)),
      buffer_(new std::uint8_t[capacity_]) {}

std::span<std::uint8_t> RtspReceiver::space() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
    } else if (capacity_ - end_ < kLeastSpace) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    return {buffer_.get() + end_, capacity_ - end_};
}

void RtspReceiver::append(ByteView bytes) {
    while (!bytes.empty()) {
        const auto room = space();
        const auto n = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), n);
        commit(n);
        bytes = bytes.subspan(n);
    }
}

Result<RtspReceiver::Item> RtspReceiver::next() {
    while (begin_ < end_) {
        const auto data = pending();
        if (data[0] == '$' && (skipped_in_a_row_ == 0 || data.size() < 5 || data[4] >> 6 == 2)) {
            if (data.size() < 4) return Item{};
            const std::size_t size = load_u16(&data[2]);
            if (data.size() < 4 + size) return Item{};
            begin_ += 4 + size;
            skipped_in_a_row_ = 0;
            return Item{Interleaved{data[1], data.subspan(4, size)}};
        }
        if (data[0] == '\r' || data[0] == '\n') {
            ++begin_;
            continue;
        }
        if (plausible_start()) {
            auto item = read_message();
            if (item.has_error() && item.error().code == errc::malformed && limits_.resynchronise) {
                if (auto skipped = skip_garbage(); skipped.has_error()) return skipped.error();
                continue;
            }
            return item;
        }
        if (auto skipped = skip_garbage(); skipped.has_error()) return skipped.error();
    }
    return Item{};
}

// True when what is pending can be the beginning of "RTSP/1.0 200" or "METHOD url".
bool RtspReceiver::plausible_start() const {
    const auto text = as_text(pending());
    constexpr std::string_view kReply = "RTSP/";
    if (iequals(text.substr(0, kReply.size()), kReply.substr(0, text.size()))) return true;
    if (skipped_in_a_row_ > 0) return false;
    const auto method = std::find_if_not(text.begin(), text.end(), is_upper);
    const auto length = static_cast<std::size_t>(method - text.begin());
    return length >= 3 && length <= kLongestMethod ? method == text.end() || *method == ' '
                                                   : method == text.end() && length < 3;
}

// Drops at least one byte, and up to the next that can begin something.
Status RtspReceiver::skip_garbage() {
    if (!limits_.resynchronise) return fail(errc::malformed, "bytes that are not RTSP");
    const auto data = as_text(pending());
    const auto at = data.find_first_of("$R", 1);
    const auto count = at == std::string_view::npos ? data.size() : at;
    begin_ += count;
    skipped_ += count;
    skipped_in_a_row_ += count;
    if (skipped_in_a_row_ > limits_.garbage_bytes)
        return fail(errc::malformed, fmt::format("{} bytes in a row that are not RTSP", skipped_in_a_row_));
    return {};
}

// The text up to the first empty line; nothing while it has not arrived. Lines may end with a bare line feed.
Result<std::optional<RtspReceiver::Head>> RtspReceiver::find_head() const {
    const auto text = as_text(pending()).substr(0, limits_.head_bytes);
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        auto next = at + 1;
        if (next < text.size() && text[next] == '\r') ++next;
        if (next < text.size() && text[next] == '\n') return Head{next + 1, text.substr(0, at + 1)};
    }
    if (text.size() == limits_.head_bytes)
        return fail(limits_.resynchronise ? errc::malformed : errc::overloaded,
                    fmt::format("RTSP message with a head of over {} bytes", limits_.head_bytes));
    return std::optional<Head>{};
}

Result<RtspReceiver::Item> RtspReceiver::read_message() {
    const auto found = find_head();
    if (found.has_error()) return found.error();
    if (!*found) return Item{};
    const auto& head = **found;
    auto text = head.text;
    const auto first = trim(take_until(text, '\n'));
    const auto finish = [&](auto message) -> Result<Item> {
        if (auto read = read_headers(text, limits_.headers, message); read.has_error()) return read.error();
        const auto length = content_length(message);
        if (length > limits_.body_bytes)
            return fail(errc::overloaded,
                        fmt::format("RTSP body of {} bytes, at most {} are taken", length, limits_.body_bytes));
        if (pending().size() < head.size + length) return Item{};
        message.body = as_text(pending().subspan(head.size, length));
        begin_ += head.size + length;
        skipped_in_a_row_ = 0;
        return Item{std::move(message)};
    };
    if (auto reply = read_status_line(first)) return finish(std::move(*reply));
    if (auto request = read_request_line(first)) return finish(std::move(*request));
    return fail(errc::malformed, "neither an RTSP request nor a reply");
}

}  // namespace vantage::net
