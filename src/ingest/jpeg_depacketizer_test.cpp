// SPDX-License-Identifier: Apache-2.0
#include "ingest/depacketizer_fixture.hpp"
#include "ingest/jpeg_tables.hpp"
#include "media/jpeg_header.hpp"

#include <gtest/gtest.h>

namespace vantage::ingest {
namespace {

using Log = std::vector<std::string>;

// The header of RFC 2435 3.1 for a picture of 320x240.
Bytes main_header(int offset, int type, int quality, int width = 40, int height = 30) {
    return bytes({0, offset >> 16, offset >> 8 & 0xFF, offset & 0xFF, type, quality, width, height});
}

struct Jpeg : testing::Test {
    void push(std::int64_t timestamp, const Bytes& payload, bool marker = false) {
        depacketizer->push(rtp(timestamp, payload, marker));
    }
    UnitRecorder out;
    std::unique_ptr<Depacketizer> depacketizer = make_jpeg_depacketizer({0, 0}, out);
};

TEST_F(Jpeg, TheHeaderIsMadeAnew) {
    push(100, joined({main_header(0, 1, 50), bytes({1, 2, 3})}));
    push(100, joined({main_header(3, 1, 50), bytes({4, 5})}), true);
    ASSERT_EQ(out.take(), (Log{"track mjpeg", "100 key"}));
    EXPECT_EQ(out.tracks[0].width, 320);
    const auto header = parse_jpeg(out.units[0].data);
    ASSERT_TRUE(header) << header.error().message;
    EXPECT_TRUE(header->baseline);
    EXPECT_EQ(header->width, 320);
    EXPECT_EQ(header->height, 240);
    EXPECT_EQ(header->sampling, (std::array<std::uint8_t, 3>{0x22, 0x11, 0x11}));
    EXPECT_EQ(header->table_of, (std::array<std::uint8_t, 3>{0, 1, 1}));
    // Quality 50 is the standard's own tables; zigzag begins 16 11 12 14.
    EXPECT_EQ(Bytes(header->quantisation[0].begin(), header->quantisation[0].begin() + 5), bytes({16, 11, 12, 14, 12}));
    EXPECT_EQ(Bytes(out.units[0].data.begin() + static_cast<std::ptrdiff_t>(header->scan), out.units[0].data.end()),
              bytes({1, 2, 3, 4, 5, 0xFF, 0xD9}));
}

TEST_F(Jpeg, TablesAndRestartIntervalInBand) {
    Bytes tables(128, 7);
    tables[64] = 9;
    push(100,
         joined({main_header(0, 64, 255), bytes({0, 5, 0xFF, 0xFF}), bytes({0, 0, 0, 128}), tables, bytes({1, 0xFF, 0xD9})}),
         true);
    ASSERT_EQ(out.take(), (Log{"track mjpeg", "100 key"}));
    const auto header = parse_jpeg(out.units[0].data);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->restart_interval, 5);
    EXPECT_EQ(header->sampling[0], 0x21);
    EXPECT_EQ(header->quantisation[0][0], 7);
    EXPECT_EQ(header->quantisation[1][0], 9);
    EXPECT_EQ(out.units[0].data.size(), header->scan + 3) << "EOI is not doubled";
    // The same quality without tables means those.
    push(200, joined({main_header(0, 0, 255), bytes({0, 0, 0, 0}), bytes({1})}), true);
    EXPECT_EQ(out.take(), Log{"200 key"});
    push(300, joined({main_header(0, 0, 200), bytes({0, 0, 0, 0}), bytes({1})}), true);
    EXPECT_EQ(out.take(), Log{}) << "tables that never came";
}

TEST_F(Jpeg, PartOfAPictureIsNone) {
    push(100, joined({main_header(0, 1, 50), bytes({1, 2, 3})}));
    depacketizer->lose();
    push(100, joined({main_header(6, 1, 50), bytes({7})}), true);
    push(200, joined({main_header(0, 1, 50), bytes({1})}));
    push(200, joined({main_header(5, 1, 50), bytes({1})}), true);
    push(300, joined({main_header(0, 1, 50), bytes({1})}), true);
    push(400, joined({main_header(0, 1, 50), bytes({1})}));
    push(500, joined({main_header(0, 1, 50, 80), bytes({1})}), true);
    EXPECT_EQ(out.take(), (Log{"track mjpeg", "300 key lost", "400 key", "track mjpeg", "500 key"}));
    for (const auto& broken : {bytes({}), bytes({0, 0, 0, 0, 64, 50, 1, 1}), main_header(0, 1, 255), main_header(0, 5, 50),
                               main_header(0, 1, 50, 0)})
        push(600, broken, true);
    EXPECT_EQ(out.take(), Log{});
}

TEST(JpegLarge, SizesThatRtpCannotSayComeFromTheDescription) {
    UnitRecorder out;
    const auto d = make_jpeg_depacketizer({2592, 1944}, out);
    d->push(rtp(0, joined({main_header(0, 1, 50, 0, 243), bytes({1})}), true));
    EXPECT_EQ(out.tracks.at(0).width, 2592);
    EXPECT_EQ(out.tracks.at(0).height, 1944);
}

}  // namespace
}  // namespace vantage::ingest
