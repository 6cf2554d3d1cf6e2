// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"
#include "ingest/depacketizer_fixture.hpp"
#include "media/h26x.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace vantage::ingest {
namespace {

using Log = std::vector<std::string>;

// Of real cameras: 1280x720 (Foscam), 704x576 (Anpviz).
const Bytes kSps = *read_base64("Z00AH5WoFAFuQA==");
const Bytes kOtherSps = *read_base64("Z01AH5WgLASabAQ=");
const Bytes kPps = *read_base64("aO48gA==");
const Bytes kIdr = bytes({0x65, 0x88, 1, 2, 3});
const Bytes kSlice = bytes({0x41, 0x9A, 4, 5});
const Bytes kSecondSlice = bytes({0x41, 0x4A, 6, 7});  // first_mb_in_slice is not 0
const Bytes kSei = bytes({0x06, 0x05, 0x01, 0xAA, 0x80});
const Bytes kRecovery = bytes({0x06, 0x06, 0x01, 0xC4, 0x80});
const Bytes kAud = bytes({0x09, 0xF0});
const Bytes kStart = bytes({0, 0, 0, 1});

// The NAL units of an access unit, as "65:5 41:4": header and size.
std::string nals(const AccessUnit& unit) {
    std::string out;
    const auto status = h26x::for_each_length_prefixed(
        unit.data, 4, [&](ByteView nal) { out += fmt::format("{}{:02x}:{}", out.empty() ? "" : " ", nal[0], nal.size()); });
    return status.has_error() ? "broken" : out;
}

struct H264 : testing::Test {
    void open(std::string sprop) {
        format = sdp_format("H264", 90000, {{"sprop-parameter-sets", std::move(sprop)}});
        depacketizer = make_h26x_depacketizer(Codec::h264, format, out);
        depacketizer->begin();
    }
    void SetUp() override { open("Z00AH5WoFAFuQA==,aO48gA=="); }
    void push(std::int64_t timestamp, const Bytes& payload, bool marker = false) {
        depacketizer->push(rtp(timestamp, payload, marker));
    }
    // FU-A fragments of a NAL unit, `size` bytes each.
    void push_fragments(std::int64_t timestamp, const Bytes& nal, std::size_t size, bool marker, std::size_t skip = 99) {
        std::size_t n = 0;
        for (std::size_t at = 1; at < nal.size(); at += size, ++n) {
            const auto end = std::min(nal.size(), at + size);
            auto payload =
                bytes({(nal[0] & 0xE0) | 28, (at == 1 ? 0x80 : 0) | (end == nal.size() ? 0x40 : 0) | (nal[0] & 0x1F)});
            payload.insert(payload.end(), nal.begin() + static_cast<std::ptrdiff_t>(at),
                           nal.begin() + static_cast<std::ptrdiff_t>(end));
            if (n == skip)
                depacketizer->lose();
            else
                push(timestamp, payload, marker && end == nal.size());
        }
    }

