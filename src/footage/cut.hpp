// SPDX-License-Identifier: Apache-2.0
// One MP4 file that is cut out of footage, before it is written: its index, and from where each byte behind it comes. The
// whole front (ftyp, moov) is known, and so is the final size: the file can be read while it is written. The headers of the
// parts are copied along, as bytes that no sample refers to, so that whole ranges are copied at once. Nothing of the footage
// that was cut away is in the file.
#pragma once
#include "footage/file_system.hpp"
#include "footage/footage.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace vantage::footage {

struct Cut {
    // Bytes of a segment, or of `literals` when there is no file. The pieces follow one another in the new file.
    struct Piece {
        std::shared_ptr<File> file;
        std::uint64_t offset{0};
        std::uint64_t bytes{0};
    };
    // Written over bytes that a piece brought and nothing refers to.
    struct Patch {
        std::uint64_t at{0};  // behind the head
        std::uint32_t literal{0};
        std::uint32_t bytes{0};
    };

    UtcTime start, end;  // of the first picture, and when the last one ends
    bool exact{false};   // begins and ends at the frame
    Bytes head;          // ftyp, moov, header of mdat
    std::vector<Piece> pieces;
    std::vector<Patch> patches;  // by `at`
    Bytes literals;
    std::uint64_t bytes{0};  // of the whole file
};

// Writes it into an empty file. After each piece of a few megabytes `wrote` gets the number of bytes that are final;
// it returns what ends the writing (disk full ...). errc::cancelled when stopped. Does not sync.
Status write_cut(const Cut& cut, File& out, const std::function<Status(std::uint64_t)>& wrote, const std::stop_token& stop);

}  // namespace vantage::footage
