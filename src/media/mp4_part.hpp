// SPDX-License-Identifier: Apache-2.0
// Where things lie in a moof of ours: it holds mfhd and one traf of tfhd, tfdt and trun, each field in a fixed place.
#pragma once
#include <cstddef>
#include <cstdint>

namespace vantage::mp4 {

inline constexpr std::size_t kTrackIdOffset = 44;     // in tfhd
inline constexpr std::size_t kDecodeTimeOffset = 60;  // in tfdt, 8 bytes
inline constexpr std::size_t kTrunOffset = 68;
inline constexpr std::size_t kSamplesOffset = 88;
inline constexpr std::size_t kSampleSize = 16;  // duration, size, flags, composition offset
inline constexpr std::uint32_t kDefaultBaseIsMoof = 0x020000;
inline constexpr std::uint32_t kTrunFlags = 1U << 24 | 0xf01;  // version 1; data offset and all four fields of each sample
inline constexpr std::uint32_t kNonSyncFlag = 0x10000;         // sample_is_non_sync_sample

constexpr std::size_t moof_size(std::size_t samples) {
    return kSamplesOffset + samples * kSampleSize;
}

}  // namespace vantage::mp4
