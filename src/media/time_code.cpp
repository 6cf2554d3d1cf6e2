// SPDX-License-Identifier: Apache-2.0
#include "media/time_code.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace vantage::time_code {
namespace {

constexpr int kCells = 48;  // a row
constexpr int kRows = 2;
constexpr int kDataBits = 45;  // a row: cells 2 to 46; before them the marks white and black, behind them the parity
constexpr int kLeastContrast = 60;
constexpr std::uint8_t kWhite = 235, kBlack = 16;

using Bits =
    std::array<bool, std::size_t{kRows} * kDataBits>;  // time 64, source 10, checksum 16, most significant bit first
using Row = std::array<bool, kCells>;

int row_height(int picture_height) {
    return std::max(1, picture_height / 30);
}

// CRC-16/CCITT-FALSE over the bits, most significant first.
std::uint16_t checksum(const Bits& bits, std::size_t count) {
    unsigned crc = 0xFFFF;
    for (std::size_t i = 0; i < count; ++i) {
        const bool top = (crc & 0x8000U) != 0;
        crc = crc << 1 & 0xFFFFU;
        if (top != bits.at(i)) crc ^= 0x1021U;
    }
    return static_cast<std::uint16_t>(crc);
}

void put(Bits& bits, std::size_t& at, std::uint64_t value, int count) {
    for (int i = count - 1; i >= 0; --i) bits.at(at++) = (value >> i & 1U) != 0;
}

std::uint64_t get(const Bits& bits, std::size_t& at, int count) {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 1 | (bits.at(at++) ? 1U : 0U);
    return value;
}

Row make_row(const Bits& bits, int row) {
    Row cells{};
    cells[0] = true;
    bool parity = false;
    for (int i = 0; i < kDataBits; ++i) {
        const bool bit = bits.at(static_cast<std::size_t>(row * kDataBits + i));
        cells.at(static_cast<std::size_t>(i) + 2) = bit;
        parity ^= bit;
    }
    cells[kCells - 1] = parity;
    return cells;
}

// Mean brightness of the inner half of a cell.
int brightness(const ConstLumaPlane& plane, int row, int cell) {
    const int height = row_height(plane.height);
    const int left = plane.width * (4 * cell + 1) / (4 * kCells);
    const int right = std::max(left + 1, plane.width * (4 * cell + 3) / (4 * kCells));
    const int top = row * height + height / 4;
    const int bottom = std::max(top + 1, row * height + (3 * height + 3) / 4);
    int sum = 0;
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) sum += plane.data[std::ptrdiff_t{y} * plane.stride + x];
    return sum / ((bottom - top) * (right - left));
}

bool read_row(const ConstLumaPlane& plane, int row, Bits& bits) {
    const int white = brightness(plane, row, 0);
    const int black = brightness(plane, row, 1);
    if (white - black < kLeastContrast) return false;
    const int threshold = (white + black) / 2;
    bool parity = false;
    for (int i = 0; i < kDataBits; ++i) {
        const bool bit = brightness(plane, row, i + 2) > threshold;
        bits.at(static_cast<std::size_t>(row * kDataBits + i)) = bit;
        parity ^= bit;
    }
    return parity == (brightness(plane, row, kCells - 1) > threshold);
}

}  // namespace

int strip_height(int picture_height) {
    return kRows * row_height(picture_height);
}

void write(LumaPlane plane, const Code& code) {
    Bits bits{};
    std::size_t at = 0;
    put(bits, at, static_cast<std::uint64_t>(std::max<std::int64_t>(0, code.time.time_since_epoch().count())), 64);
    put(bits, at, static_cast<std::uint64_t>(code.source), 10);
    put(bits, at, checksum(bits, at), 16);
    const int height = row_height(plane.height);
    for (int row = 0; row < kRows; ++row) {
        const auto cells = make_row(bits, row);
        auto* first = plane.data + std::ptrdiff_t{row} * height * plane.stride;
        for (int x = 0; x < plane.width; ++x)
            first[x] = cells.at(static_cast<std::size_t>(x * kCells / plane.width)) ? kWhite : kBlack;
        for (int y = 1; y < height; ++y)
            std::memcpy(first + std::ptrdiff_t{y} * plane.stride, first, static_cast<std::size_t>(plane.width));
    }
}

std::optional<Code> read(ConstLumaPlane plane) {
    if (plane.width < kCells || plane.height < 30) return {};
    Bits bits{};
    for (int row = 0; row < kRows; ++row)
        if (!read_row(plane, row, bits)) return {};
    std::size_t at = 0;
    const auto time = get(bits, at, 64);
    const auto source = get(bits, at, 10);
    const auto expected = checksum(bits, at);
    if (get(bits, at, 16) != expected || time > INT64_MAX) return {};
    return Code{UtcTime{microseconds{static_cast<std::int64_t>(time)}}, static_cast<int>(source)};
}

}  // namespace vantage::time_code
