// SPDX-License-Identifier: Apache-2.0
// The bytes of a .thumbs file: JPEGs one after the other, each behind a header of kThumbHeader bytes, so that the file alone
// can be read and indexed (docs/storage.md). And the table of them that its row in the catalogue holds. Pure but for
// scan_thumbs, which reads a file and blocks.
#pragma once
#include "base/time.hpp"
#include "footage/file_system.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace vantage::footage {

struct ThumbEntry {
    UtcTime time;
    std::uint64_t offset{0};  // of the JPEG in the file, behind its header
    std::uint32_t size{0};    // bytes of the JPEG
    bool operator==(const ThumbEntry&) const = default;
};

// Magic "VTHB", version (1) and three zero bytes, UTC microseconds, size, CRC-32 over the 20 bytes before it and the JPEG;
// network order.
inline constexpr std::size_t kThumbHeader = 24;
inline constexpr std::uint32_t kMostThumbBytes = 4U << 20;
std::array<std::uint8_t, kThumbHeader> thumb_header(UtcTime time, ByteView jpeg);

struct ThumbScan {
    std::vector<ThumbEntry> entries;
    std::uint64_t whole{0};  // bytes to the end of the last intact picture
    std::uint64_t size{0};   // of the file
};
// Reads as far as the pictures are whole and intact. errc::malformed when the file has bytes and does not begin as ours.
Result<ThumbScan> scan_thumbs(File& file);

// Some four bytes a picture where they come evenly. In the order of the file.
Bytes encode_thumbs(std::span<const ThumbEntry> entries);
// errc::malformed for bytes that encode_thumbs did not write.
Result<std::vector<ThumbEntry>> decode_thumbs(ByteView bytes);

// "footage/door/main/2026-11-20/190405.123Z.mp4" as "....thumbs", and back; empty for other names.
std::string thumbs_path(const std::string& segment);
std::string segment_of_thumbs(const std::string& thumbs);

}  // namespace vantage::footage
