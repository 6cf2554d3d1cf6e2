// SPDX-License-Identifier: Apache-2.0
// One encoded access unit on the media timeline. Immutable once shared.
#pragma once
#include "base/bytes.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <memory>

namespace vantage {

struct Packet {
    TrackKind track{TrackKind::video};
    MediaTime dts;              // strictly increasing a track
    Ticks composition{0};       // presentation minus decode time, never negative
    bool key{false};            // a decoder can start here (IDR, CRA, BLA; every audio packet)
    bool recovery{false};       // a recovery-point SEI: a start when key frames are missing
    bool discontinuity{false};  // time or parameters broke before this packet
    // H.264 and H.265: NAL units with 4-byte lengths, without parameter sets and access unit delimiters. Others: as coded.
    Bytes data;

    [[nodiscard]] MediaTime pts() const { return dts + composition; }
};
using PacketPtr = std::shared_ptr<const Packet>;

}  // namespace vantage
