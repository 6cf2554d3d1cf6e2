// SPDX-License-Identifier: Apache-2.0
#include "media/silence.hpp"

#include <array>

namespace vantage {
namespace {

// raw_data_block() of one channel element without a scale factor band in use, a fill element, the end.
constexpr std::array<std::uint8_t, 6> kAacMono{0x00, 0xc8, 0x00, 0x80, 0x23, 0x80};
constexpr std::array<std::uint8_t, 9> kAacStereo{0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80};
// CELT, full band, 20 ms: RFC 6716 3.1. It decodes to as many channels as the track has.
constexpr std::array<std::uint8_t, 3> kOpus{0xf8, 0xff, 0xfe};

constexpr int kAacLc = 2;  // audioObjectType
constexpr int kAacFrame = 1024;
constexpr int kOpusRate = 48000;
constexpr int kOpusFrame = 960;

// AudioSpecificConfig (1.6.2.1): five bits of type, four of rate, four of channels, then frameLengthFlag.
bool is_plain_lc(const Track& track) {
    if (track.config.size() < 2 || track.config[0] >> 3 != kAacLc) return false;
    const int rate = (track.config[0] & 7) << 1 | track.config[1] >> 7;
    const bool short_frames = (track.config[1] & 4) != 0;
    if (rate >= 13 || short_frames) return false;
    // An extension may follow (0x2b7, type 5): with SBR in it a frame makes twice the samples.
    const auto& c = track.config;
    return c.size() < 5 || (c[2] == 0x56 && c[3] == 0xe5 && (c[4] & 0x80) == 0);
}

}  // namespace

std::optional<Silence> silence_of(const Track& track) {
    if (track.codec == Codec::opus) return Silence{kOpus, kOpusFrame, kOpusRate};
    if (track.codec != Codec::aac || track.sample_rate <= 0 || !is_plain_lc(track)) return {};
    if (track.channels == 1) return Silence{kAacMono, kAacFrame, track.sample_rate};
    if (track.channels == 2) return Silence{kAacStereo, kAacFrame, track.sample_rate};
    return {};
}

}  // namespace vantage
