// SPDX-License-Identifier: Apache-2.0
#include "footage/segment_scan.hpp"

#include "media/mp4.hpp"

#include <algorithm>

namespace vantage::footage {
namespace {

constexpr std::size_t kLargestInit = 1U << 20;
constexpr std::size_t kLargestMoof = 1U << 20;
constexpr std::size_t kPeek = 1024;  // takes a prft, a moof of ours and the header of its mdat in one read
constexpr std::size_t kPrft = 32;
constexpr std::size_t kPage = 4096;
constexpr std::int64_t kNtpToUnix = 2208988800;

Error foreign() {
    return fail(errc::malformed, "not a segment of Vantage, or damaged from its beginning");
}
Error empty() {
    return fail(errc::not_found, "no whole part");
}

class Scanner {
  public:
    Scanner(File& file, Tail tail) : file_(file), tail_(tail) {}

    Result<Scan> run() {
        const auto size = file_.size();
        if (size.has_error()) return size.error();
        scan_.size = *size;
        if (*size == 0) return empty();
        if (auto done = read_init(); done.has_error()) return done.error();
        TableBuilder table{scan_.init->data.size(), scan_.init->tracks.video.has_value()};
        auto at = table.bytes();
        while (true) {
            auto part = read_part(at);
            if (part.has_error()) return part.error();
            if (!*part) break;
            table.add(**part);
            at = table.bytes();
        }
        if (table.entries().empty()) return empty();
        scan_.table = table.entries();
        scan_.duration = table.end();
        scan_.whole = at;
        return std::move(scan_);
    }

  private:
    Status read_init() {
        Bytes head(static_cast<std::size_t>(std::min<std::uint64_t>(kPeek * 4, scan_.size)));
        if (auto got = file_.read(0, head); got.has_error()) return got.error();
        // A power cut right after creation leaves zeros.
        if (std::ranges::all_of(head, [](auto byte) { return byte == 0; })) return empty();
        const auto ftyp = mp4::read_box(head, 0);
        if (!ftyp || ftyp->type != mp4::fourcc("ftyp") || ftyp->size >= head.size()) return foreign();
        const auto moov = mp4::read_box(head, static_cast<std::size_t>(ftyp->size));
        if (!moov || moov->type != mp4::fourcc("moov") || moov->size > kLargestInit) return foreign();
        const auto end = moov->offset + static_cast<std::size_t>(moov->size);
        if (end > scan_.size) return empty();
        if (end > head.size()) {
            head.resize(end);
            if (auto got = file_.read(0, head); got.has_error()) return got.error();
        }
        auto init = mp4::parse_init(ByteView{head}.first(end));
        if (init.has_error()) return foreign();
        scan_.init = *init;
        scan_.stated = Ticks{static_cast<std::int64_t>(load_u64(head.data() + scan_.init->duration_offset))};
        return {};
    }

    // The part that begins at `at`; nothing when there is no whole one.
    Result<std::optional<PartFacts>> read_part(std::uint64_t at) {
        if (auto done = peek(at, kPeek); done.has_error()) return done.error();
        PartFacts facts;
        std::size_t prft = 0;
        if (const auto reference = parse_prft(buffer_)) {
            prft = kPrft;
            facts.starts_fragment = true;
            if (!started_) {
                scan_.start = std::chrono::round<Ticks>(reference->utc) - reference->decode_time;
                started_ = true;
            }
        }
        if (!started_) return std::optional<PartFacts>{};
        const auto moof = mp4::read_box(buffer_, prft);
        if (moof.has_error() || moof->type != mp4::fourcc("moof") || moof->size > kLargestMoof)
            return std::optional<PartFacts>{};
        const auto header = prft + static_cast<std::size_t>(moof->size) + 8;
        if (header > buffer_.size()) {
            if (auto done = peek(at, header); done.has_error()) return done.error();
            if (header > buffer_.size()) return std::optional<PartFacts>{};
        }
        const auto part = mp4::parse_part(ByteView{buffer_}.subspan(prft));
        if (part.has_error() || part->samples.empty()) return std::optional<PartFacts>{};
        const auto& last = part->samples.back();
        facts.bytes = prft + last.offset + std::uint64_t{last.size};
        if (at + facts.bytes > scan_.size) return std::optional<PartFacts>{};
        const auto sound = came_to_disk(at, facts.bytes);
        if (sound.has_error()) return sound.error();
        if (!*sound) return std::optional<PartFacts>{};
        facts.track = part->track;
        facts.start = part->start.time_since_epoch();
        facts.duration = part->duration;
        facts.independent = part->samples.front().key;
        facts.key_bytes = static_cast<std::uint32_t>(prft) + part->samples.front().offset + part->samples.front().size;
        return std::optional<PartFacts>{facts};
    }

