// SPDX-License-Identifier: Apache-2.0
// RTSP 1.0 (RFC 2326) on a byte stream: requests, replies and interleaved '$' frames, in and out, for client and server. One
// thread at a time. Opens no sockets and knows no session.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vantage::net {

struct RtspHeader {
    std::string name;
    std::string value;
};

// What requests and replies share.
struct RtspFields {
    std::vector<RtspHeader> headers;
    std::string body;

    // The first header of that name, in any case; empty if there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
    void add(std::string name, std::string value) { headers.push_back({std::move(name), std::move(value)}); }
    // The CSeq, if there is a readable one.
    [[nodiscard]] std::optional<std::uint32_t> cseq() const;
};

struct RtspRequest : RtspFields {
    std::string method;
    std::string url;
};

struct RtspReply : RtspFields {
    int status{200};
    std::string reason;
};

// Adds Content-Length when there is a body; everything else is the caller's.
std::string to_text(const RtspRequest& request);
std::string to_text(const RtspReply& reply);
// "OK", "Unauthorized", ... for the statuses RTSP knows; "Status" for others.
const char* rtsp_reason(int status);

// One '$' frame (RFC 2326 10.12); a view into the receiver's buffer.
struct Interleaved {
    std::uint8_t channel{0};
    ByteView data;
};

// The value of a Session header: "708345999;timeout=60", spaces anywhere.
struct RtspSession {
    std::string id;
    std::optional<unsigned> timeout;  // seconds
};
RtspSession parse_session(std::string_view value);

// One alternative of a Transport header. Cameras leave out "unicast", put spaces into ssrc, add what they like.
struct RtspTransport {
    bool tcp{false};  // RTP/AVP/TCP
    bool multicast{false};
    std::optional<std::pair<int, int>> interleaved;
    std::optional<std::pair<int, int>> client_port;
    std::optional<std::pair<int, int>> server_port;
    std::optional<std::uint32_t> ssrc;
    std::string source;  // address that datagrams come from, if it is not the server's own
    std::string mode;    // lower case; empty if not said
};
// All alternatives, in the sender's order; those that are not RTP/AVP are left out.
std::vector<RtspTransport> parse_transport(std::string_view value);

struct RtspLimits {
    std::size_t head_bytes{16 * 1024};
    std::size_t headers{64};
    std::size_t body_bytes{256 * 1024};
    // True for a client: bytes that are neither message nor frame are skipped up to the next that is, because cameras lose
    // part of a frame when their own buffer overflows. False for a server: such bytes are an error at once.
    bool resynchronise{true};
    std::size_t garbage_bytes{1024 * 1024};  // skipped in a row before it is an error after all
};

// A receive buffer that hands out what has arrived. Messages are allocated; interleaved frames are not.
class RtspReceiver {
  public:
    explicit RtspReceiver(RtspLimits limits = {}, std::size_t buffer_bytes = 256 * 1024);

    // Room for the next read: at least 64 KB. Invalidates what next() has returned.
    std::span<std::uint8_t> space();
    void commit(std::size_t bytes) { end_ += bytes; }
    // Copies bytes in; for tests and for those who read elsewhere.
    void append(ByteView bytes);

    using Item = std::variant<std::monostate, Interleaved, RtspReply, RtspRequest>;
    // The next whole item, monostate when more bytes are needed. Frames are views that hold until space(). After an error
    // the connection is of no further use: errc::malformed (not RTSP) or overloaded (a bound of RtspLimits).
    Result<Item> next();

    [[nodiscard]] std::uint64_t skipped_bytes() const { return skipped_; }

  private:
    struct Head {
        std::size_t size{0};  // bytes up to and including the empty line
        std::string_view text;
    };
    Result<std::optional<Head>> find_head() const;
    Result<Item> read_message();
    Status skip_garbage();
    [[nodiscard]] bool plausible_start() const;
    [[nodiscard]] ByteView pending() const { return {buffer_.get() + begin_, end_ - begin_}; }

    RtspLimits limits_;
    std::size_t capacity_;
    std::unique_ptr<std::uint8_t[]> buffer_;  // left uninitialised: pages that no burst reaches cost no memory
    std::size_t begin_{0};
    std::size_t end_{0};
    std::uint64_t skipped_{0};
    std::size_t skipped_in_a_row_{0};
};

}  // namespace vantage::net
