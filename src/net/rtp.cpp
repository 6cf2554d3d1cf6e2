// SPDX-License-Identifier: Apache-2.0
#include "net/rtp.hpp"

#include <algorithm>

namespace vantage::net {
namespace {

constexpr std::uint8_t kSenderReport = 200;
constexpr std::uint8_t kReceiverReport = 201;
constexpr std::uint8_t kDescription = 202;
constexpr std::uint8_t kBye = 203;
constexpr std::int64_t kUnixInNtp = 2208988800;  // seconds from 1900 to 1970
constexpr std::size_t kBlockBytes = 24;
constexpr std::size_t kMostBlocks = 31;

void put_u32(Bytes& out, std::uint32_t value) {
    out.resize(out.size() + 4);
    store_u32(&out[out.size() - 4], value);
}

// `words` of body follow the header.
void put_header(Bytes& out, std::size_t count, std::uint8_t type, std::size_t words) {
    out.push_back(static_cast<std::uint8_t>(0x80 | count));
    out.push_back(type);
    out.push_back(static_cast<std::uint8_t>(words >> 8));
    out.push_back(static_cast<std::uint8_t>(words));
}

void put_cname(Bytes& out, std::uint32_t ssrc, std::string_view cname) {
    cname = cname.substr(0, 255);
    const auto words = (4 + 2 + cname.size() + 1 + 3) / 4;  // ssrc, item, at least one zero, rounded up
    const auto end = out.size() + 4 + words * 4;
    put_header(out, 1, kDescription, words);
    put_u32(out, ssrc);
    out.push_back(1);
    out.push_back(static_cast<std::uint8_t>(cname.size()));
    out.insert(out.end(), cname.begin(), cname.end());
    out.resize(end);
}

void read_blocks(ByteView body, std::size_t count, Rtcp& out) {
    for (std::size_t i = 0; i < count && body.size() >= kBlockBytes; ++i, body = body.subspan(kBlockBytes)) {
        ReceptionBlock block;
        block.ssrc = load_u32(&body[0]);
        block.fraction_lost = body[4];
        const auto lost = static_cast<std::int32_t>(load_u32(&body[4]) & 0xFFFFFF);
        block.lost = lost >= 0x800000 ? lost - 0x1000000 : lost;
        block.highest_sequence = load_u32(&body[8]);
        block.jitter = load_u32(&body[12]);
        block.last_report = load_u32(&body[16]);
        block.delay = load_u32(&body[20]);
        out.receptions.push_back(block);
    }
}

void read_one(std::uint8_t type, std::size_t count, ByteView body, Rtcp& out) {
    if (type == kSenderReport && body.size() >= 24) {
        out.senders.push_back({load_u32(&body[0]), from_ntp(load_u64(&body[4])), load_u32(&body[12]), load_u32(&body[16]),
                               load_u32(&body[20])});
        read_blocks(body.subspan(24), count, out);
    } else if (type == kReceiverReport && body.size() >= 4) {
        read_blocks(body.subspan(4), count, out);
    } else if (type == kBye) {
        for (std::size_t i = 0; i < count && body.size() >= 4 * (i + 1); ++i) out.bye.push_back(load_u32(&body[4 * i]));
    }
}

}  // namespace

std::optional<RtpPacket> parse_rtp(ByteView datagram) {
    if (datagram.size() < kRtpHeaderBytes || datagram[0] >> 6 != 2) return std::nullopt;
    std::size_t begin = kRtpHeaderBytes + 4U * (datagram[0] & 0x0F);
    auto end = datagram.size();
    if (datagram[0] & 0x10) {
        if (begin + 4 > end) return std::nullopt;
        begin += 4U + 4U * load_u16(&datagram[begin + 2]);
    }
    if (begin > end) return std::nullopt;
    if (datagram[0] & 0x20) {
        const std::size_t padding = datagram[end - 1];
        if (padding == 0 || padding > end - begin) return std::nullopt;
        end -= padding;
    }
    RtpPacket packet;
    packet.marker = (datagram[1] & 0x80) != 0;
    packet.payload_type = datagram[1] & 0x7F;
    packet.sequence = load_u16(&datagram[2]);
    packet.timestamp = load_u32(&datagram[4]);
    packet.ssrc = load_u32(&datagram[8]);
    packet.payload = datagram.subspan(begin, end - begin);
    return packet;
}

void write_rtp_header(std::uint8_t* out, const RtpHeader& header) {
    out[0] = 0x80;
    out[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7F));
    store_u16(out + 2, header.sequence);
    store_u32(out + 4, header.timestamp);
    store_u32(out + 8, header.ssrc);
}

Rtcp parse_rtcp(ByteView compound) {
    Rtcp out;
    while (compound.size() >= 4 && compound[0] >> 6 == 2) {
        const std::size_t size = 4U + 4U * load_u16(&compound[2]);
        const auto whole = compound.subspan(0, std::min(size, compound.size()));
        read_one(compound[1], compound[0] & 0x1F, whole.subspan(4), out);
        compound = compound.subspan(whole.size());
    }
    return out;
}

Bytes write_sender_report(const SenderInfo& info, std::string_view cname) {
    Bytes out;
    put_header(out, 0, kSenderReport, 6);
    put_u32(out, info.ssrc);
    const auto ntp = to_ntp(info.ntp);
    put_u32(out, static_cast<std::uint32_t>(ntp >> 32));
    put_u32(out, static_cast<std::uint32_t>(ntp));
    put_u32(out, info.rtp);
    put_u32(out, info.packets);
    put_u32(out, info.octets);
    put_cname(out, info.ssrc, cname);
    return out;
}

Bytes write_receiver_report(std::uint32_t ssrc, const std::vector<ReceptionBlock>& blocks, std::string_view cname) {
    Bytes out;
    const auto count = std::min(blocks.size(), kMostBlocks);
    put_header(out, count, kReceiverReport, 1 + count * kBlockBytes / 4);
    put_u32(out, ssrc);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& block = blocks[i];
        const auto lost = static_cast<std::uint32_t>(std::clamp(block.lost, -0x800000, 0x7FFFFF)) & 0xFFFFFF;
        put_u32(out, block.ssrc);
        put_u32(out, std::uint32_t{block.fraction_lost} << 24 | lost);
        put_u32(out, block.highest_sequence);
        put_u32(out, block.jitter);
        put_u32(out, block.last_report);
        put_u32(out, block.delay);
    }
    put_cname(out, ssrc, cname);
    return out;
}

Bytes write_bye(std::uint32_t ssrc) {
    Bytes out;
    put_header(out, 0, kReceiverReport, 1);
    put_u32(out, ssrc);
    put_header(out, 1, kBye, 1);
    put_u32(out, ssrc);
    return out;
}

std::uint64_t to_ntp(UtcTime time) {
    const auto whole = std::chrono::floor<seconds>(time);
    const auto micros = static_cast<std::uint64_t>((time - whole).count());
    const auto secs = static_cast<std::uint64_t>(whole.time_since_epoch().count() + kUnixInNtp) & 0xFFFFFFFF;
    return secs << 32 | ((micros << 32) + 500'000) / 1'000'000;
}

UtcTime from_ntp(std::uint64_t ntp) {
    auto secs = static_cast<std::int64_t>(ntp >> 32);
    if (secs < 0x80000000) secs += std::int64_t{1} << 32;
    const auto micros = ((ntp & 0xFFFFFFFF) * 1'000'000 + (std::uint64_t{1} << 31)) >> 32;
    return UtcTime{seconds{secs - kUnixInNtp}} + microseconds{static_cast<std::int64_t>(micros)};
}

}  // namespace vantage::net
