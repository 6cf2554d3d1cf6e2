// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtp_packetiser.hpp"
#include "media/jpeg_header.hpp"

#include <array>

namespace vantage::live {
namespace {

constexpr std::uint8_t kTablesInBand = 255;  // Q
constexpr std::uint8_t kRestartTypes = 64;

// RFC 2435 can say 4:2:2 and 4:2:0, up to 2040 pixels, 8-bit tables, the usual Huffman tables; nothing else.
std::optional<std::uint8_t> type_of(const JpegHeader& jpeg) {
    const bool shape = jpeg.baseline && jpeg.standard_huffman && jpeg.components == 3 && jpeg.sampling[1] == 0x11 &&
                       jpeg.sampling[2] == 0x11 && jpeg.table_of[1] == jpeg.table_of[2] && jpeg.width <= 2040 &&
                       jpeg.height <= 2040;
    const bool tables =
        jpeg.quantisation.at(jpeg.table_of[0]).size() == 64 && jpeg.quantisation.at(jpeg.table_of[1]).size() == 64;
    if (!shape || !tables) return {};
    if (jpeg.sampling[0] == 0x21) return std::uint8_t{0};
    if (jpeg.sampling[0] == 0x22) return std::uint8_t{1};
    return {};
}

class JpegPacketiser final : public RtpPacketiser {
  public:
    void write(ByteView frame, bool /*key*/, RtpBatchBuilder& out) override {
        const auto jpeg = parse_jpeg(frame);
        if (!jpeg) return;
        const auto type = type_of(*jpeg);
        if (!type) return;
        Bytes head(8);
        head[4] = static_cast<std::uint8_t>(*type + (jpeg->restart_interval != 0 ? kRestartTypes : 0));
        head[5] = kTablesInBand;
        head[6] = static_cast<std::uint8_t>((jpeg->width + 7) / 8);
        head[7] = static_cast<std::uint8_t>((jpeg->height + 7) / 8);
        if (jpeg->restart_interval != 0) {  // 3.1.7: first and last bits set, count 0x3FFF: no cuts at restart markers
            head.resize(12);
            store_u16(head.data() + 8, jpeg->restart_interval);
            store_u16(head.data() + 10, 0xFFFF);
        }
        const auto scan = frame.subspan(jpeg->scan, jpeg->scan_end - jpeg->scan);
        for (std::size_t at = 0; at < scan.size();) {
            store_u32(head.data(), static_cast<std::uint32_t>(at));  // type-specific 0, then 24 bits of offset
            out.begin_packet();
            out.header(head);
            auto room = kMostPayload - head.size();
            if (at == 0) {  // 3.1.8
                out.header(std::array<std::uint8_t, 4>{0, 0, 0, 128});
                out.payload(jpeg->quantisation.at(jpeg->table_of[0]));
                out.payload(jpeg->quantisation.at(jpeg->table_of[1]));
                room -= 4 + 128;
            }
            const auto size = std::min(room, scan.size() - at);
            out.payload(scan.subspan(at, size));
            at += size;
        }
        out.mark();
    }
};

}  // namespace

std::unique_ptr<RtpPacketiser> make_jpeg_packetiser() {
    return std::make_unique<JpegPacketiser>();
}

}  // namespace vantage::live