    UnitRecorder out;
    net::SdpFormat format;
    std::unique_ptr<Depacketizer> depacketizer;
};

TEST_F(H264, SingleAggregatedAndFragmentedUnits) {
    push(100, kAud);
    push(100, joined({bytes({24, 0, static_cast<int>(kSps.size())}), kSps, bytes({0, static_cast<int>(kPps.size())}), kPps,
                      bytes({0, static_cast<int>(kSei.size())}), kSei}));
    push_fragments(100, kIdr, 2, true);
    push(200, kSlice, true);
    EXPECT_EQ(out.take(), (Log{"track h264", "100 key", "200"}));
    EXPECT_EQ(nals(out.units[0]), "06:5 65:5");
    EXPECT_EQ(nals(out.units[1]), "41:4");
    EXPECT_EQ(out.tracks[0].width, 1280);
}

TEST_F(H264, TimeStampEndsAUnitWithoutMarker) {
    push(100, kIdr);
    push(200, kSlice);
    push(200, kSecondSlice);
    EXPECT_EQ(out.take(), (Log{"track h264", "100 key"}));
    push(300, kSlice);
    EXPECT_EQ(out.take(), Log{"200"});
    EXPECT_EQ(nals(out.units[1]), "41:4 41:4");
}

TEST_F(H264, MarkersBehindParameterSetsOrOnEverySliceAreSeenThrough) {
    push(100, kSps, true);
    push(100, kPps, true);
    push(100, kIdr, true);
    EXPECT_EQ(out.take(), (Log{"track h264", "100 key"}));
    push(200, kSlice, true);
    push(200, kSecondSlice, true);
    push(300, kSlice, true);
    push(300, kSecondSlice, true);
    push(400, kSlice, true);
    EXPECT_EQ(out.take(), (Log{"200", "200 lost", "300"})) << "damaged once, then known";
    EXPECT_EQ(nals(out.units.back()), "41:4 41:4");
}

TEST_F(H264, ParametersInBandChangeTheTrackBeforeTheirPicture) {
    push(100, kIdr, true);
    push(200, kOtherSps);
    push(200, kPps);
    push(200, kIdr, true);
    push(300, kOtherSps);
    push(300, kIdr, true);
    EXPECT_EQ(out.take(), (Log{"track h264", "100 key", "track h264", "200 key", "300 key"}));
    EXPECT_EQ(out.tracks[1].width, 704);
    EXPECT_EQ(nals(out.units[1]), "65:5");
}

TEST_F(H264, NothingComesBeforeParametersAreKnown) {
    out = {};
    open("");
    push(100, kIdr, true);
    push(200, kSps);
    push(200, kPps);
    push(200, kIdr, true);
    EXPECT_EQ(out.take(), (Log{"track h264", "200 key"}));
}

TEST_F(H264, StartCodesInParameterSetsAndUnits) {
    out = {};
    // A GW camera's, with a start code behind each.
    open("Z00AKpWoHgCJ+WbgICAgQAAAAAE=,aO48gAAAAAE=");
    EXPECT_EQ(out.take(), Log{"track h264"});
    EXPECT_EQ(out.tracks[0].width, 1920);
    out = {};
    open(to_base64(joined({kStart, kSps})) + "," + to_base64(joined({kStart, kPps})));
    EXPECT_EQ(out.take(), Log{"track h264"});
    push(100, joined({kOtherSps, kStart, kPps, kStart, kSei, kStart, kIdr}), true);
    push(200, joined({kStart, kSlice}), true);
    EXPECT_EQ(out.take(), (Log{"track h264", "100 key", "200"}));
    EXPECT_EQ(nals(out.units[0]), "06:5 65:5");
    EXPECT_EQ(nals(out.units[1]), "41:4");
}

TEST_F(H264, LossInsideAUnitIsSaidAndLeavesWholeNals) {
    push(100, kSei);
    push_fragments(100, kIdr, 2, true, 1);
    EXPECT_EQ(out.take(), Log{"track h264"}) << "no slice was left";
    push(200, kSlice, true);
    push(300, kSlice);
    push_fragments(300, joined({kSecondSlice, kSlice}), 2, true, 0);
    push(400, kSlice, true);
    EXPECT_EQ(out.take(), (Log{"200 lost", "300 lost", "400"}));
    EXPECT_EQ(nals(out.units[1]), "41:4");
    depacketizer->lose();
    push(500, kSlice, true);
    push(600, kSlice, true);
    EXPECT_EQ(out.take(), (Log{"500 lost", "600"}));
}

TEST_F(H264, LossAcrossTwoUnitsMarksBoth) {
    push(100, kSlice);
    depacketizer->lose();
    push(200, kSecondSlice, true);
    push(300, kSlice, true);
    EXPECT_EQ(out.take(), (Log{"track h264", "100 lost", "200 lost", "300"}));
}

TEST_F(H264, RecoveryPointIsSaid) {
    push(100, kRecovery);
    push(100, kSlice, true);
    EXPECT_EQ(out.take(), (Log{"track h264", "100 recovery"}));
}

// A dump of GStreamer's payloader: RTP packets, each behind its 16 bits of size.
TEST_F(H264, APictureOfGStreamer) {
    const char* media = std::getenv("VANTAGE_TEST_MEDIA");
    std::ifstream file(std::string(media != nullptr ? media : "../shared/media") + "/odd/rtp/gst_h264.rtp",
                       std::ios::binary);
    const Bytes data{std::istreambuf_iterator<char>(file), {}};
    if (data.empty()) GTEST_SKIP() << "odd/rtp/gst_h264.rtp is not there";
    out = {};
    open("");
    for (std::size_t at = 0; at + 2 <= data.size(); at += 2 + load_u16(&data[at])) {
        const auto packet = net::parse_rtp(ByteView{data}.subspan(at + 2, load_u16(&data[at])));
        ASSERT_TRUE(packet);
        depacketizer->push(rtp(packet->timestamp, packet->payload, packet->marker));
    }
    ASSERT_EQ(out.units.size(), 1);
    EXPECT_TRUE(out.units[0].key);
    EXPECT_FALSE(out.units[0].lost_before);
    EXPECT_EQ(nals(out.units[0]), "65:2975");
}

TEST_F(H264, HostileBytesDoNoHarm) {
    std::uint32_t seed = 7;
    const auto random = [&] { return seed = seed * 1664525 + 1013904223, static_cast<int>(seed >> 24); };
    for (int i = 0; i < 20000; ++i) {
        Bytes payload;
        const int size = random() % 12;
        for (int n = 0; n < size; ++n) payload.push_back(static_cast<std::uint8_t>(random()));
        if (size > 0 && i % 2 == 0) payload[0] = static_cast<std::uint8_t>((payload[0] & 0xE0) | (24 + random() % 6));
        if (random() < 10) depacketizer->lose();
        push(i / 5, payload, random() < 60);
    }
    for (const auto& unit : out.units) EXPECT_NE(nals(unit), "broken");
    EXPECT_GT(out.units.size(), 100);
}

// --- H.265; sets of a Dahua camera, 704x480 or so: what counts is that they are read

const Bytes kVps5 = *read_base64("QAEMAf//AWAAAAMAsAAAAwAAAwBarAwAAAMABAAAAwAyqA==");
const char* kSps5 = "QgEBAWAAAAMAsAAAAwAAAwBaoAWCAeFja5JFL83BQYFBAAADAAEAAAMADKE=";
const char* kPps5 = "RAHA8saNA7NA";
const Bytes kIdr5 = bytes({0x26, 0x01, 0xAF, 1, 2, 3, 4});
const Bytes kSlice5 = bytes({0x02, 0x01, 0xD0, 1, 2});

struct H265 : testing::Test {
    void open(std::map<std::string, std::string> more = {}) {
        more["sprop-vps"] = to_base64(kVps5);
        more["sprop-sps"] = kSps5;
        more["sprop-pps"] = kPps5;
        depacketizer = make_h26x_depacketizer(Codec::h265, sdp_format("H265", 90000, more), out);
        depacketizer->begin();
    }
    void push(std::int64_t timestamp, const Bytes& payload, bool marker = false) {
        depacketizer->push(rtp(timestamp, payload, marker));
    }
    UnitRecorder out;
    std::unique_ptr<Depacketizer> depacketizer;
};

TEST_F(H265, SingleAggregatedAndFragmentedUnits) {
    open();
    EXPECT_EQ(out.take(), Log{"track h265"});
    EXPECT_GT(out.tracks[0].width, 0);
    push(100,
         joined({bytes({48 << 1, 1, 0, static_cast<int>(kVps5.size())}), kVps5, bytes({0, static_cast<int>(kIdr5.size())}),
                 kIdr5}),
         true);
    push(200, bytes({49 << 1, 1, 0x80 | 19, 0xAF, 1}));
    push(200, bytes({49 << 1, 1, 19, 2}));
    push(200, bytes({49 << 1, 1, 0x40 | 19, 3, 4}), true);
    push(300, kSlice5, true);
    EXPECT_EQ(out.take(), (Log{"100 key", "200 key", "300"}));
    EXPECT_EQ(nals(out.units[0]), "26:7");
    EXPECT_EQ(out.units[1].data, joined({bytes({0, 0, 0, 7}), kIdr5}));
}

TEST_F(H265, OrderNumbersAreSkipped) {
    open({{"sprop-max-don-diff", "2"}});
    out.take();
    push(100, joined({bytes({0x26, 1, 0, 9}), bytes({0xAF, 1, 2, 3, 4})}), true);
    push(200, joined({bytes({48 << 1, 1, 0, 9, 0, 5}), kSlice5, bytes({1, 0, 5}), kSlice5}), true);
    push(300, bytes({49 << 1, 1, 0x80 | 1, 0, 9, 0xD0, 1}));
    push(300, bytes({49 << 1, 1, 0x40 | 1, 2}), true);
    EXPECT_EQ(out.take(), (Log{"100 key", "200", "300"}));
    EXPECT_EQ(nals(out.units[0]), "26:7");
    EXPECT_EQ(nals(out.units[1]), "02:5 02:5");
    EXPECT_EQ(out.units[2].data, joined({bytes({0, 0, 0, 5}), kSlice5}));
}

}  // namespace
}  // namespace vantage::ingest
