// SPDX-License-Identifier: Apache-2.0
#include "media/adts.hpp"

namespace vantage {

std::optional<AdtsHeader> parse_adts(ByteView data) {
    static constexpr std::array kRates{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                       22050, 16000, 12000, 11025, 8000,  7350};
    if (data.size() < 7 || data[0] != 0xFF || (data[1] & 0xF6) != 0xF0) return {};
    const unsigned profile = data[2] >> 6;
    const unsigned rate = data[2] >> 2 & 15U;
    const unsigned channels = (data[2] & 1U) << 2 | data[3] >> 6;
    if (rate >= kRates.size()) return {};
    AdtsHeader out;
    out.header_size = data[1] & 1 ? 7 : 9;
    out.frame_size = (data[3] & 3U) << 11 | unsigned{data[4]} << 3 | data[5] >> 5;
    if (out.frame_size <= out.header_size || out.frame_size > data.size()) return {};
    out.sample_rate = kRates.at(rate);
    out.channels = channels == 7 ? 8 : static_cast<int>(channels);
    const unsigned config = (profile + 1) << 11 | rate << 7 | channels << 3;
    store_u16(out.config.data(), static_cast<std::uint16_t>(config));
    return out;
}

}  // namespace vantage
