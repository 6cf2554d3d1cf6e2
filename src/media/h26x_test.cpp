// SPDX-License-Identifier: Apache-2.0
#include "media/h26x.hpp"

#include "media/test_media.hpp"

#include <gmock/gmock.h>

#include <random>

namespace vantage::h26x {
namespace {

using testing::ElementsAre;

Bytes hex(std::string_view text) {
    Bytes out;
    std::string digits;
    for (const auto c : text)
        if (c != ' ') digits += c;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return out;
}

std::vector<Bytes> split_annexb(const Bytes& data) {
    std::vector<Bytes> out;
    for_each_annexb(data, [&](ByteView nal) { out.emplace_back(nal.begin(), nal.end()); });
    return out;
}

TEST(Nal, ClassifiesH264) {
    const auto kind = [](const char* bytes) { return classify(Codec::h264, hex(bytes)); };
    EXPECT_EQ(kind("658804"), Nal::idr);
    EXPECT_EQ(kind("6588"), Nal::idr);
    EXPECT_EQ(kind("4188"), Nal::slice);
    EXPECT_EQ(kind("0288"), Nal::slice);
    EXPECT_EQ(kind("6742"), Nal::sps);
    EXPECT_EQ(kind("68ce"), Nal::pps);
    EXPECT_EQ(kind("09f0"), Nal::delimiter);
    EXPECT_EQ(kind("0cff"), Nal::filler);
    EXPECT_EQ(kind("7442"), Nal::other);  // slice extension of another view
    EXPECT_EQ(kind("e588"), Nal::other);  // forbidden_zero_bit
    EXPECT_EQ(kind(""), Nal::other);
}

TEST(Nal, ClassifiesH265) {
    const auto kind = [](const char* bytes) { return classify(Codec::h265, hex(bytes)); };
    EXPECT_EQ(kind("260180"), Nal::idr);  // IDR_W_RADL
    EXPECT_EQ(kind("2a0180"), Nal::idr);  // CRA
    EXPECT_EQ(kind("200180"), Nal::idr);  // BLA
    EXPECT_EQ(kind("020180"), Nal::slice);
    EXPECT_EQ(kind("40010c"), Nal::vps);
    EXPECT_EQ(kind("420101"), Nal::sps);
    EXPECT_EQ(kind("4401c1"), Nal::pps);
    EXPECT_EQ(kind("460150"), Nal::delimiter);
    EXPECT_EQ(kind("260980"), Nal::other);  // another layer
    EXPECT_EQ(kind("26"), Nal::other);
}

TEST(Nal, KnowsAFrameThatStandsAlone) {
    EXPECT_TRUE(stands_alone(Codec::h264, hex("00000002 6588")));
    EXPECT_TRUE(stands_alone(Codec::h264, hex("00000003 060600 00000002 6588 00000002 6588")));
    EXPECT_TRUE(stands_alone(Codec::h265, hex("00000003 2a0180"))) << "CRA";
    EXPECT_FALSE(stands_alone(Codec::h264, hex("00000002 4188")));
    EXPECT_FALSE(stands_alone(Codec::h265, hex("00000003 020180")));
    EXPECT_FALSE(stands_alone(Codec::h264, hex("00000002 6588 00000009 6588"))) << "cut off";
    EXPECT_FALSE(stands_alone(Codec::h264, {}));
}

TEST(Nal, FindsTheRecoveryPointBehindOtherMessages) {
    EXPECT_EQ(classify(Codec::h264, hex("0606018480")), Nal::recovery_sei);
    EXPECT_EQ(classify(Codec::h264, hex("06050411223344060184 80")), Nal::recovery_sei);
    EXPECT_EQ(classify(Codec::h264, hex("0605041122334480")), Nal::other);
    EXPECT_EQ(classify(Codec::h264, hex("06050f11")), Nal::other);  // longer than the NAL unit
    // Emulation prevention bytes do not count for the length of a message.
    EXPECT_EQ(classify(Codec::h264, hex("060504000003000006018480")), Nal::recovery_sei);
    EXPECT_EQ(classify(Codec::h265, hex("4e0106018480")), Nal::recovery_sei);
    EXPECT_EQ(classify(Codec::h265, hex("500106018480")), Nal::other);  // suffix SEI
}

TEST(Nal, KnowsWhereAPictureBegins) {
    EXPECT_TRUE(begins_picture(Codec::h264, hex("658884")));
    EXPECT_FALSE(begins_picture(Codec::h264, hex("650284")));
    EXPECT_FALSE(begins_picture(Codec::h264, hex("038884")));  // partition B
    EXPECT_FALSE(begins_picture(Codec::h264, hex("678884")));
    EXPECT_FALSE(begins_picture(Codec::h264, hex("65")));
    EXPECT_TRUE(begins_picture(Codec::h265, hex("2601af")));
    EXPECT_FALSE(begins_picture(Codec::h265, hex("26012f")));
    EXPECT_FALSE(begins_picture(Codec::h265, hex("2601")));
}

TEST(AnnexB, SplitsWithoutStartCodesAndTrailingZeros) {
    EXPECT_THAT(split_annexb(hex("0000000167420000 00016801 0000 00000141ff0000")),
                ElementsAre(hex("6742"), hex("6801"), hex("41ff")));
    EXPECT_THAT(split_annexb(hex("ffff000001650102")), ElementsAre(hex("650102")));
    EXPECT_THAT(split_annexb(hex("00000100000100000165")), ElementsAre(hex("65")));  // empty units are no units
    EXPECT_THAT(split_annexb(hex("65010203")), ElementsAre());
    EXPECT_THAT(split_annexb(hex("000001")), ElementsAre());
    EXPECT_THAT(split_annexb({}), ElementsAre());
}

TEST(LengthPrefixed, StopsAtALengthThatDoesNotFit) {
    std::vector<Bytes> seen;
    const auto run = [&](std::string_view data, int size) {
        seen.clear();
        return for_each_length_prefixed(hex(data), size, [&](ByteView nal) { seen.emplace_back(nal.begin(), nal.end()); });
    };
    EXPECT_TRUE(run("00000002650100000001ff", 4));
    EXPECT_THAT(seen, ElementsAre(hex("6501"), hex("ff")));
    EXPECT_TRUE(run("0002650100000001ff", 2));
    EXPECT_THAT(seen, ElementsAre(hex("6501"), hex("ff")));
    EXPECT_EQ(run("000000026501ffffffff00", 4).error().code, errc::malformed);
    EXPECT_THAT(seen, ElementsAre(hex("6501")));
    EXPECT_EQ(run("00000001650000", 4).error().code, errc::malformed);
    EXPECT_EQ(run("00", 5).error().code, errc::invalid_argument);
}

TEST(ParameterSets, ReplaceTheOneWithTheSameId) {
    // From the SDP of a Dahua camera, and a picture set with another id.
    const auto sps = hex("6764001facb402802dd2");
    ParameterSets sets;
    EXPECT_FALSE(sets.update(Codec::h264, hex("6588")));
    EXPECT_TRUE(sets.update(Codec::h264, sps));
    EXPECT_FALSE(sets.update(Codec::h264, sps));
    EXPECT_FALSE(sets.complete(Codec::h264));
    EXPECT_TRUE(sets.update(Codec::h264, hex("68ce3c80")));  // id 0
    EXPECT_TRUE(sets.complete(Codec::h264));
    EXPECT_TRUE(sets.update(Codec::h264, hex("684e3c80")));  // id 1
    EXPECT_EQ(sets.pps.size(), 2U);
    EXPECT_TRUE(sets.update(Codec::h264, hex("68ce3880")));  // id 0, changed
    EXPECT_THAT(sets.pps, ElementsAre(hex("68ce3880"), hex("684e3c80")));
    EXPECT_FALSE(sets.update(Codec::h264, hex("67")));  // unreadable
    EXPECT_FALSE(sets.update(Codec::h264, hex("40010c")));
    EXPECT_TRUE(sets.vps.empty());
}

// The first track that the sets of an Annex B file give.
Result<Track> track_of(Codec codec, const std::string& path, ParameterSets* out = nullptr) {
    ParameterSets sets;
    for_each_annexb(test::read_file(path), [&](ByteView nal) {
        if (!sets.complete(codec)) sets.update(codec, nal);
    });
    if (out != nullptr) *out = sets;
    return make_track(codec, sets);
}

// Sizes, aspect and codec as ffprobe shows them; reorder as the VUI says, or bounded by the references (test_scalinglist_jm:
// 16).
struct Known {
    const char* file;
    int width, height, sar_num, sar_den, reorder;
    const char* codec;
};

class KnownStreams : public testing::TestWithParam<Known> {};

TEST_P(KnownStreams, AreDescribed) {
    const auto& known = GetParam();
    VANTAGE_MEDIA_OR_SKIP(path, std::string("odd/") + known.file);
    const auto codec = std::string_view(known.file).starts_with("h265") ? Codec::h265 : Codec::h264;
    ParameterSets sets;
    const auto track = track_of(codec, path, &sets);
    ASSERT_TRUE(track) << track.error().message;
    EXPECT_EQ(track->width, known.width);
    EXPECT_EQ(track->height, known.height);
    EXPECT_EQ(track->sar_num, known.sar_num);
    EXPECT_EQ(track->sar_den, known.sar_den);
    EXPECT_EQ(track->reorder_depth, known.reorder);
    EXPECT_EQ(codec_string(*track), known.codec);
    int length_size = 0;
    EXPECT_EQ(parse_config(codec, track->config, length_size).value(), sets);
    EXPECT_EQ(length_size, 4);
}

INSTANTIATE_TEST_SUITE_P(Files, KnownStreams,
                         testing::Values(Known{"h264/SarVui.264", 176, 144, 80, 33, 0, "avc1.420015"},
                                         Known{"h264/CVFC1_Sony_C.jsv", 300, 168, 1, 1, 0, "avc1.42e01f"},
                                         Known{"h264/CI1_FT_B.264", 352, 288, 1, 1, 0, "avc1.42e014"},
                                         Known{"h264/MR2_TANDBERG_E.264", 176, 144, 1, 1, 0, "avc1.42a01f"},
                                         Known{"h264/Zhling_1280x720.264", 1280, 720, 1, 1, 0, "avc1.42c01f"},
                                         Known{"h264/jm_1080p_allslice.264", 1920, 1080, 1, 1, 0, "avc1.420034"},
                                         Known{"h264/test_scalinglist_jm.264", 320, 192, 1, 1, 4, "avc1.640028"},
                                         Known{"h264/bear_no_iframe_start.h264", 320, 180, 1, 1, 1, "avc1.64000d"},
                                         Known{"h264/vpf_test_res_change.h264", 848, 464, 1, 1, 2, "avc1.64001f"},
                                         Known{"h265/girlshy.h265", 316, 240, 5790, 5767, 2, "hvc1.1.6.L60.90"}),
                         [](const auto& parameters) {
                             std::string name = parameters.param.file;
                             std::replace_if(name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
                             return name;
                         });

// What encoders of cameras put into their session descriptions.
TEST(Sps, OfCameras) {
    const auto track = [](Codec codec, std::initializer_list<const char*> nals) {
        ParameterSets sets;
        for (const auto* nal : nals) sets.update(codec, hex(nal));
        return make_track(codec, sets);
    };
    const auto h264 = track(Codec::h264, {"6764001facb402802dd2", "68ce3c80"});
    ASSERT_TRUE(h264);
    EXPECT_EQ(h264->width, 1280);
    EXPECT_EQ(h264->height, 720);
    EXPECT_EQ(codec_string(*h264), "avc1.64001f");
    EXPECT_EQ(h264->config, hex("0164001fffe1000a6764001facb402802dd201000468ce3c80fdf8f800"));
    EXPECT_EQ(track(Codec::h264, {"68ce3c80"}).error().code, errc::malformed);
    EXPECT_EQ(track(Codec::mjpeg, {}).error().code, errc::unsupported);
}

TEST(Sps, H265HasProfileDepthAndLayersInItsRecord) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/h265/girlshy.h265");
    const auto track = track_of(Codec::h265, path);
    ASSERT_TRUE(track);
    const auto& record = track->config;
    EXPECT_EQ(record[0], 1);
    EXPECT_EQ(record[1], 1);                             // Main, main tier
    EXPECT_EQ(load_u32(record.data() + 2), 0x60000000);  // compatible with Main and Main 10
    EXPECT_EQ(record[12], 60);                           // level 2
    EXPECT_EQ(record[16], 0xfd);                         // 4:2:0
    EXPECT_EQ(record[17], 0xf8);                         // 8 bit
    EXPECT_EQ(record[18], 0xf8);
    EXPECT_EQ(record[21] & 3, 3);
    EXPECT_EQ(record[22], 3);  // arrays
}

// Every prefix and many flips of real sets: no crash, no read outside (ASan), no absurd size.
TEST(Sps, SurvivesHostileBytes) {
    for (const auto& [codec, file] :
         {std::pair{Codec::h264, "odd/h264/vpf_test_res_change.h264"}, std::pair{Codec::h265, "odd/h265/girlshy.h265"}}) {
        VANTAGE_MEDIA_OR_SKIP(path, file);
        ParameterSets sets;
        ASSERT_TRUE(track_of(codec, path, &sets));
        std::mt19937 random(7);
        int readable = 0;
        for (int round = 0; round < 4000; ++round) {
            auto damaged = sets;
            auto& sps = damaged.sps.front();
            if (round < static_cast<int>(sps.size())) sps.resize(static_cast<std::size_t>(round));
            for (int flips = round % 4; flips > 0 && !sps.empty(); --flips)
                sps[random() % sps.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
            const auto track = make_track(codec, damaged);
            if (!track) continue;
            ++readable;
            EXPECT_TRUE(track->width > 0 && track->width <= 16384 && track->height > 0 && track->height <= 32768);
            EXPECT_TRUE(track->reorder_depth >= 0 && track->reorder_depth <= 16);
        }
        EXPECT_GT(readable, 1000);
    }
}

TEST(ConfigRecord, RefusesWhatIsCutOff) {
    const auto whole = hex("0164001fffe1000a6764001facb402802dd201000468ce3c80fdf8f800");
    int length_size = 0;
    for (std::size_t size = 0; size < whole.size() - 4; ++size)
        EXPECT_FALSE(parse_config(Codec::h264, ByteView(whole).first(size), length_size)) << size;
    EXPECT_TRUE(parse_config(Codec::h264, ByteView(whole).first(whole.size() - 4), length_size));  // written without chroma
    Bytes hvcc(23, 0);
    hvcc[22] = 2;
    EXPECT_EQ(parse_config(Codec::h265, hvcc, length_size).error().code, errc::malformed);
    EXPECT_FALSE(parse_config(Codec::aac, hvcc, length_size));
}

}  // namespace
}  // namespace vantage::h26x
