// SPDX-License-Identifier: Apache-2.0
// AAC's ADTS header (ISO 14496-3 1.A.2) and the AudioSpecificConfig it stands for. Pure; safe on hostile bytes.
#pragma once
#include "base/bytes.hpp"

#include <array>
#include <optional>

namespace vantage {

struct AdtsHeader {
    std::size_t header_size{0};
    std::size_t frame_size{0};  // header and payload; not beyond the data it was read from
    int sample_rate{0};
    int channels{0};
    std::array<std::uint8_t, 2> config{};  // AudioSpecificConfig
};
// Nothing when `data` does not begin with a whole ADTS frame.
std::optional<AdtsHeader> parse_adts(ByteView data);

}  // namespace vantage
