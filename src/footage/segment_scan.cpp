// SPDX-License-Identifier: Apache-2.0
#include "footage/segment_scan.hpp"

#include "footage/part_reader.hpp"
#include "media/mp4.hpp"

#include <algorithm>

namespace vantage::footage {
namespace {

constexpr std::size_t kLargestInit = 1U << 20;
constexpr std::size_t kHead = 4096;  // takes an init as a rule
constexpr std::size_t kPage = 4096;

Error foreign() {
    return fail(errc::malformed, "not a segment of Vantage, or damaged from its beginning");
}
Error empty() {
    return fail(errc::not_found, "no whole part");
}

class Scanner {
  public:
    Scanner(File& file, Tail tail) : file_(file), tail_(tail), reader_(file) {}

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
        Bytes head(static_cast<std::size_t>(std::min<std::uint64_t>(kHead, scan_.size)));
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
        const auto found = reader_.read(at);
        if (found.has_error()) return found.error();
        if (!*found) return std::optional<PartFacts>{};
        const auto& [part, reference, prft, header, bytes] = **found;
        if (!started_ && !reference) return std::optional<PartFacts>{};
        if (!std::exchange(started_, true)) scan_.start = std::chrono::round<Ticks>(reference->utc) - reference->decode_time;
        if (at + bytes > scan_.size) return std::optional<PartFacts>{};
        const auto sound = came_to_disk(at, bytes);
        if (sound.has_error()) return sound.error();
        if (!*sound) return std::optional<PartFacts>{};
        const auto& first = part.samples.front();
        return std::optional{PartFacts{part.track, part.start.time_since_epoch(), part.duration, reference.has_value(),
                                       first.key, bytes, prft + first.offset + first.size}};
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
    PartReader reader_;
    Scan scan_;
    bool started_{false};
    Bytes whole_;
};

}  // namespace

Result<Scan> scan_segment(File& file, Tail tail) {
    return Scanner{file, tail}.run();
}

}  // namespace vantage::footage
