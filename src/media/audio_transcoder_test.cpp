// SPDX-License-Identifier: Apache-2.0
#include "media/audio_transcoder.hpp"

#include "media/libav.hpp"
#include "media/test_media.hpp"
#include "media/test_packets.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace vantage {
namespace {

using namespace std::chrono_literals;

const MediaTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 12h};
constexpr int kRate = 8000;
constexpr int kPacket = 160;  // samples: 20 ms, as cameras send
constexpr Ticks kPacketTime{1800};

Track source(Codec codec, int bits = 0) {
    Track track;
    track.codec = codec;
    track.sample_rate = kRate;
    track.channels = 1;
    track.bits_per_sample = bits;
    return track;
}

// Silence, and from sample `from` to `to` a tone of 440 Hz.
std::vector<std::int16_t> tone(int from, int to, int samples) {
    std::vector<std::int16_t> out(static_cast<std::size_t>(samples));
    for (int i = from; i < to; ++i)
        out[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(12000 * std::sin(i * 440 * 6.283185 / kRate));
    return out;
}

// Coded packets of 20 ms, made by FFmpeg's encoders.
std::vector<Bytes> code(const Track& track, const std::vector<std::int16_t>& samples) {
    libav::initialize();
    const auto id = track.codec == Codec::g726 ? AV_CODEC_ID_ADPCM_G726LE : libav::id_of(track.codec);
    const auto* codec = avcodec_find_encoder(id);
    libav::CodecPtr context(avcodec_alloc_context3(codec));
    context->sample_rate = kRate;
    context->sample_fmt = AV_SAMPLE_FMT_S16;
    context->bit_rate = kRate * track.bits_per_sample;
    context->bits_per_coded_sample = track.bits_per_sample;
    context->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
    av_channel_layout_default(&context->ch_layout, 1);
    EXPECT_GE(avcodec_open2(context.get(), codec, nullptr), 0);
    std::vector<Bytes> out;
    for (std::size_t at = 0; at + kPacket <= samples.size(); at += kPacket) {
        auto frame = libav::make_frame();
        frame->format = AV_SAMPLE_FMT_S16;
        frame->sample_rate = kRate;
        frame->nb_samples = kPacket;
        av_channel_layout_default(&frame->ch_layout, 1);
        EXPECT_GE(av_frame_get_buffer(frame.get(), 0), 0);
        std::memcpy(frame->data[0], samples.data() + at, kPacket * sizeof(std::int16_t));
        EXPECT_GE(avcodec_send_frame(context.get(), frame.get()), 0);
        const auto packet = libav::make_packet();
        EXPECT_GE(avcodec_receive_packet(context.get(), packet.get()), 0);
        out.emplace_back(packet->data, packet->data + packet->size);
    }
    return out;
}

struct Coded {
    MediaTime pts;
    Bytes data;
};

// A player: decodes AAC and tells when sound of some loudness was heard.
class Listener {
  public:
    explicit Listener(const Track& track) : rate_(track.sample_rate) {
        const auto* codec = avcodec_find_decoder(AV_CODEC_ID_AAC);
        context_.reset(avcodec_alloc_context3(codec));
        context_->extradata = static_cast<std::uint8_t*>(av_mallocz(track.config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        context_->extradata_size = static_cast<int>(track.config.size());
        std::copy(track.config.begin(), track.config.end(), context_->extradata);
        EXPECT_GE(avcodec_open2(context_.get(), codec, nullptr), 0);
    }
    void hear(const Coded& coded) {
        auto packet = libav::make_packet();
        av_new_packet(packet.get(), static_cast<int>(coded.data.size()));
        std::copy(coded.data.begin(), coded.data.end(), packet->data);
        ASSERT_GE(avcodec_send_packet(context_.get(), packet.get()), 0);
        auto frame = libav::make_frame();
        while (avcodec_receive_frame(context_.get(), frame.get()) >= 0) {
            const auto* samples = reinterpret_cast<const float*>(frame->data[0]);
            for (int i = 0; i < frame->nb_samples; ++i) {
                if (std::abs(samples[i]) < 0.1F) continue;
                const auto at = coded.pts + Ticks{i * std::int64_t{90000} / rate_};
                if (!first) first = at;
                last = at;
            }
        }
    }
    std::optional<MediaTime> first, last;

  private:
    int rate_;
    libav::CodecPtr context_;
};

double ms(Ticks span) {
    return std::chrono::duration<double, std::milli>(span).count();
}

// What comes out when packet n has time `at(n)`; packets for which `at` gives nothing are lost on the way.
std::vector<Coded> run(AudioTranscoder& transcoder, const std::vector<Bytes>& packets,
                       const std::function<std::optional<MediaTime>(int)>& at) {
    std::vector<Coded> out;
    for (std::size_t n = 0; n < packets.size(); ++n)
        if (const auto time = at(static_cast<int>(n))) {
            const auto keep = [&](MediaTime pts, Bytes data) { out.push_back({pts, std::move(data)}); };
            EXPECT_TRUE(transcoder.push(*time, packets[n], keep));
        }
    for (std::size_t i = 1; i < out.size(); ++i) EXPECT_LT(out[i - 1].pts, out[i].pts);
    return out;
}

std::optional<MediaTime> regular(int n) {
    return kStart + kPacketTime * n;
}

class TelephoneCodecs : public testing::TestWithParam<std::pair<Codec, int>> {};

TEST_P(TelephoneCodecs, SoundIsHeardWhenItWasMade) {
    const auto in = source(GetParam().first, GetParam().second);
    auto transcoder = AudioTranscoder::make(in);
    ASSERT_TRUE(transcoder) << transcoder.error().message;
    const auto& track = (*transcoder)->track();
    EXPECT_EQ(codec_string(track), "mp4a.40.2");
    EXPECT_EQ(track.sample_rate, 16000);
    EXPECT_EQ(track.channels, 1);
    const auto out = run(**transcoder, code(in, tone(8000, 16000, 24000)), regular);  // sounds from 1 s to 2 s of 3 s
    EXPECT_NEAR(static_cast<double>(out.size()), 3000 / 64.0, 2);
    Listener listener(track);
    for (const auto& coded : out) listener.hear(coded);
    ASSERT_TRUE(listener.first);
    EXPECT_NEAR(ms(*listener.first - kStart), 1000, 5);
    EXPECT_NEAR(ms(*listener.last - kStart), 2000, 5);
}

INSTANTIATE_TEST_SUITE_P(All, TelephoneCodecs,
                         testing::Values(std::pair{Codec::pcma, 0}, std::pair{Codec::pcmu, 0}, std::pair{Codec::g726, 2},
                                         std::pair{Codec::g726, 3}, std::pair{Codec::g726, 4}, std::pair{Codec::g726, 5}));

TEST(AudioTranscoder, FollowsTimesThatAreSteered) {
    const auto in = source(Codec::pcma);
    auto transcoder = AudioTranscoder::make(in).value();
    // The camera's clock runs 500 ppm slow for a minute: 30 ms by the end, which are in the times of the packets.
    const auto out = run(*transcoder, code(in, tone(472000, 480000, 480000)),
                         [](int n) { return kStart + Ticks{static_cast<std::int64_t>(n * 1800 * 1.0005)}; });
    Listener listener(transcoder->track());
    for (const auto& coded : out) listener.hear(coded);
    EXPECT_NEAR(ms(*listener.first - kStart), 59000 * 1.0005, 5);
    for (std::size_t i = 1; i < out.size(); ++i) EXPECT_NEAR(ms(out[i].pts - out[i - 1].pts), 64, 1);
}

TEST(AudioTranscoder, FillsALostSpanWithSilence) {
    const auto in = source(Codec::pcmu);
    auto transcoder = AudioTranscoder::make(in).value();
    const auto packets = code(in, tone(12000, 16000, 16000));
    const auto out =
        run(*transcoder, packets, [](int n) { return n >= 30 && n < 50 ? std::nullopt : regular(n); });  // 400 ms
    Listener listener(transcoder->track());
    for (const auto& coded : out) listener.hear(coded);
    EXPECT_NEAR(ms(*listener.first - kStart), 1500, 5);
    for (std::size_t i = 1; i < out.size(); ++i) EXPECT_NEAR(ms(out[i].pts - out[i - 1].pts), 64, 1) << i;  // no hole left
}

TEST(AudioTranscoder, BeginsAfreshAfterALongHole) {
    const auto in = source(Codec::pcmu);
    auto transcoder = AudioTranscoder::make(in).value();
    const auto later = [](int n) { return n < 50 ? regular(n) : std::optional{kStart + 1h + kPacketTime * n}; };
    const auto out = run(*transcoder, code(in, tone(12000, 16000, 16000)), later);
    Listener listener(transcoder->track());
    for (const auto& coded : out) listener.hear(coded);
    EXPECT_NEAR(ms(*listener.first - kStart - 1h), 1500, 5);
    for (const auto& coded : out) EXPECT_TRUE(coded.pts < kStart + 1100ms || coded.pts > kStart + 1h + 900ms);
}

TEST(AudioTranscoder, NeverGoesBack) {
    const auto in = source(Codec::pcma);
    auto transcoder = AudioTranscoder::make(in).value();
    const auto back = [](int n) { return n < 100 ? regular(n) : std::optional{kStart + kPacketTime * (n - 60)}; };
    EXPECT_GT(run(*transcoder, code(in, tone(0, 16000, 32000)), back).size(), 35U);  // run() checks the order
}

TEST(AudioTranscoder, RefusesWhatItCannotDo) {
    EXPECT_EQ(AudioTranscoder::make(source(Codec::aac)).error().code, errc::unsupported);
    EXPECT_EQ(AudioTranscoder::make(source(Codec::g726, 6)).error().code, errc::invalid_argument);
    auto silent = source(Codec::pcma);
    silent.sample_rate = 0;
    EXPECT_EQ(AudioTranscoder::make(silent).error().code, errc::invalid_argument);
}

TEST(AudioTranscoder, SurvivesOddPackets) {
    auto transcoder = AudioTranscoder::make(source(Codec::g726, 3)).value();
    std::size_t count = 0;
    for (int n = 0; n < 2000; ++n)
        (void)transcoder->push(*regular(n), Bytes(static_cast<std::size_t>(n % 97), static_cast<std::uint8_t>(n)),
                               [&](MediaTime, const Bytes& data) { count += data.size(); });
    EXPECT_GT(count, 0U);
}

TEST(AudioTranscoder, TakesARealRecording) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/h264_pcma.mkv");
    const auto clip = test::read_clip(path, kStart);
    ASSERT_TRUE(clip.tracks.audio);
    auto transcoder = AudioTranscoder::make(*clip.tracks.audio).value();
    std::vector<MediaTime> times;
    const auto in = clip.only(TrackKind::audio);
    for (const auto& packet : in)
        ASSERT_TRUE(transcoder->push(packet->dts, packet->data, [&](MediaTime pts, const Bytes&) { times.push_back(pts); }));
    ASSERT_GT(times.size(), 10U);
    EXPECT_NEAR(ms(times.back() - in.back()->dts), -96, 100);  // at most three packets are inside
    EXPECT_NEAR(ms(times.front() - in.front()->dts), -64, 1);  // the encoder's delay
}

}  // namespace
}  // namespace vantage
