// SPDX-License-Identifier: Apache-2.0
// A cut as if it had been written: gives any of its bytes, out of the segments that it is made of. So a file can be sent
// that lies nowhere. Immutable; safe from any thread; read() blocks on the disk.
#pragma once
#include "footage/cut.hpp"

namespace vantage::footage {

class CutReader {
  public:
    explicit CutReader(Cut cut);

    [[nodiscard]] const Cut& cut() const { return cut_; }
    [[nodiscard]] std::uint64_t size() const { return cut_.bytes; }
    // Fills `into` with the bytes from `offset` on, which lie within the size. The same bytes that write_cut writes.
    [[nodiscard]] Status read(std::uint64_t offset, std::span<std::uint8_t> into) const;
    // Of everything that is not in the segments: head, subtitles, silence, frames that were encoded again.
    [[nodiscard]] std::uint64_t hash() const;
    [[nodiscard]] std::uint64_t memory() const;  // bytes
    [[nodiscard]] std::size_t files() const;     // that are held open

  private:
    [[nodiscard]] Status read_payload(std::uint64_t at, std::span<std::uint8_t> into) const;
    void patch(std::uint64_t at, std::span<std::uint8_t> into) const;

    const Cut cut_;
    std::vector<std::uint64_t> ends_;  // of the pieces, behind the head
};

}  // namespace vantage::footage
