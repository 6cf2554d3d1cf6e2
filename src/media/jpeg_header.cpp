// SPDX-License-Identifier: Apache-2.0
#include "media/jpeg_header.hpp"

#include <algorithm>

namespace vantage {
namespace {

constexpr std::uint8_t kSof0 = 0xC0, kSof2 = 0xC2, kSoi = 0xD8, kEoi = 0xD9, kSos = 0xDA, kDqt = 0xDB, kDri = 0xDD,
                       kDht = 0xC4;

bool read_frame(ByteView body, std::uint8_t marker, JpegHeader& out) {
    if (body.size() < 6) return false;
    out.baseline = marker == kSof0 && body[0] == 8;
    out.height = load_u16(body.data() + 1);
    out.width = load_u16(body.data() + 3);
    out.components = body[5];
    if (body.size() < 6 + 3 * std::size_t(out.components)) return false;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, body[5]); ++i) {
        out.sampling.at(i) = body[6 + 3 * i + 1];
        out.table_of.at(i) = body[6 + 3 * i + 2] & 3;
    }
    return out.width > 0 && out.height > 0;
}

bool read_quantisation(ByteView body, JpegHeader& out) {
    while (!body.empty()) {
        const std::size_t size = body[0] >> 4 ? 128 : 64;
        if (body.size() < 1 + size) return false;
        out.quantisation.at(body[0] & 3) = body.subspan(1, size);
        body = body.subspan(1 + size);
    }
    return true;
}

// FNV-1a of class and number, counts and values of the four tables of ITU T.81 K.3 to K.6.
bool is_standard_table(ByteView table) {
    std::uint32_t hash = 0x811C9DC5;
    for (const auto byte : table) hash = (hash ^ byte) * 16777619U;
    return hash == 0x8C4FCF27 || hash == 0x6569BE85 || hash == 0x3DCEACBC || hash == 0xAA231D1C;
}

bool read_huffman(ByteView body, JpegHeader& out) {
    while (!body.empty()) {
        if (body.size() < 17) return false;
        std::size_t size = 17;
        for (std::size_t i = 1; i <= 16; ++i) size += body[i];
        if (body.size() < size) return false;
        out.standard_huffman &= is_standard_table(body.first(size));
        body = body.subspan(size);
    }
    return true;
}

std::size_t find_end(ByteView data) {
    for (auto at = data.size(); at >= 2; --at)
        if (data[at - 2] == 0xFF && data[at - 1] == kEoi) return at - 2;
    return data.size();
}

}  // namespace

Result<JpegHeader> parse_jpeg(ByteView data) {
    const auto broken = fail(errc::malformed, "not a whole JPEG image");
    if (data.size() < 4 || data[0] != 0xFF || data[1] != kSoi) return broken;
    JpegHeader out;
    bool framed = false;
    std::size_t at = 2;
    while (at + 4 <= data.size()) {
        if (data[at] != 0xFF) return broken;
        const auto marker = data[at + 1];
        if (marker == 0xFF) {  // fill byte
            ++at;
            continue;
        }
        const std::size_t size = load_u16(data.data() + at + 2);
        if (size < 2 || at + 2 + size > data.size()) return broken;
        const auto body = data.subspan(at + 4, size - 2);
        if (marker >= kSof0 && marker <= kSof2) framed = read_frame(body, marker, out);
        if (marker == kDqt && !read_quantisation(body, out)) return broken;
        if (marker == kDht && !read_huffman(body, out)) return broken;
        if (marker == kDri && body.size() >= 2) out.restart_interval = load_u16(body.data());
        at += 2 + size;
        if (marker == kSos) {
            out.scan = at;
            out.scan_end = std::max(at, find_end(data));
            if (framed) return out;
            return broken;
        }
    }
    return broken;
}

}  // namespace vantage
