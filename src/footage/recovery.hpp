// SPDX-License-Identifier: Apache-2.0
// What a crash or a power cut left: segments whose row is open, and new files without a row. Each is scanned box by box, cut
// after its last whole part, given its duration, and indexed. Playable footage is never deleted (S7). Runs on the disk's
// thread before anything is recorded there; blocks.
#pragma once
#include "footage/segment_scan.hpp"
#include "footage/storage.hpp"

#include <string>
#include <string_view>

namespace vantage::footage {

struct Recovered {
    std::size_t segments{0};  // indexed again
    std::size_t empty{0};     // files without a single whole part: removed
    std::size_t missing{0};   // rows without a file: dropped
    std::size_t foreign{0};   // not ours or damaged beyond reading: left alone
    std::size_t thumbs{0};    // files of thumbnails that had no row
};

// Everything that the last run left open on this storage. Errors of single files are logged; the rest is still done.
Recovered recover_storage(const Storage& storage);

// Cuts a file behind its last whole part and writes its duration, durably. Errors as recover_file.
Result<Scan> complete_file(FileSystem& files, const std::filesystem::path& path);

// Cuts and completes one file of a storage and returns what its row must say, without id. `relative` is a name that
// segment_path writes. errc::not_found when there is nothing, or nothing but an init (then it was removed); errc::malformed
// for a foreign file, which is left alone.
Result<store::IndexedSegment> recover_file(const Storage& storage, const std::string& relative);

}  // namespace vantage::footage
