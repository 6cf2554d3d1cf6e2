// SPDX-License-Identifier: Apache-2.0
#include "net/gzip_pieces.hpp"

#include <array>
#include <stdexcept>
#include <zlib.h>

namespace vantage::net {
namespace {

constexpr int kRawWindow = -15;  // deflate without a header
constexpr int kLevel = 4;
constexpr std::size_t kLargestStored = 0xffff;

std::uint32_t crc_of(std::string_view text) {
    return static_cast<std::uint32_t>(
        crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

void put_u16(std::string& out, std::size_t value) {
    out += static_cast<char>(value & 0xff);
    out += static_cast<char>(value >> 8 & 0xff);
}
void put_u32(std::string& out, std::uint64_t value) {
    put_u16(out, value & 0xffff);
    put_u16(out, value >> 16 & 0xffff);
}

}  // namespace

DeflatedPiece deflate_piece(std::string_view text) {
    z_stream stream{};
    if (deflateInit2(&stream, kLevel, Z_DEFLATED, kRawWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return store_piece(text);
    std::string out(deflateBound(&stream, text.size()) + 16, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool done = deflate(&stream, Z_FULL_FLUSH) == Z_OK && stream.avail_in == 0 && stream.avail_out > 0;
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return done ? DeflatedPiece{std::move(out), crc_of(text), text.size()} : store_piece(text);
}

// RFC 1951 3.2.4.
DeflatedPiece store_piece(std::string_view text) {
    DeflatedPiece piece{{}, crc_of(text), text.size()};
    while (!text.empty()) {
        const auto block = text.substr(0, kLargestStored);
        piece.blocks += '\0';
        put_u16(piece.blocks, block.size());
        put_u16(piece.blocks, ~block.size());
        piece.blocks += block;
        text.remove_prefix(block.size());
    }
    return piece;
}

std::string join_gzip(std::span<const DeflatedPiece* const> pieces) {
    static constexpr std::array<char, 10> kHeader{'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, '\xff'};
    std::size_t bytes = kHeader.size() + 10;
    for (const auto* piece : pieces) bytes += piece->blocks.size();
    std::string out;
    out.reserve(bytes);
    out.append(kHeader.data(), kHeader.size());
    std::uint64_t size = 0;
    uLong crc = crc32_z(0, nullptr, 0);
    for (const auto* piece : pieces) {
        out += piece->blocks;
        crc = crc32_combine(crc, piece->crc, static_cast<z_off_t>(piece->size));
        size += piece->size;
    }
    out += '\x03';  // a last block, empty
    out += '\0';
    put_u32(out, crc);
    put_u32(out, size);
    return out;
}

}  // namespace vantage::net
