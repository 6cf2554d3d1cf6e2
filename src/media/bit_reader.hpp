// SPDX-License-Identifier: Apache-2.0
// Reads bits of a NAL unit, most significant first, and steps over emulation prevention bytes (H.264 7.4.1) on the way, so
// that nothing is copied. Reading past the end gives zeros and makes ok() false for good: check it once, at the end.
#pragma once
#include "base/bytes.hpp"

namespace vantage::h26x {

class BitReader {
  public:
    // `escaped` as it lies in the stream, NAL header included if the caller wants to read it.
    explicit BitReader(ByteView escaped) : data_(escaped) {}

    [[nodiscard]] bool ok() const { return ok_; }
    bool flag() { return bit() != 0; }

    // At most 32 bits.
    std::uint32_t bits(int count) {
        std::uint32_t value = 0;
        while (count-- > 0) value = value << 1 | bit();
        return value;
    }
    void skip(int count) {
        while (count-- > 0 && ok_) bit();
    }

    // Exp-Golomb, 9.1. A code of more than 32 bits is an error.
    std::uint32_t ue() {
        int zeros = 0;
        while (ok_ && bit() == 0)
            if (++zeros > 31) ok_ = false;
        return ok_ ? (1U << zeros) - 1 + bits(zeros) : 0;
    }
    std::int32_t se() {
        const auto code = ue();
        const auto half = static_cast<std::int32_t>(code / 2 + (code & 1));
        return (code & 1) != 0 ? half : -half;
    }
    // ue() that must not exceed `most`.
    std::uint32_t ue_at_most(std::uint32_t most) {
        const auto value = ue();
        if (value > most) ok_ = false;
        return ok_ ? value : 0;
    }
    // What was read cannot be: nothing more is read.
    void fail() { ok_ = false; }
    // A byte at a byte boundary, e.g. of an SEI message; nothing is left when false.
    bool byte(std::uint8_t& value) {
        value = static_cast<std::uint8_t>(bits(8));
        return ok_;
    }

  private:
    std::uint32_t bit() {
        if (!ok_) return 0;
        if (left_ == 0 && !load()) return 0;
        return current_ >> --left_ & 1U;
    }
    bool load() {
        if (zeros_ >= 2 && at_ < data_.size() && data_[at_] == 3) {
            ++at_;
            zeros_ = 0;
        }
        if (at_ >= data_.size()) return ok_ = false;
        current_ = data_[at_++];
        zeros_ = current_ == 0 ? zeros_ + 1 : 0;
        left_ = 8;
        return true;
    }

    ByteView data_;
    std::size_t at_{0};
    int zeros_{0};  // zero bytes in a row before at_
    int left_{0};   // bits of current_ not read yet
    std::uint8_t current_{0};
    bool ok_{true};
};

}  // namespace vantage::h26x
