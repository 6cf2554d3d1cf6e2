// SPDX-License-Identifier: Apache-2.0
// Reads a segment file box by box: what it holds as far as it is whole. Reads headers only, and the bytes of the tail where
// a power cut may have left holes. Changes nothing. Blocks.
#pragma once
#include "footage/file_system.hpp"
#include "footage/table_builder.hpp"
#include "media/part.hpp"

#include <optional>

namespace vantage::footage {

struct Scan {
    InitPtr init;
    MediaTime start;  // from the first prft
    Ticks duration{0};
    std::vector<FragmentEntry> table;
    std::uint64_t whole{0};  // bytes to the end of the last whole part
    std::uint64_t size{0};   // of the file
    Ticks stated{0};         // what mehd says; 0 in a file that was left open
};

enum class Tail {
    trusted,  // closed after a sync
    checked,  // the last kCheckedTail bytes are read: a part with a page of zeros never came to the disk
};
inline constexpr std::uint64_t kCheckedTail = 16U << 20;

// errc::malformed for a file that does not begin as we write it; errc::not_found for one without a single whole part.
Result<Scan> scan_segment(File& file, Tail tail);

}  // namespace vantage::footage
