// SPDX-License-Identifier: Apache-2.0
// Numbers as varints, seven bits a byte, lowest first; signed ones in zigzag. For the tables in the catalogue. Pure; safe on
// hostile bytes.
#pragma once
#include "base/bytes.hpp"

#include <cstdint>

namespace vantage::footage::varint {

inline void put(Bytes& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
    out.push_back(static_cast<std::uint8_t>(value));
}

// Zigzag: small numbers of either sign stay short.
inline void put_signed(Bytes& out, std::int64_t value) {
    put(out, static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

class Reader {
  public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }

    std::uint64_t take() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (bytes_.empty()) break;
            const auto byte = bytes_.front();
            bytes_ = bytes_.subspan(1);
            value |= std::uint64_t{byte & 0x7fU} << shift;
            if ((byte & 0x80) == 0) return value;
        }
        good_ = false;
        return 0;
    }

    std::int64_t take_signed() {
        const auto value = take();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }

  private:
    ByteView bytes_;
    bool good_{true};
};

// Deltas wrap instead of overflowing on hostile bytes.
template <class T>
T add(T base, std::int64_t delta) {
    return static_cast<T>(static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(delta));
}

}  // namespace vantage::footage::varint
