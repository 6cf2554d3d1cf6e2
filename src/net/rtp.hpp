// SPDX-License-Identifier: Apache-2.0
// RTP and RTCP packets (RFC 3550), read and written. Pure functions on views; safe on hostile bytes. Keeps no statistics.
#pragma once
#include "base/bytes.hpp"
#include "base/time.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace vantage::net {

inline constexpr std::size_t kRtpHeaderBytes = 12;

struct RtpHeader {
    bool marker{false};
    std::uint8_t payload_type{0};
    std::uint16_t sequence{0};
    std::uint32_t timestamp{0};
    std::uint32_t ssrc{0};
};

struct RtpPacket : RtpHeader {
    ByteView payload;  // without CSRCs, extension and padding; a view into the datagram
};

// Nothing for what is not RTP version 2 or is cut off.
std::optional<RtpPacket> parse_rtp(ByteView datagram);
// Twelve bytes: no CSRCs, no extension.
void write_rtp_header(std::uint8_t* out, const RtpHeader& header);
// RFC 5761 4: tells RTCP from RTP when both come the same way.
inline bool is_rtcp(ByteView datagram) {
    return datagram.size() >= 8 && datagram[1] >= 192 && datagram[1] <= 223;
}

struct SenderInfo {
    std::uint32_t ssrc{0};
    UtcTime ntp;
    std::uint32_t rtp{0};
    std::uint32_t packets{0};
    std::uint32_t octets{0};
};

// RFC 3550 6.4.1, as on the wire.
struct ReceptionBlock {
    std::uint32_t ssrc{0};
    std::uint8_t fraction_lost{0};
    std::int32_t lost{0};  // 24 bits
    std::uint32_t highest_sequence{0};
    std::uint32_t jitter{0};
    std::uint32_t last_report{0};
    std::uint32_t delay{0};  // 1/65536 s
};

struct Rtcp {
    std::vector<SenderInfo> senders;
    std::vector<ReceptionBlock> receptions;
    std::vector<std::uint32_t> bye;  // SSRCs that have left
};
// Everything readable of a compound packet; what is unknown or cut off is left out. Cameras send single SRs without SDES.
Rtcp parse_rtcp(ByteView compound);

// Compound packets with an SDES CNAME (RFC 3550 6.1).
Bytes write_sender_report(const SenderInfo& info, std::string_view cname);
Bytes write_receiver_report(std::uint32_t ssrc, const std::vector<ReceptionBlock>& blocks, std::string_view cname);
Bytes write_bye(std::uint32_t ssrc);

// 32.32 seconds since 1900; times before 1968 are read as of the era that begins in 2036 (RFC 4330 3).
std::uint64_t to_ntp(UtcTime time);
UtcTime from_ntp(std::uint64_t ntp);

// Follows a counter that wraps: the value nearest to the last one. The first value stands for itself.
template <class Counter>
class Unwrapper {
  public:
    std::int64_t operator()(Counter value) {
        if (!last_) return *(last_ = value);
        using Signed = std::make_signed_t<Counter>;
        return *(last_ = *last_ + static_cast<Signed>(static_cast<Counter>(value - static_cast<Counter>(*last_))));
    }
    [[nodiscard]] std::optional<std::int64_t> last() const { return last_; }
    void reset() { last_.reset(); }

  private:
    std::optional<std::int64_t> last_;
};

}  // namespace vantage::net
