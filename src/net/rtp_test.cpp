// SPDX-License-Identifier: Apache-2.0
#include "net/rtp.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace vantage::net {
namespace {

TEST(Rtp, ReadsHeaderExtensionAndPadding) {
    Bytes packet(kRtpHeaderBytes);
    write_rtp_header(packet.data(), {true, 96, 65535, 0xFFFFFFFF, 0x01020304});
    packet[0] |= 0x10 | 0x20 | 0x01;  // extension, padding, one CSRC
    for (const int b : {9, 9, 9, 9, 0xBE, 0xDE, 0, 1, 1, 2, 3, 4, 0x68, 0x69, 0, 2})
        packet.push_back(static_cast<std::uint8_t>(b));
    const auto read = parse_rtp(packet);
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->marker);
    EXPECT_EQ(read->payload_type, 96);
    EXPECT_EQ(read->sequence, 65535);
    EXPECT_EQ(read->timestamp, 0xFFFFFFFF);
    EXPECT_EQ(read->ssrc, 0x01020304);
    EXPECT_EQ(as_text(read->payload), "hi");
    for (std::size_t size = 0; size < packet.size() - 3; ++size)
        if (const auto cut = parse_rtp(ByteView{packet}.first(size))) {
            EXPECT_LE(cut->payload.size(), size);
        }
    packet.back() = 200;
    EXPECT_FALSE(parse_rtp(packet)) << "padding longer than the packet";
    packet[0] = 0x40;
    EXPECT_FALSE(parse_rtp(packet));
}

TEST(Rtcp, ReportsSurviveTheWire) {
    const UtcTime time{microseconds{1'763'665'445'123'456}};
    auto compound = write_sender_report({7, time, 900, 10, 2000}, "vantage");
    EXPECT_EQ(compound.size() % 4, 0);
    const auto receiver = write_receiver_report(8, {{7, 12, -3, 70000, 5, 6, 7}}, "v");
    compound.insert(compound.end(), receiver.begin(), receiver.end());
    const auto bye = write_bye(7);
    compound.insert(compound.end(), bye.begin(), bye.end());
    EXPECT_TRUE(is_rtcp(compound));
    const auto read = parse_rtcp(compound);
    ASSERT_EQ(read.senders.size(), 1);
    EXPECT_EQ(read.senders[0].ntp, time);
    EXPECT_EQ(read.senders[0].rtp, 900);
    EXPECT_EQ(read.senders[0].octets, 2000);
    ASSERT_EQ(read.receptions.size(), 1);
    EXPECT_EQ(read.receptions[0].lost, -3);
    EXPECT_EQ(read.receptions[0].highest_sequence, 70000);
    EXPECT_EQ(read.bye, std::vector<std::uint32_t>{7});
    for (std::size_t size = 0; size < compound.size(); ++size) parse_rtcp(ByteView{compound}.first(size));
}

// A capture (Linux cooked headers) of a call whose datagrams hold several RTCP packets each.
TEST(Rtcp, ReadsCompoundsOfACapture) {
    const char* media = std::getenv("VANTAGE_TEST_MEDIA");
    std::ifstream file(std::string(media != nullptr ? media : "../shared/media") +
                           "/odd/rtp/ndpi_rtcp_multiple_pkts_in_the_same_datagram.pcap",
                       std::ios::binary);
    const Bytes data{std::istreambuf_iterator<char>(file), {}};
    if (data.empty()) GTEST_SKIP() << "odd/rtp is not there";
    std::vector<std::uint32_t> rtp_times, highest;
    constexpr std::size_t kHeaders = 16 + 20 + 8;  // cooked, IPv4, UDP
    for (std::size_t at = 24; at + 16 <= data.size();) {
        const std::size_t size = data[at + 8] | data[at + 9] << 8;
        const auto rtcp = parse_rtcp(ByteView{data}.subspan(at + 16 + kHeaders, size - kHeaders));
        for (const auto& sender : rtcp.senders) rtp_times.push_back(sender.rtp);
        for (const auto& block : rtcp.receptions) highest.push_back(block.highest_sequence);
        at += 16 + size;
    }
    EXPECT_EQ(rtp_times, (std::vector<std::uint32_t>{0x7D00, 0xFAA0, 0x17840}));
    EXPECT_EQ(highest.size(), 5);
}

TEST(Ntp, KnowsBothEras) {
    EXPECT_EQ(to_ntp(UtcTime{}), 2208988800ULL << 32);
    EXPECT_EQ(from_ntp(2208988800ULL << 32), UtcTime{});
    const UtcTime late{seconds{2'085'978'496 + 10}};  // ten seconds into the era of 2036
    EXPECT_EQ(from_ntp(to_ntp(late)), late);
    EXPECT_EQ(to_ntp(late) >> 32, 10);
}

TEST(Unwrapper, FollowsWrapsBothWays) {
    Unwrapper<std::uint32_t> timestamp;
    EXPECT_EQ(timestamp(0xFFFFFFF0), 0xFFFFFFF0);
    EXPECT_EQ(timestamp(0x10), 0x100000010);
    EXPECT_EQ(timestamp(0xFFFFFFF8), 0xFFFFFFF8);
    Unwrapper<std::uint16_t> sequence;
    std::int64_t expected = 65000;
    for (std::uint32_t i = 65000; i < 300'000; i += 7, expected += 7)
        EXPECT_EQ(sequence(static_cast<std::uint16_t>(i)), expected);
}

}  // namespace
}  // namespace vantage::net
