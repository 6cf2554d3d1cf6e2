// SPDX-License-Identifier: Apache-2.0
#include "footage/part_reader.hpp"

#include "media/mp4.hpp"

namespace vantage::footage {
namespace {

constexpr std::size_t kLargestMoof = 1U << 20;
constexpr std::size_t kPeek = 1024;  // takes a prft, a moof of ours and the header of its mdat in one read
constexpr std::size_t kPrft = 32;
constexpr std::int64_t kNtpToUnix = 2208988800;

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

Result<std::optional<FoundPart>> PartReader::read(std::uint64_t at) {
    if (auto done = peek(at, kPeek); done.has_error()) return done.error();
    const auto reference = parse_prft(buffer_);
    const std::size_t prft = reference ? kPrft : 0;
    const auto moof = mp4::read_box(buffer_, prft);
    if (moof.has_error() || moof->type != mp4::fourcc("moof") || moof->size > kLargestMoof)
        return std::optional<FoundPart>{};
    const auto header = prft + static_cast<std::size_t>(moof->size) + 8;
    if (header > buffer_.size())
        if (auto done = peek(at, header); done.has_error()) return done.error();
    if (header > buffer_.size()) return std::optional<FoundPart>{};
    auto part = mp4::parse_part(ByteView{buffer_}.subspan(prft));
    if (part.has_error() || part->samples.empty()) return std::optional<FoundPart>{};
    part->starts_fragment = reference.has_value();
    const auto& last = part->samples.back();
    const auto bytes = prft + last.offset + std::uint64_t{last.size};
    return std::optional{
        FoundPart{std::move(*part), reference, static_cast<std::uint32_t>(prft), static_cast<std::uint32_t>(header), bytes}};
}

Status PartReader::peek(std::uint64_t at, std::size_t bytes) {
    buffer_.resize(bytes);
    const auto got = file_.read(at, buffer_);
    if (got.has_error()) return got.error();
    buffer_.resize(*got);
    return {};
}

}  // namespace vantage::footage
