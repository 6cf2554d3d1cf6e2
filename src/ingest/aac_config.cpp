// SPDX-License-Identifier: Apache-2.0
#include "ingest/aac_config.hpp"

#include "net/text.hpp"

#include <algorithm>
#include <array>

namespace vantage::ingest {
namespace {

constexpr std::array kRates{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350};
constexpr std::array kChannels{0, 1, 2, 3, 4, 5, 6, 8};
constexpr std::uint32_t kAacLc = 2, kSbr = 5, kPs = 29;

std::uint32_t read_object_type(BitSource& in) {
    const auto type = in.bits(5);
    return type == 31 ? 32 + in.bits(6) : type;
}

int read_rate(BitSource& in) {
    const auto index = in.bits(4);
    if (index == 15) return static_cast<int>(in.bits(24));
    return index < kRates.size() ? kRates[index] : 0;
}

}  // namespace

std::optional<AacConfig> read_audio_specific_config(BitSource& in) {
    AacConfig config;
    auto type = read_object_type(in);
    config.sample_rate = config.output_rate = read_rate(in);
    const auto channels = in.bits(4);
    if (type == kSbr || type == kPs) {
        config.output_rate = read_rate(in);
        type = read_object_type(in);
    }
    if (channels >= kChannels.size() || config.sample_rate < 7000 || config.sample_rate > 96000) return std::nullopt;
    if (type < 1 || type > 4) return std::nullopt;  // Main, LC, SSR, LTP: what browsers and MP4 players know
    config.channels = kChannels[channels];
    if (in.bits(1)) config.frame_length = 960;
    if (in.bits(1)) in.skip(14);  // dependsOnCoreCoder
    in.skip(1);                   // extensionFlag
    if (!in.ok() || config.channels == 0) return std::nullopt;
    return config;
}

std::optional<Bytes> make_aac_lc_config(int sample_rate, int channels) {
    const auto rate = std::find(kRates.begin(), kRates.end(), sample_rate);
    const auto layout = std::find(kChannels.begin() + 1, kChannels.end(), channels);
    if (rate == kRates.end() || layout == kChannels.end()) return std::nullopt;
    const auto bits = kAacLc << 11 | static_cast<std::uint32_t>(rate - kRates.begin()) << 7 |
                      static_cast<std::uint32_t>(layout - kChannels.begin()) << 3;
    return Bytes{static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)};
}

std::optional<Track> make_aac_track(ByteView config) {
    BitSource in(config);
    const auto read = read_audio_specific_config(in);
    if (!read) return std::nullopt;
    Track track;
    track.codec = Codec::aac;
    track.config.assign(config.begin(), config.end());
    track.sample_rate = read->output_rate;
    track.channels = read->channels;
    return track;
}

std::optional<Bytes> parse_hex(std::string_view text) {
    Bytes out;
    if (text.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto byte = net::parse_number<std::uint8_t>(text.substr(i, 2), 16);
        if (!byte) return std::nullopt;
        out.push_back(*byte);
    }
    return out;
}

}  // namespace vantage::ingest
