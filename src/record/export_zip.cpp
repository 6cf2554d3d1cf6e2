// SPDX-License-Identifier: Apache-2.0
#include "record/export_zip.hpp"

#include "base/time.hpp"

#include <array>
#include <zlib.h>

namespace vantage::record {
namespace {

constexpr std::size_t kLocalHeader = 30, kLocalExtra = 20, kCentralHeader = 46, kCentralExtra = 28;
constexpr std::size_t kEnd = 56 + 20 + 22;
constexpr std::uint16_t kVersion = 45;  // zip64
constexpr std::uint16_t kUtf8 = 1U << 11;
constexpr std::uint64_t kStep = 8U << 20;

// Little-endian, as everything in a ZIP.
class Little {
  public:
    void u16(std::uint64_t v) { put(v, 2); }
    void u32(std::uint64_t v) { put(v, 4); }
    void u64(std::uint64_t v) { put(v, 8); }
    void text(const std::string& s) { bytes.insert(bytes.end(), s.begin(), s.end()); }
    Bytes bytes;

  private:
    void put(std::uint64_t v, int count) {
        for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(v >> 8 * i));
    }
};

struct Placed {
    const ZipEntry* entry;
    std::uint32_t crc;
    std::uint64_t offset;
};

// Date and time of MS-DOS, in UTC.
void write_time(Little& out, UtcTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<seconds>(time - day)};
    out.u16(static_cast<std::uint64_t>(clock.hours().count() << 11 | clock.minutes().count() << 5 |
                                       clock.seconds().count() / 2));
    out.u16(static_cast<std::uint64_t>((int{date.year()} - 1980) << 9) | unsigned{date.month()} << 5 | unsigned{date.day()});
}

Bytes local_header(const Placed& placed) {
    const auto& entry = *placed.entry;
    Little out;
    out.u32(0x04034b50);
    out.u16(kVersion);
    out.u16(kUtf8);
    out.u16(0);  // stored
    write_time(out, entry.time);
    out.u32(placed.crc);
    out.u32(0xffffffff);  // sizes: in the extra field
    out.u32(0xffffffff);
    out.u16(entry.name.size());
    out.u16(kLocalExtra);
    out.text(entry.name);
    out.u16(1);
    out.u16(16);
    out.u64(entry.bytes);
    out.u64(entry.bytes);
    return std::move(out.bytes);
}

Bytes directory(const std::vector<Placed>& all, std::uint64_t at) {
    Little out;
    for (const auto& placed : all) {
        const auto& entry = *placed.entry;
        out.u32(0x02014b50);
        out.u16(3U << 8 | kVersion);  // made on Unix
        out.u16(kVersion);
        out.u16(kUtf8);
        out.u16(0);
        write_time(out, entry.time);
        out.u32(placed.crc);
        out.u32(0xffffffff);
        out.u32(0xffffffff);
        out.u16(entry.name.size());
        out.u16(kCentralExtra);
        out.u16(0);  // comment
        out.u16(0);  // disk
        out.u16(0);
        out.u32(0100640U << 16);
        out.u32(0xffffffff);
        out.text(entry.name);
        out.u16(1);
        out.u16(24);
        out.u64(entry.bytes);
        out.u64(entry.bytes);
        out.u64(placed.offset);
    }
    const auto size = out.bytes.size();
    out.u32(0x06064b50);  // zip64 end of central directory
    out.u64(44);
    out.u16(3U << 8 | kVersion);
    out.u16(kVersion);
    out.u32(0);
    out.u32(0);
    out.u64(all.size());
    out.u64(all.size());
    out.u64(size);
    out.u64(at);
    out.u32(0x07064b50);  // its locator
    out.u32(0);
    out.u64(at + size);
    out.u32(1);
    out.u32(0x06054b50);  // end of central directory
    out.u16(0xffff);
    out.u16(0xffff);
    out.u16(0xffff);
    out.u16(0xffff);
    out.u32(0xffffffff);
    out.u32(0xffffffff);
    out.u16(0);
    return std::move(out.bytes);
}

Result<std::uint32_t> checksum(footage::File& file, std::uint64_t bytes, const std::stop_token& stop) {
    Bytes buffer(1U << 20);
    auto crc = crc32_z(0, nullptr, 0);
    for (std::uint64_t at = 0; at < bytes;) {
        if (stop.stop_requested()) return fail(errc::cancelled, "cancelled");
        const auto got = file.read(at, buffer);
        if (got.has_error()) return got.error();
        if (*got == 0) return fail(errc::io, "a file of the export became shorter");
        crc = crc32_z(crc, buffer.data(), *got);
        at += *got;
    }
    return static_cast<std::uint32_t>(crc);
}

class ZipWriter {
  public:
    ZipWriter(footage::FileSystem& files, footage::File& out, const std::function<Status(std::uint64_t)>& wrote,
              const std::stop_token& stop)
        : files_(files), out_(out), wrote_(wrote), stop_(stop) {}

    Status add(const ZipEntry& entry) {
        auto file = files_.open(entry.path, footage::OpenMode::read);
        if (file.has_error()) return file.error();
        const auto crc = checksum(**file, entry.bytes, stop_);
        if (crc.has_error()) return crc.error();
        placed_.push_back({&entry, *crc, at_});
        if (auto done = write(local_header(placed_.back())); done.has_error()) return done;
        for (std::uint64_t done = 0; done < entry.bytes;) {
            if (stop_.stop_requested()) return fail(errc::cancelled, "cancelled");
            const auto got = out_.copy(**file, done, at_, std::min(kStep, entry.bytes - done));
            if (got.has_error()) return got.error();
            if (*got == 0) return fail(errc::io, "a file of the export became shorter");
            done += *got;
            at_ += *got;
            if (auto told = wrote_(at_); told.has_error()) return told;
        }
        return {};
    }
    Status finish() { return write(directory(placed_, at_)); }

  private:
    Status write(const Bytes& bytes) {
        const ByteView view{bytes};
        if (auto done = footage::write_all(out_, at_, {&view, 1}); done.has_error()) return done;
        at_ += bytes.size();
        return wrote_(at_);
    }

    footage::FileSystem& files_;
    footage::File& out_;
    const std::function<Status(std::uint64_t)>& wrote_;
    const std::stop_token& stop_;
    std::vector<Placed> placed_;
    std::uint64_t at_{0};
};

}  // namespace

std::uint64_t zip_size(const std::vector<ZipEntry>& entries) {
    std::uint64_t size = kEnd;
    for (const auto& entry : entries)
        size += kLocalHeader + kLocalExtra + kCentralHeader + kCentralExtra + 2 * entry.name.size() + entry.bytes;
    return size;
}

Status write_zip(footage::FileSystem& files, const std::vector<ZipEntry>& entries, footage::File& out,
                 const std::function<Status(std::uint64_t)>& wrote, const std::stop_token& stop) {
    ZipWriter writer(files, out, wrote, stop);
    for (const auto& entry : entries)
        if (auto done = writer.add(entry); done.has_error()) return done;
    return writer.finish();
}

}  // namespace vantage::record
