// SPDX-License-Identifier: Apache-2.0
// The files of an export as one archive: stored, not packed (video does not shrink), with 64-bit sizes (zip64,
// APPNOTE 4.5.3) and checksums in front, so that every unpacker reads it, also while it comes. Our own writer: the size is
// known before the first byte, which no library promises, and a download needs it. Blocks.
#pragma once
#include "base/time.hpp"
#include "footage/file_system.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace vantage::record {

struct ZipEntry {
    std::string name;
    std::filesystem::path path;
    std::uint64_t bytes{0};
    UtcTime time;
};

std::uint64_t zip_size(const std::vector<ZipEntry>& entries);
// Reads every file twice: for its checksum, then for its bytes. `wrote` as of write_cut.
Status write_zip(footage::FileSystem& files, const std::vector<ZipEntry>& entries, footage::File& out,
                 const std::function<Status(std::uint64_t)>& wrote, const std::stop_token& stop);

}  // namespace vantage::record
