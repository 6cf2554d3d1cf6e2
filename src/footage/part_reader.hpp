// SPDX-License-Identifier: Apache-2.0
// Finds parts in a segment file by their places: reads their headers, which is one small read as a rule, and none of their
// frames. One thread; blocks.
#pragma once
#include "footage/file_system.hpp"
#include "media/part.hpp"

#include <optional>

namespace vantage::footage {

// What a prft box says: the UTC of a decode time. Nothing for other bytes.
struct Reference {
    UtcTime utc;
    Ticks decode_time{0};
};
std::optional<Reference> parse_prft(ByteView box);

struct FoundPart {
    Part part;  // without init and bytes; times and offsets as they stand in the file, behind the prft
    std::optional<Reference> reference;  // of the prft in front: the part starts a fragment
    std::uint32_t prft{0};               // bytes of it
    std::uint32_t header{0};             // bytes in front of the first frame, with the prft
    std::uint64_t bytes{0};              // of all of it
};

class PartReader {
  public:
    // `file` outlives it.
    explicit PartReader(File& file) : file_(file) {}

    // The part that begins at `at`; nothing when none of ours does, or its header is not whole.
    Result<std::optional<FoundPart>> read(std::uint64_t at);

  private:
    Status peek(std::uint64_t at, std::size_t bytes);

    File& file_;
    Bytes buffer_;
};

}  // namespace vantage::footage
