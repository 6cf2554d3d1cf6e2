// SPDX-License-Identifier: Apache-2.0
// What AudioSpecificConfig (ISO 14496-3 1.6.2.1) and StreamMuxConfig (1.7.3) say that RTP needs. Pure; safe on hostile
// bytes.
#pragma once
#include "base/bytes.hpp"
#include "media/track.hpp"

#include <optional>

namespace vantage::ingest {

// Bits, most significant first. Past the end it gives zeros and ok() is false.
class BitSource {
  public:
    explicit BitSource(ByteView data) : data_(data) {}
    std::uint32_t bits(int count) {
        std::uint32_t value = 0;
        for (; count > 0; --count, ++at_)
            value = value << 1 | (at_ / 8 < data_.size() ? data_[at_ / 8] >> (7 - at_ % 8) & 1U : 0U);
        return value;
    }
    [[nodiscard]] bool ok() const { return at_ <= data_.size() * 8; }
    [[nodiscard]] std::size_t position() const { return at_; }
    void skip(std::size_t count) { at_ += count; }

  private:
    ByteView data_;
    std::size_t at_{0};
};

struct AacConfig {
    int sample_rate{0};  // of the core coder, Hz: a unit is frame_length of these
    int output_rate{0};  // with SBR, if it is said
    int channels{0};     // as announced; parametric stereo shows as 1
    int frame_length{1024};
};

// Reads the config at `in`; nothing for what is no AAC. Leaves `in` behind it, up to the sync extension.
std::optional<AacConfig> read_audio_specific_config(BitSource& in);
// A config for AAC-LC; nothing if the rate is not one of the standard ones.
std::optional<Bytes> make_aac_lc_config(int sample_rate, int channels);
// The track for a config record; nothing if it cannot be read.
std::optional<Track> make_aac_track(ByteView config);
// "1188" as bytes; nothing for anything but pairs of hex digits.
std::optional<Bytes> parse_hex(std::string_view text);

}  // namespace vantage::ingest
