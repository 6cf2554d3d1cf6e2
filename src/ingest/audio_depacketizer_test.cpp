// SPDX-License-Identifier: Apache-2.0
#include "ingest/aac_config.hpp"
#include "ingest/depacketizer_fixture.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace vantage::ingest {
namespace {

using Log = std::vector<std::string>;

const std::map<std::string, std::string> kHbr{
    {"mode", "AAC-hbr"}, {"sizelength", "13"}, {"indexlength", "3"}, {"indexdeltalength", "3"}, {"config", "1408"}};

// AU headers of 16 bits: 13 of size, 3 of index.
Bytes au_headers(std::initializer_list<int> sizes) {
    Bytes out(2);
    store_u16(out.data(), static_cast<std::uint16_t>(sizes.size() * 16));
    for (const int size : sizes) {
        out.push_back(static_cast<std::uint8_t>(size >> 5));
        out.push_back(static_cast<std::uint8_t>(size << 3));
    }
    return out;
}

std::unique_ptr<Depacketizer> open(const net::SdpFormat& format, UnitRecorder& out) {
    auto made = make_depacketizer({}, format, out);
    EXPECT_TRUE(made) << made.error().message;
    (*made)->begin();
    return std::move(*made);
}

TEST(Mpeg4Audio, SeveralUnitsInAPacket) {
    UnitRecorder out;
    const auto d = open(sdp_format("MPEG4-GENERIC", 16000, kHbr), out);
    d->push(rtp(1000, joined({au_headers({3, 2}), bytes({1, 2, 3, 4, 5})}), true));
    EXPECT_EQ(out.take(), (Log{"track aac", "1000 key", "2024 key"}));
    EXPECT_EQ(out.tracks[0].sample_rate, 16000);
    EXPECT_EQ(out.tracks[0].channels, 1);
    EXPECT_EQ(out.tracks[0].config, bytes({0x14, 0x08}));
    EXPECT_EQ(out.units[1].data, bytes({4, 5}));
}

TEST(Mpeg4Audio, AFragmentedUnitAndItsLoss) {
    UnitRecorder out;
    const auto d = open(sdp_format("MPEG4-GENERIC", 16000, kHbr), out);
    d->push(rtp(1000, joined({au_headers({5}), bytes({1, 2})})));
    d->push(rtp(1000, joined({au_headers({5}), bytes({3, 4, 5})}), true));
    EXPECT_EQ(out.take(), (Log{"track aac", "1000 key"}));
    EXPECT_EQ(out.units[0].data, bytes({1, 2, 3, 4, 5}));
    d->push(rtp(2024, joined({au_headers({5}), bytes({1, 2})})));
    d->lose();
    d->push(rtp(3048, joined({au_headers({1}), bytes({9})}), true));
    d->push(rtp(4072, joined({au_headers({1}), bytes({9})}), true));
    EXPECT_EQ(out.take(), (Log{"3048 key lost", "4072 key"}));
}

TEST(Mpeg4Audio, LowBitRateAndMissingParameters) {
    UnitRecorder out;
    const auto lbr = open(sdp_format("MPEG4-GENERIC", 8000, {{"mode", "AAC-lbr"}, {"config", "1588"}}), out);
    lbr->push(rtp(0, bytes({0, 16, 3 << 2, 2 << 2, 1, 2, 3, 4, 5}), true));
    EXPECT_EQ(out.take(), (Log{"track aac", "0 key", "1024 key"}));
    // An Anpviz camera: payload type 0, config and nothing else; and one without any config.
    const auto bare = open(sdp_format("MPEG4-GENERIC", 16000, {{"config", "1408"}}, 2), out);
    bare->push(rtp(0, joined({au_headers({1}), bytes({7})}), true));
    const auto none = open(sdp_format("MPEG4-GENERIC", 48000, {}, 2), out);
    EXPECT_EQ(out.take(), (Log{"track aac", "0 key", "track aac"}));
    EXPECT_EQ(out.tracks.back().config, bytes({0x11, 0x90}));
    UnitRecorder refused;
    EXPECT_FALSE(make_depacketizer({}, sdp_format("MPEG4-GENERIC", 12345, {}), refused));
    EXPECT_FALSE(make_depacketizer({}, sdp_format("MPEG4-GENERIC", 16000, {{"config", "F800"}}), refused));
}

TEST(Mpeg4Audio, AdtsWhereRawUnitsBelong) {
    UnitRecorder out;
    const auto d = open(sdp_format("MPEG4-GENERIC", 16000, kHbr), out);
    const auto adts = bytes({0xFF, 0xF1, 0x60, 0x40, 0x01, 0x3F, 0xFC, 0xAA, 0xBB});  // 9 bytes, 16 kHz mono
    d->push(rtp(0, joined({au_headers({9}), adts}), true));
    d->push(rtp(1024, joined({adts, adts}), true));
    EXPECT_EQ(out.take(), (Log{"track aac", "0 key", "1024 key", "2048 key"}));
    for (const auto& unit : out.units) EXPECT_EQ(unit.data, bytes({0xAA, 0xBB}));
}

TEST(Mpeg4Audio, BrokenPacketsGiveNothing) {
    UnitRecorder out;
    const auto d = open(sdp_format("MPEG4-GENERIC", 16000, kHbr), out);
    out.take();
    for (const auto& payload :
         {bytes({}), bytes({0}), bytes({0xFF, 0}), bytes({0, 16, 0, 8}), bytes({0, 16, 0xFF, 0xF8, 1}), bytes({0, 3, 1, 1})})
        d->push(rtp(0, payload, true));
    EXPECT_EQ(out.take(), Log{});
}

// StreamMuxConfig of one AAC-LC layer, 16 kHz mono: version 0, same framing, one sub frame.
const char* kMux =
    "40002810"
    "3fc0";

TEST(Latm, ConfigurationInTheDescription) {
    UnitRecorder out;
    const auto d = open(sdp_format("MP4A-LATM", 16000, {{"cpresent", "0"}, {"config", kMux}}), out);
    ASSERT_EQ(out.take(), Log{"track aac"});
    EXPECT_EQ(out.tracks[0].sample_rate, 16000);
    EXPECT_EQ(out.tracks[0].channels, 1);
    d->push(rtp(0, bytes({3, 1, 2, 3}), true));
    d->push(rtp(1024, bytes({4, 1})));
    d->push(rtp(1024, bytes({2, 3, 4}), true));
    d->push(rtp(2048, bytes({9, 1}), true));
    d->push(rtp(3072, bytes({1, 5, 1, 6}), true));
    EXPECT_EQ(out.take(), (Log{"0 key", "1024 key", "3072 key lost", "4096 key"}));
    EXPECT_EQ(out.units[1].data, bytes({1, 2, 3, 4}));
    EXPECT_EQ(out.units[3].data, bytes({6}));
}

TEST(Latm, ConfigurationInBandIsNotOnByteBoundaries) {
    UnitRecorder out;
    const auto d = open(sdp_format("MP4A-LATM", 16000, {}), out);
    // useSameStreamMux 0, then the bits of kMux up to its end (44 in all), the size 2 and two bytes.
    const auto mux = *parse_hex(kMux);
    std::string bits = "0";
    for (const auto byte : mux)
        for (int i = 7; i >= 0; --i) bits += (byte >> i & 1) != 0 ? '1' : '0';
    bits.resize(1 + 44);  // what StreamMuxConfig has
    for (const int byte : {2, 0xAB, 0xCD})
        for (int i = 7; i >= 0; --i) bits += (byte >> i & 1) != 0 ? '1' : '0';
    while (bits.size() % 8 != 0) bits += '0';
    Bytes payload;
    for (std::size_t i = 0; i < bits.size(); i += 8)
        payload.push_back(static_cast<std::uint8_t>(std::stoi(bits.substr(i, 8), nullptr, 2)));
    d->push(rtp(0, payload, true));
    EXPECT_EQ(out.take(), (Log{"track aac", "0 key"}));
    EXPECT_EQ(out.units[0].data, bytes({0xAB, 0xCD}));
    d->push(rtp(1024, bytes({0x80 | 0, 0x80 | 0x55, 0x80}), true));  // the same mux: size 1, one byte 0xAB
    EXPECT_EQ(out.take(), Log{"1024 key"});
    EXPECT_EQ(out.units[1].data, bytes({0xAB}));
}

TEST(Samples, OpusAndG711PassAsTheyAre) {
    UnitRecorder out;
    const auto opus = open(sdp_format("OPUS", 48000, {}, 2), out);
    opus->push(rtp(0, bytes({1, 2})));
    const auto pcma = open(sdp_format("PCMA", 8000, {}, 1), out);
    pcma->lose();
    pcma->push(rtp(160, bytes({3})));
    EXPECT_EQ(out.take(), (Log{"track opus", "0 key", "track pcma", "160 key lost"}));
    EXPECT_EQ(out.tracks[0].config.size(), 19);
    EXPECT_EQ(out.tracks[1].sample_rate, 8000);
}

TEST(Samples, G726InBothBitOrders) {
    UnitRecorder out;
    const auto plain = open(sdp_format("G726-32", 8000), out);
    plain->push(rtp(0, bytes({0x21, 0x43})));
    const auto aal2 = open(sdp_format("AAL2-G726-32", 8000), out);
    aal2->push(rtp(0, bytes({0x12, 0x34})));
    EXPECT_EQ(out.units[0].data, out.units[1].data);
    EXPECT_EQ(out.tracks[0].bits_per_sample, 4);
    const auto three = open(sdp_format("AAL2-G726-24", 8000), out);
    three->push(rtp(0, bytes({0b00101001, 0b11001011, 0b10111000})));  // 1 2 3 4 5 6 7 0 from the high bits
    // The same from the low bits: 1 | 2 << 3 | 3 << 6 | 4 << 9 | 5 << 12 | 6 << 15 | 7 << 18.
    EXPECT_EQ(out.units[2].data, bytes({0xD1, 0x58, 0x1F}));
    EXPECT_EQ(out.tracks[2].bits_per_sample, 3);
}

// The RTP payloads of a real call, out of a classic pcap of Ethernet frames.
TEST(Samples, PcmaFromACapture) {
    const char* media = std::getenv("VANTAGE_TEST_MEDIA");
    const auto path = std::filesystem::path(media != nullptr ? media : "../shared/media") / "odd/g711/sipp_g711a.pcap";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
    std::ifstream file(path, std::ios::binary);
    const Bytes data{std::istreambuf_iterator<char>(file), {}};
    UnitRecorder out;
    const auto d = open(sdp_format("PCMA", 8000, {}, 1), out);
    std::size_t payload_bytes = 0;
    for (std::size_t at = 24; at + 16 <= data.size();) {
        const std::size_t size = data[at + 8] | data[at + 9] << 8 | data[at + 10] << 16;
        const auto udp = at + 16 + 14 + 20;
        const auto packet = net::parse_rtp(ByteView{data}.subspan(udp + 8, at + 16 + size - udp - 8));
        ASSERT_TRUE(packet);
        EXPECT_EQ(packet->payload_type, 8);
        payload_bytes += packet->payload.size();
        d->push(rtp(packet->timestamp, packet->payload, packet->marker));
        at += 16 + size;
    }
    std::size_t unit_bytes = 0;
    for (const auto& unit : out.units) unit_bytes += unit.data.size();
    EXPECT_GT(out.units.size(), 200);
    EXPECT_EQ(unit_bytes, payload_bytes);
}

}  // namespace
}  // namespace vantage::ingest
