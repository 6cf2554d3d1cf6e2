// SPDX-License-Identifier: Apache-2.0
#include "media/video_encoder.hpp"

#include "media/h26x.hpp"
#include "media/libav.hpp"
#include "media/time_code.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

struct Picture {
    int width, height;
    std::vector<std::uint8_t> luma = std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height, 60);
    std::vector<std::uint8_t> chroma = std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height / 4, 128);
    [[nodiscard]] PictureView view() const {
        return {{luma.data(), chroma.data(), chroma.data()}, {width, width / 2, width / 2}};
    }
};

const UtcTime kStart{microseconds{1'795'202'645'000'000}};
constexpr Ticks kFrame{3600};

std::vector<EncodedFrame> encode(VideoEncoder& encoder, Picture picture, int count) {
    std::vector<EncodedFrame> out;
    for (int i = 0; i < count; ++i) {
        time_code::write({picture.luma.data(), picture.width, picture.height, picture.width},
                         {kStart + i * milliseconds{40}, i});
        auto frames = encoder.encode(picture.view(), kFrame * i).value();
        std::move(frames.begin(), frames.end(), std::back_inserter(out));
    }
    auto rest = encoder.finish().value();
    std::move(rest.begin(), rest.end(), std::back_inserter(out));
    return out;
}

// Decodes and reads the time code of each picture.
std::vector<std::optional<time_code::Code>> decode(const Track& track, const std::vector<EncodedFrame>& frames) {
    libav::CodecPtr codec{avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264))};
    codec->extradata = static_cast<std::uint8_t*>(av_mallocz(track.config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    std::copy(track.config.begin(), track.config.end(), codec->extradata);
    codec->extradata_size = static_cast<int>(track.config.size());
    EXPECT_GE(avcodec_open2(codec.get(), nullptr, nullptr), 0);
    std::vector<std::optional<time_code::Code>> out;
    const auto picture = libav::make_frame();
    const auto drain = [&] {
        while (avcodec_receive_frame(codec.get(), picture.get()) >= 0)
            out.push_back(time_code::read({picture->data[0], picture->width, picture->height, picture->linesize[0]}));
    };
    for (const auto& frame : frames) {
        const auto packet = libav::make_packet();
        EXPECT_GE(av_new_packet(packet.get(), static_cast<int>(frame.data.size())), 0);
        std::copy(frame.data.begin(), frame.data.end(), packet->data);
        EXPECT_GE(avcodec_send_packet(codec.get(), packet.get()), 0);
        drain();
    }
    avcodec_send_packet(codec.get(), nullptr);
    drain();
    return out;
}

TEST(VideoEncoder, KeyFramesComeAtTheChosenDistanceAndTimesAreHandedThrough) {
    auto encoder = VideoEncoder::open({.width = 320, .height = 240, .gop = 10}).value();
    const auto frames = encode(*encoder, {320, 240}, 25);
    ASSERT_EQ(frames.size(), 25U);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_EQ(frames[i].key, i % 10 == 0) << i;
        EXPECT_EQ(frames[i].pts, kFrame * i);
        EXPECT_EQ(frames[i].dts, kFrame * i);
        bool parameter_sets = false;
        const auto walked = h26x::for_each_length_prefixed(frames[i].data, 4, [&](ByteView nal) {
            const auto kind = h26x::classify(Codec::h264, nal);
            parameter_sets |= kind == h26x::Nal::sps || kind == h26x::Nal::pps;
        });
        EXPECT_TRUE(walked);
        EXPECT_FALSE(parameter_sets);
    }
    EXPECT_EQ(encoder->track().width, 320);
    EXPECT_EQ(encoder->track().height, 240);
}

TEST(VideoEncoder, AForcedKeyFrameIsOne) {
    auto encoder = VideoEncoder::open({.width = 64, .height = 64, .gop = 100}).value();
    const Picture picture{64, 64};
    EXPECT_TRUE(encoder->encode(picture.view(), Ticks{0}).value().at(0).key);
    EXPECT_FALSE(encoder->encode(picture.view(), kFrame).value().at(0).key);
    EXPECT_TRUE(encoder->encode(picture.view(), kFrame * 2, true).value().at(0).key);
}

TEST(VideoEncoder, EveryTimeCodeSurvivesALowRate) {
    auto encoder = VideoEncoder::open({.width = 320, .height = 180, .gop = 50, .bitrate = 150'000}).value();
    const auto frames = encode(*encoder, {320, 180}, 100);
    const auto codes = decode(encoder->track(), frames);
    ASSERT_EQ(codes.size(), 100U);
    for (int i = 0; i < 100; ++i) {
        const time_code::Code expected{kStart + i * milliseconds{40}, i};
        EXPECT_EQ(codes[static_cast<std::size_t>(i)], expected) << i;
    }
}

TEST(VideoEncoder, BFramesKeepDecodeOrder) {
    auto encoder = VideoEncoder::open(
                       {.width = 320, .height = 240, .gop = 25, .preset = "veryfast", .zero_latency = false, .b_frames = 2})
                       .value();
    const auto frames = encode(*encoder, {320, 240}, 25);
    ASSERT_EQ(frames.size(), 25U);
    for (std::size_t i = 1; i < frames.size(); ++i) EXPECT_LT(frames[i - 1].dts, frames[i].dts);
    for (const auto& frame : frames) EXPECT_GE(frame.pts, frame.dts);
}

TEST(VideoEncoder, OddSizesAreRefused) {
    EXPECT_EQ(VideoEncoder::open({.width = 321, .height = 240}).error().code, errc::invalid_argument);
    EXPECT_EQ(VideoEncoder::open({.width = 0, .height = 0}).error().code, errc::invalid_argument);
}

}  // namespace
}  // namespace vantage
