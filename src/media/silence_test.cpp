// SPDX-License-Identifier: Apache-2.0
#include "media/silence.hpp"

#include "media/libav.hpp"
#include "media/silent_audio.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

struct Heard {
    int samples{0};
    int channels{0};
    float loudest{0};
    int errors{0};
};

// What a foreign decoder makes of some of these frames.
Heard decode(const Track& track, const Silence& silence, int frames) {
    libav::initialize();
    libav::CodecPtr context(avcodec_alloc_context3(avcodec_find_decoder(libav::id_of(track.codec))));
    context->sample_rate = track.sample_rate;
    av_channel_layout_default(&context->ch_layout, track.channels);
    context->extradata = static_cast<std::uint8_t*>(av_mallocz(track.config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    std::copy(track.config.begin(), track.config.end(), context->extradata);
    context->extradata_size = static_cast<int>(track.config.size());
    context->request_sample_fmt = AV_SAMPLE_FMT_FLTP;
    context->err_recognition = AV_EF_EXPLODE;
    EXPECT_GE(avcodec_open2(context.get(), context->codec, nullptr), 0);
    Heard heard;
    for (int i = 0; i < frames; ++i) {
        auto packet = libav::make_packet();
        EXPECT_GE(av_new_packet(packet.get(), static_cast<int>(silence.frame.size())), 0);
        std::copy(silence.frame.begin(), silence.frame.end(), packet->data);
        if (avcodec_send_packet(context.get(), packet.get()) < 0) ++heard.errors;
        auto frame = libav::make_frame();
        while (avcodec_receive_frame(context.get(), frame.get()) >= 0) {
            EXPECT_EQ(frame->format, AV_SAMPLE_FMT_FLTP);
            heard.channels = frame->ch_layout.nb_channels;
            heard.samples += frame->nb_samples;
            for (int channel = 0; channel < heard.channels; ++channel) {
                const auto* data = reinterpret_cast<const float*>(frame->extended_data[channel]);
                for (int at = 0; at < frame->nb_samples; ++at) heard.loudest = std::max(heard.loudest, std::abs(data[at]));
            }
        }
    }
    return heard;
}

Track aac(Bytes config, int rate, int channels) {
    Track track;
    track.codec = Codec::aac;
    track.config = std::move(config);
    track.sample_rate = rate;
    track.channels = channels;
    return track;
}

TEST(Silence, DecodesToSilenceOfItsLength) {
    Track opus;
    opus.codec = Codec::opus;
    opus.config = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0};
    opus.sample_rate = 48000;
    opus.channels = 2;
    for (const auto& track : {aac({0x12, 0x10}, 44100, 2), aac({0x14, 0x08}, 16000, 1), aac({0x11, 0x90}, 48000, 2),
                              make_silent_audio().value().track, opus}) {
        const auto silence = silence_of(track);
        ASSERT_TRUE(silence);
        const auto heard = decode(track, *silence, 20);
        EXPECT_EQ(heard.errors, 0);
        EXPECT_EQ(heard.channels, track.channels);
        EXPECT_NEAR(heard.samples, silence->samples * 20, silence->samples);
        EXPECT_LT(heard.loudest, 1e-6F);
    }
}

TEST(Silence, FramesFollowOneAnotherWithoutDrift) {
    const auto silence = silence_of(aac({0x12, 0x10}, 44100, 2)).value();
    EXPECT_EQ(silence.after(0), Ticks{0});
    EXPECT_EQ(silence.after(1), Ticks{2089});  // 2089.8
    EXPECT_EQ(silence.after(44100), Ticks{1024 * 90000});
}

TEST(Silence, IsNotToldOfWhatIsCodedOtherwise) {
    EXPECT_FALSE(silence_of(aac({0x2b, 0x92, 0x08, 0x00}, 48000, 2)));        // HE-AAC
    EXPECT_FALSE(silence_of(aac({0x13, 0x10, 0x56, 0xe5, 0x98}, 22050, 2)));  // with SBR behind
    EXPECT_FALSE(silence_of(aac({0x12, 0x30}, 44100, 6)));
    EXPECT_FALSE(silence_of(aac({0x12}, 44100, 2)));
    EXPECT_FALSE(silence_of(aac({0x12, 0x14}, 44100, 2)));  // 960 samples
}

}  // namespace
}  // namespace vantage
