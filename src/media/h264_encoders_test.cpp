// SPDX-License-Identifier: Apache-2.0
#include "media/h264_encoders.hpp"

#include "media/encoder_input.hpp"
#include "media/video_encoder.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

// Holds on a machine without any hardware and on one with: what is found encodes, and what is not says why.
TEST(H264Encoders, WhatIsFoundEncodesAndTheRestSaysWhyNot) {
    const auto probe = probe_h264_encoder();
    for (const auto& why : probe.refused) EXPECT_NE(why.find(": "), std::string::npos) << why;
    if (probe.found == H264Encoder::x264) {
        EXPECT_EQ(probe.refused.size(), kH264Encoders.size() - 1);
    }
    auto encoder = VideoEncoder::open({.width = 640, .height = 360, .max_bitrate = 500'000, .encoder = probe.found});
    ASSERT_TRUE(encoder) << encoder.error().message;
}

TEST(H264Encoders, ThatWhichIsNotThereFallsBack) {
    bool missing = false;
    for (const auto wanted : kH264Encoders) {
        if (wanted == H264Encoder::x264) continue;
        const auto probe = probe_h264_encoder(wanted);
        if (probe.found == wanted) continue;
        missing = true;
        EXPECT_EQ(probe.found, H264Encoder::x264);
        ASSERT_EQ(probe.refused.size(), 1U);
        EXPECT_TRUE(probe.refused[0].starts_with(std::string(to_string(wanted)) + ": ")) << probe.refused[0];
    }
    EXPECT_TRUE(missing) << "no machine has all four";
}

TEST(H264Encoders, HardwareTakesThePlanesInterleaved) {
    libav::CodecPtr codec{avcodec_alloc_context3(nullptr)};
    codec->width = 32;
    codec->height = 16;
    auto input = libav::EncoderInput::attach(H264Encoder::nvenc, *codec).value();
    EXPECT_EQ(codec->pix_fmt, AV_PIX_FMT_NV12);
    Bytes y(48 * 16), u(20 * 8), v(20 * 8);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::uint8_t>(i);
    for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<std::uint8_t>(i);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<std::uint8_t>(100 + i);
    const auto* frame = input.load({.planes = {y.data(), u.data(), v.data()}, .strides = {48, 20, 20}}).value();
    for (int row = 0; row < 16; ++row) EXPECT_EQ(frame->data[0][row * frame->linesize[0] + 31], y[row * 48U + 31]);
    for (int row = 0; row < 8; ++row) {
        EXPECT_EQ(frame->data[1][row * frame->linesize[1] + 30], u[row * 20U + 15]);
        EXPECT_EQ(frame->data[1][row * frame->linesize[1] + 31], v[row * 20U + 15]);
    }
}

}  // namespace
}  // namespace vantage
