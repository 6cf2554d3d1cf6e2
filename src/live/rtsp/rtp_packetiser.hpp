// SPDX-License-Identifier: Apache-2.0
// From access units to RTP payloads: H.264 (RFC 6184), H.265 (RFC 7798), JPEG (RFC 2435), AAC (RFC 3640), Opus (RFC 7587),
// G.711 and G.726 (RFC 3551). Parameter sets go in band before each key frame, so that a reader survives their change. One
// thread.
#pragma once
#include "base/result.hpp"
#include "live/rtsp/rtp_batch.hpp"
#include "media/track.hpp"

#include <memory>
#include <string>

namespace vantage::live {

class RtpPacketiser {
  public:
    virtual ~RtpPacketiser() = default;
    // Adds the packets of one access unit; none when the frame cannot be carried (a JPEG of a kind that RFC 2435 does not
    // know).
    virtual void write(ByteView frame, bool key, RtpBatchBuilder& out) = 0;
    // Bytes of `frame` may be referenced by the batch; so may these of the packetiser itself.
    [[nodiscard]] virtual std::shared_ptr<const void> owned() const { return {}; }
};

// errc::malformed when the track's parameters cannot be read.
Result<std::unique_ptr<RtpPacketiser>> make_packetiser(const Track& track);

std::unique_ptr<RtpPacketiser> make_jpeg_packetiser();
std::unique_ptr<RtpPacketiser> make_aac_packetiser();
// Frames that are cut anywhere; `bytes_per_tick` by `ticks` of the RTP clock. 0: never cut, one frame a packet (Opus).
std::unique_ptr<RtpPacketiser> make_sample_packetiser(int bits_per_tick);

// How a track is announced.
struct RtpFormat {
    std::uint8_t payload_type{96};
    int clock_rate{90000};
    std::string rtpmap;  // "H264/90000"
    std::string fmtp;    // without the payload type; may be empty
};
RtpFormat rtp_format(const Track& track);

}  // namespace vantage::live
