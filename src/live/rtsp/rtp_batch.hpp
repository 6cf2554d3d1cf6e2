// SPDX-License-Identifier: Apache-2.0
// The RTP packets of one access unit, made once for all readers: headers of our own and views of the frame's bytes, laid out
// for one gather-write. Each packet begins with the four bytes of interleaved RTSP (RFC 2326 10.12); over UDP they are left
// out. Immutable once built; safe to share.
#pragma once
#include "base/bytes.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <memory>
#include <span>
#include <sys/uio.h>
#include <vector>

namespace vantage::live {

inline constexpr std::size_t kInterleavedBytes = 4;
// RTP payload of a packet: with all headers it fits an Ethernet frame, also over IPv6 and a tunnel.
inline constexpr std::size_t kMostPayload = 1400;

class RtpBatch {
  public:
    struct Packet {
        std::uint32_t first{0};  // index of its first piece
        std::uint32_t pieces{0};
        std::uint32_t bytes{0};  // with the interleaved header
    };

    TrackKind track{TrackKind::video};
    bool key{false};
    MediaTime pts;
    std::uint32_t rtp_time{0};
    std::uint16_t first_sequence{0};

    [[nodiscard]] std::span<const iovec> pieces() const { return pieces_; }
    [[nodiscard]] std::span<const Packet> packets() const { return packets_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    // RTP payload without headers, as sender reports count it.
    [[nodiscard]] std::size_t payload_octets() const { return bytes_ - packets_.size() * (kInterleavedBytes + 12); }
    // The same packets for a reader that chose another channel: the headers are copied, the frame is not.
    [[nodiscard]] std::shared_ptr<const RtpBatch> on_channel(std::uint8_t channel) const;

  private:
    friend class RtpBatchBuilder;
    Bytes headers_;
    std::vector<iovec> pieces_;
    std::vector<Packet> packets_;
    std::size_t bytes_{0};
    std::shared_ptr<const void> owner_;  // of the frame's bytes
};
using RtpBatchPtr = std::shared_ptr<const RtpBatch>;

// What all packets of a track have in common, and where its numbering stands.
struct RtpLine {
    std::uint8_t channel{0};
    std::uint8_t payload_type{96};
    std::uint32_t ssrc{0};
    std::uint16_t next_sequence{0};
};

// Puts packets together; used by the packetisers. Views handed to payload() must live as long as `owner`.
class RtpBatchBuilder {
  public:
    RtpBatchBuilder(RtpLine& line, std::uint32_t rtp_time, std::size_t expected_packets);

    // `later` is added to the batch's RTP time.
    void begin_packet(std::uint32_t later = 0);
    void header(ByteView bytes);   // copied
    void payload(ByteView bytes);  // referenced
    // Sets the marker of the packet begun last.
    void mark();
    // Nothing when there is no packet.
    RtpBatchPtr finish(TrackKind track, bool key, MediaTime pts, std::shared_ptr<const void> owner);

  private:
    struct Piece {
        const std::uint8_t* data;  // null: in the headers
        std::size_t offset;        // there
        std::size_t size;
    };
    RtpLine& line_;
    std::shared_ptr<RtpBatch> batch_;
    std::vector<Piece> pieces_;
    std::size_t packet_header_{0};  // offset of the current packet in the headers
};

}  // namespace vantage::live
