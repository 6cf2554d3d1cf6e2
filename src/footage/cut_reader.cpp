// SPDX-License-Identifier: Apache-2.0
#include "footage/cut_reader.hpp"

#include <algorithm>
#include <set>

namespace vantage::footage {

CutReader::CutReader(Cut cut) : cut_(std::move(cut)) {
    std::uint64_t end = 0;
    for (const auto& piece : cut_.pieces) ends_.push_back(end += piece.bytes);
}

Status CutReader::read(std::uint64_t offset, std::span<std::uint8_t> into) const {
    if (offset + into.size() > size()) return fail(errc::invalid_argument, "behind the end of the file");
    const auto head = std::uint64_t{cut_.head.size()};
    if (offset < head) {
        const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(head - offset, into.size()));
        std::copy_n(cut_.head.begin() + static_cast<std::ptrdiff_t>(offset), bytes, into.begin());
        into = into.subspan(bytes);
        offset += bytes;
    }
    if (into.empty()) return {};
    if (auto done = read_payload(offset - head, into); done.has_error()) return done;
    patch(offset - head, into);
    return {};
}

Status CutReader::read_payload(std::uint64_t at, std::span<std::uint8_t> into) const {
    auto index = static_cast<std::size_t>(std::ranges::upper_bound(ends_, at) - ends_.begin());
    for (; !into.empty(); ++index) {
        const auto& piece = cut_.pieces[index];
        const auto from = at - (ends_[index] - piece.bytes);
        const auto here = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.bytes - from, into.size())));
        if (piece.file) {
            const auto got = piece.file->read(piece.offset + from, here);
            if (got.has_error()) return got.error();
            if (*got < here.size()) return fail(errc::io, "a segment is shorter than the index says; run 'vantage reindex'");
        } else {
            std::ranges::copy(ByteView{cut_.literals}.subspan(static_cast<std::size_t>(piece.offset + from), here.size()),
                              here.begin());
        }
        into = into.subspan(here.size());
        at += here.size();
    }
    return {};
}

// `into` holds the payload from `at` on.
void CutReader::patch(std::uint64_t at, std::span<std::uint8_t> into) const {
    const auto end = at + into.size();
    auto next =
        std::ranges::upper_bound(cut_.patches, at, {}, [](const Cut::Patch& patch) { return patch.at + patch.bytes; });
    for (; next != cut_.patches.end() && next->at < end; ++next) {
        const auto first = std::max(next->at, at);
        const auto last = std::min(next->at + next->bytes, end);
        const auto literal = ByteView{cut_.literals}.subspan(next->literal + static_cast<std::size_t>(first - next->at),
                                                             static_cast<std::size_t>(last - first));
        std::ranges::copy(literal, into.begin() + static_cast<std::ptrdiff_t>(first - at));
    }
}

std::uint64_t CutReader::memory() const {
    return cut_.head.size() + cut_.literals.size() + cut_.patches.size() * sizeof(Cut::Patch) +
           cut_.pieces.size() * (sizeof(Cut::Piece) + sizeof(std::uint64_t));
}

std::size_t CutReader::files() const {
    std::set<const File*> out;
    for (const auto& piece : cut_.pieces)
        if (piece.file) out.insert(piece.file.get());
    return out.size();
}

std::uint64_t CutReader::hash() const {
    std::uint64_t out = 1469598103934665603U;  // FNV-1a
    for (const auto* bytes : {&cut_.head, &cut_.literals})
        for (const auto byte : *bytes) out = (out ^ byte) * 1099511628211U;
    return out;
}

}  // namespace vantage::footage
