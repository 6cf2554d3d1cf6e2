// SPDX-License-Identifier: Apache-2.0
#include "footage/fragment_table.hpp"

#include "footage/varint.hpp"

namespace vantage::footage {
using namespace varint;
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kMostEntries = 1U << 20;

Ticks add(Ticks base, std::int64_t delta) {
    return Ticks{varint::add(base.count(), delta)};
}

}  // namespace

Bytes encode_table(std::span<const FragmentEntry> entries) {
    Bytes out;
    out.reserve(16 + entries.size() * 10);
    put(out, kVersion);
    put(out, entries.size());
    put(out, entries.empty() ? 0 : entries.front().offset);
    FragmentEntry last;
    for (const auto& entry : entries) {
        put_signed(out, (entry.start - (last.start + last.duration)).count());
        put_signed(out, (entry.duration - last.duration).count());
        put_signed(out, static_cast<std::int64_t>(entry.bytes - last.bytes));
        put_signed(out, static_cast<std::int64_t>(entry.key_bytes) - static_cast<std::int64_t>(last.key_bytes));
        const bool audio = entry.audio_duration != Ticks{0};
        put(out, (entry.independent ? 1U : 0U) | (audio ? 2U : 0U));
        if (audio) {
            put_signed(out, (entry.audio_start - entry.start).count());
            put_signed(out, (entry.audio_duration - last.audio_duration).count());
        }
        last = entry;
    }
    return out;
}

Result<std::vector<FragmentEntry>> decode_table(ByteView bytes) {
    Reader in{bytes};
    const auto malformed = [] {
        return fail(errc::malformed, "a fragment table in the catalogue is damaged; run 'vantage reindex'");
    };
    if (in.take() != kVersion || !in.good()) return malformed();
    const auto count = in.take();
    auto offset = in.take();
    if (!in.good() || count > kMostEntries || count * 5 > bytes.size()) return malformed();
    std::vector<FragmentEntry> out;
    out.reserve(count);
    FragmentEntry last;
    for (std::uint64_t i = 0; i < count; ++i) {
        FragmentEntry entry;
        entry.start = add(last.start, add(last.duration.count(), in.take_signed()));
        entry.duration = add(last.duration, in.take_signed());
        entry.bytes = add(last.bytes, in.take_signed());
        entry.key_bytes = add(last.key_bytes, in.take_signed());
        const auto flags = in.take();
        entry.independent = (flags & 1) != 0;
        if ((flags & 2) != 0) {
            entry.audio_start = add(entry.start, in.take_signed());
            entry.audio_duration = add(last.audio_duration, in.take_signed());
        }
        entry.offset = offset;
        if (!in.good() || flags > 3 || entry.duration < Ticks{0}) return malformed();
        offset += entry.bytes;
        out.push_back(entry);
        last = entry;
    }
    if (!in.at_end()) return malformed();
    return out;
}

}  // namespace vantage::footage
