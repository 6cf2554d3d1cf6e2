// SPDX-License-Identifier: Apache-2.0
#include "net/gzip_pieces.hpp"

#include <gtest/gtest.h>

#include <vector>
#include <zlib.h>

namespace vantage::net {
namespace {

// What a client makes of it: one member, nothing behind it, checksum and length right.
std::string unpack(const std::string& packed) {
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) return "no zlib";
    std::string out(4U << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int end = inflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    const bool whole = end == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    return whole ? out : "broken";
}

TEST(GzipPieces, AreOneMember) {
    std::string line;
    for (int i = 0; i < 5000; ++i) line += "#EXTINF:6.000000,\nt" + std::to_string(i) + ".m4s\n";
    const auto one = deflate_piece(line), two = store_piece("#EXT-X-DISCONTINUITY\n"), none = deflate_piece("");
    const std::vector<const DeflatedPiece*> pieces{&two, &one, &none, &two, &one};
    const auto packed = join_gzip(pieces);
    const std::string mark = "#EXT-X-DISCONTINUITY\n";
    EXPECT_EQ(unpack(packed), mark + line + mark + line);
    EXPECT_LT(packed.size(), line.size() / 3);
    EXPECT_EQ(unpack(join_gzip({})), "");
    const auto large = store_piece(line);
    EXPECT_GT(line.size(), 0xffffU);
    const std::vector<const DeflatedPiece*> stored{&large};
    EXPECT_EQ(unpack(join_gzip(stored)), line);
}

}  // namespace
}  // namespace vantage::net
