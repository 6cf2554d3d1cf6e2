// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtp_packetiser.hpp"

#include <array>

namespace vantage::live {
namespace {

// RFC 3640 3.3.6, AAC-hbr: one access unit a packet, a large one over several.
class AacPacketiser final : public RtpPacketiser {
  public:
    void write(ByteView frame, bool /*key*/, RtpBatchBuilder& out) override {
        if (frame.empty() || frame.size() > 0x1FFF) return;  // 13 bits of size
        std::array<std::uint8_t, 4> header{0, 16, 0, 0};     // the AU headers are 16 bits long
        store_u16(header.data() + 2, static_cast<std::uint16_t>(frame.size() << 3));
        for (auto rest = frame; !rest.empty();) {
            const auto size = std::min(rest.size(), kMostPayload - header.size());
            out.begin_packet();
            out.header(header);
            out.payload(rest.first(size));
            rest = rest.subspan(size);
        }
        out.mark();
    }
};

class SamplePacketiser final : public RtpPacketiser {
  public:
    explicit SamplePacketiser(int bits_per_tick) : bits_(static_cast<std::size_t>(bits_per_tick)) {}

    void write(ByteView frame, bool /*key*/, RtpBatchBuilder& out) override {
        if (bits_ == 0) {
            out.begin_packet();
            out.payload(frame);
            return;
        }
        // 1,280 bytes: 160 ms of G.711, and whole samples of any kind.
        constexpr std::size_t kMost = 1280;
        for (std::size_t at = 0; at < frame.size(); at += kMost) {
            out.begin_packet(static_cast<std::uint32_t>(at * 8 / bits_));
            out.payload(frame.subspan(at, std::min(kMost, frame.size() - at)));
        }
    }

  private:
    std::size_t bits_;
};

}  // namespace

std::unique_ptr<RtpPacketiser> make_aac_packetiser() {
    return std::make_unique<AacPacketiser>();
}
std::unique_ptr<RtpPacketiser> make_sample_packetiser(int bits_per_tick) {
    return std::make_unique<SamplePacketiser>(bits_per_tick);
}

}  // namespace vantage::live
