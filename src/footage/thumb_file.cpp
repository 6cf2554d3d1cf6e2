// SPDX-License-Identifier: Apache-2.0
#include "footage/thumb_file.hpp"

#include "footage/varint.hpp"

#include <boost/crc.hpp>

#include <algorithm>

namespace vantage::footage {
namespace {

constexpr std::uint32_t kMagic = 0x56544842;  // "VTHB"
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecked = kThumbHeader - 4;  // bytes of the header that its checksum covers
constexpr std::size_t kRead = 256U << 10;
constexpr std::uint64_t kTableVersion = 1;
constexpr std::uint64_t kMostEntries = 1U << 20;
constexpr std::string_view kSegmentEnd = ".mp4", kThumbsEnd = ".thumbs";

std::uint32_t checksum(ByteView header, ByteView jpeg) {
    boost::crc_32_type crc;
    crc.process_bytes(header.data(), header.size());
    crc.process_bytes(jpeg.data(), jpeg.size());
    return crc.checksum();
}

std::string replace_end(const std::string& path, std::string_view end, std::string_view by) {
    if (!path.ends_with(end)) return {};
    return path.substr(0, path.size() - end.size()) + std::string(by);
}

// A window over the file, so that many small pictures are few reads.
class Window {
  public:
    explicit Window(File& file) : file_(file) {}

    // Fewer than `bytes` only at the end of the file.
    Result<ByteView> at(std::uint64_t offset, std::size_t bytes) {
        if (offset < start_ || offset + bytes > start_ + bytes_.size()) {
            bytes_.resize(std::max(bytes, kRead));
            const auto got = file_.read(offset, bytes_);
            if (got.has_error()) return got.error();
            bytes_.resize(*got);
            start_ = offset;
        }
        const auto from = std::min<std::size_t>(offset - start_, bytes_.size());
        return ByteView(bytes_).subspan(from, std::min(bytes, bytes_.size() - from));
    }

  private:
    File& file_;
    Bytes bytes_;
    std::uint64_t start_{0};
};

}  // namespace

std::array<std::uint8_t, kThumbHeader> thumb_header(UtcTime time, ByteView jpeg) {
    std::array<std::uint8_t, kThumbHeader> out{};
    store_u32(out.data(), kMagic);
    out[4] = kVersion;
    store_u64(out.data() + 8, static_cast<std::uint64_t>(time.time_since_epoch().count()));
    store_u32(out.data() + 16, static_cast<std::uint32_t>(jpeg.size()));
    store_u32(out.data() + kChecked, checksum(ByteView(out).first(kChecked), jpeg));
    return out;
}

Result<ThumbScan> scan_thumbs(File& file) {
    const auto size = file.size();
    if (size.has_error()) return size.error();
    ThumbScan out;
    out.size = *size;
    Window window(file);
    while (out.whole < out.size) {
        const auto header = window.at(out.whole, kThumbHeader);
        if (header.has_error()) return header.error();
        if (header->size() < kThumbHeader) break;
        std::array<std::uint8_t, kThumbHeader> head{};
        std::ranges::copy(*header, head.begin());
        if (load_u32(head.data()) != kMagic || head[4] != kVersion) break;
        const auto bytes = load_u32(head.data() + 16);
        if (bytes == 0 || bytes > kMostThumbBytes) break;
        const auto jpeg = window.at(out.whole + kThumbHeader, bytes);
        if (jpeg.has_error()) return jpeg.error();
        if (jpeg->size() < bytes) break;
        if (checksum(ByteView(head).first(kChecked), *jpeg) != load_u32(head.data() + kChecked)) break;
        const UtcTime time{microseconds{static_cast<std::int64_t>(load_u64(head.data() + 8))}};
        out.entries.push_back({time, out.whole + kThumbHeader, bytes});
        out.whole += kThumbHeader + bytes;
    }
    if (out.size > 0 && out.entries.empty()) {
        const auto start = window.at(0, 4);
        if (start.has_error()) return start.error();
        if (start->size() == 4 && load_u32(start->data()) != kMagic)
            return fail(errc::malformed, "these are not thumbnails of Vantage");
    }
    return out;
}

// Second differences of time: pictures come evenly.
Bytes encode_thumbs(std::span<const ThumbEntry> entries) {
    Bytes out;
    out.reserve(16 + entries.size() * 5);
    varint::put(out, kTableVersion);
    varint::put(out, entries.size());
    std::int64_t time = 0, step = 0;
    std::uint64_t end = 0;
    std::uint32_t size = 0;
    for (const auto& entry : entries) {
        const auto now = entry.time.time_since_epoch().count();
        varint::put_signed(out, now - time - step);
        varint::put_signed(out, static_cast<std::int64_t>(entry.size) - static_cast<std::int64_t>(size));
        varint::put(out, entry.offset - end - kThumbHeader);
        step = time == 0 ? 0 : now - time;
        time = now;
        end = entry.offset + entry.size;
        size = entry.size;
    }
    return out;
}

Result<std::vector<ThumbEntry>> decode_thumbs(ByteView bytes) {
    varint::Reader in{bytes};
    const auto malformed = [] {
        return fail(errc::malformed, "a table of thumbnails in the catalogue is damaged; run 'vantage reindex'");
    };
    if (in.take() != kTableVersion || !in.good()) return malformed();
    const auto count = in.take();
    if (!in.good() || count > kMostEntries || count * 3 > bytes.size()) return malformed();
    std::vector<ThumbEntry> out;
    out.reserve(count);
    std::int64_t time = 0, step = 0;
    std::uint64_t end = 0;
    std::uint32_t size = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto now = varint::add(varint::add(time, step), in.take_signed());
        size = varint::add(size, in.take_signed());
        const auto offset = end + kThumbHeader + in.take();
        if (!in.good()) return malformed();
        out.push_back({UtcTime{microseconds{now}}, offset, size});
        step = time == 0 ? 0 : varint::add(now, -time);
        time = now;
        end = offset + size;
    }
    if (!in.at_end()) return malformed();
    return out;
}

std::string thumbs_path(const std::string& segment) {
    return replace_end(segment, kSegmentEnd, kThumbsEnd);
}
std::string segment_of_thumbs(const std::string& thumbs) {
    return replace_end(thumbs, kThumbsEnd, kSegmentEnd);
}

}  // namespace vantage::footage
