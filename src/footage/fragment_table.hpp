// SPDX-License-Identifier: Apache-2.0
// A segment's small table of fragments, as it is kept in memory while the segment grows and as varint deltas in its row.
// Values and pure functions.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <span>
#include <vector>

namespace vantage::footage {

// From one key frame to the next. Times count from the segment's start.
struct FragmentEntry {
    Ticks start{0};
    Ticks duration{0};           // of video; of audio in a stream without video
    std::uint64_t offset{0};     // of its first box (prft) in the file
    std::uint64_t bytes{0};      // to its end; the next fragment follows at once
    std::uint32_t key_bytes{0};  // from `offset`: enough to decode the key frame
    bool independent{true};
    Ticks audio_start{0};     // of the first audio part in this byte range
    Ticks audio_duration{0};  // 0: no audio in it
    bool operator==(const FragmentEntry&) const = default;
};

// Eight to ten bytes a fragment for a camera with even GOPs.
Bytes encode_table(std::span<const FragmentEntry> entries);
// errc::malformed for bytes that encode_table did not write.
Result<std::vector<FragmentEntry>> decode_table(ByteView bytes);

}  // namespace vantage::footage