    Status peek(std::uint64_t at, std::size_t bytes) {
        buffer_.resize(bytes);
        const auto got = file_.read(at, buffer_);
        if (got.has_error()) return got.error();
        buffer_.resize(*got);
        return {};
    }

    // H.264, H.265, AAC and Opus have no page of zeros (emulation prevention, entropy coding): where there is one, the file
    // had grown but its bytes had not been written when the power went.
    Result<bool> came_to_disk(std::uint64_t at, std::uint64_t bytes) {
        if (tail_ == Tail::trusted || at + bytes + kCheckedTail < scan_.size) return true;
        whole_.resize(static_cast<std::size_t>(bytes));
        const auto got = file_.read(at, whole_);
        if (got.has_error()) return got.error();
        if (*got < bytes) return false;
        const auto run = [&](std::uint64_t from, std::uint64_t to) {
            const auto first = whole_.begin() + static_cast<std::ptrdiff_t>(from - at);
            const auto end = whole_.begin() + static_cast<std::ptrdiff_t>(to - at);
            return to > from && std::all_of(first, end, [](auto byte) { return byte == 0; });
        };
        const auto end = at + bytes;
        for (auto page = at / kPage * kPage; page < end; page += kPage) {
            const auto from = std::max(page, at);
            const auto to = std::min(page + kPage, end);
            if (!run(from, to)) continue;
            // A few zeros at the end may be the camera's padding; but if the page was lost, what follows in it is lost too.
            if (to - from >= 64 || (to == end && !box_begins(end))) return false;
        }
        return true;
    }

    bool box_begins(std::uint64_t at) {
        std::array<std::uint8_t, 8> header{};
        const auto got = file_.read(at, header);
        if (got.has_error() || *got < header.size()) return false;
        const auto type = load_u32(header.data() + 4);
        return type == mp4::fourcc("moof") || type == mp4::fourcc("prft");
    }

    File& file_;
    const Tail tail_;
    Scan scan_;
    bool started_{false};
    Bytes buffer_, whole_;
};

}  // namespace

std::optional<Reference> parse_prft(ByteView box) {
    if (box.size() < kPrft || load_u32(box.data()) != kPrft || load_u32(box.data() + 4) != mp4::fourcc("prft") ||
        box[8] != 1)
        return {};
    const auto ntp = load_u64(box.data() + 16);
    auto whole = static_cast<std::int64_t>(ntp >> 32);
    if (whole < kNtpToUnix) whole += std::int64_t{1} << 32;  // NTP's second era begins in 2036
    const auto fraction = ((ntp & 0xffffffff) * 1'000'000 + (1U << 31)) >> 32;
    return Reference{UtcTime{seconds{whole - kNtpToUnix}} + microseconds{fraction},
                     Ticks{static_cast<std::int64_t>(load_u64(box.data() + 24))}};
}

Result<Scan> scan_segment(File& file, Tail tail) {
    return Scanner{file, tail}.run();
}

}  // namespace vantage::footage
