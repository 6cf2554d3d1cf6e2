// SPDX-License-Identifier: Apache-2.0
#include "media/audio_transcoder.hpp"

#include <fmt/format.h>

extern "C" {
#include <libavutil/audio_fifo.h>
}

#include "media/libav.hpp"
#include "media/sample_clock.hpp"

namespace vantage {
namespace {

constexpr Ticks kJitter{3600};         // 40 ms: times this near to the counted ones are followed, not repaired
constexpr Ticks kFilled{90000};        // 1 s: holes up to here are filled with silence
constexpr int kTelephoneRate = 16000;  // what lower rates become: players know it, and a packet is 64 ms
constexpr int kBitsPerSample = 2;

using FifoPtr = std::unique_ptr<AVAudioFifo, libav::FreeBy<av_audio_fifo_free>>;

int rate_of_output(int rate) {
    if (rate <= kTelephoneRate) return kTelephoneRate;
    for (const int known : {22050, 24000, 32000, 44100, 48000})
        if (rate == known) return rate;
    return 48000;
}

}  // namespace

class AudioTranscoder::Impl {
  public:
    Status open(const Track& in);
    Status push(MediaTime pts, ByteView data, const Out& out);
    [[nodiscard]] const Track& track() const { return track_; }

  private:
    Status open_decoder(const Track& in);
    Status open_encoder();
    Status restart();
    Status resample(const AVFrame* frame);
    Status take_decoded(MediaTime pts, const Out& out);
    Status fill(std::int64_t samples);
    Status encode(const Out& out);
    void emit(const Out& out);

    libav::CodecPtr decoder_, encoder_;
    libav::SwrPtr resampler_;
    FifoPtr fifo_;
    libav::FramePtr decoded_{libav::make_frame()}, resampled_{libav::make_frame()}, input_{libav::make_frame()};
    libav::AvPacketPtr packet_{libav::make_packet()};
    Track track_;
    SampleClock clock_{1};           // counts samples of the input
    std::int64_t decoded_count_{0};  // samples of the input since the last restart
    std::int64_t encoded_count_{0};  // samples of the output given to the encoder
    std::optional<MediaTime> last_out_;
};

Status AudioTranscoder::Impl::open(const Track& in) {
    if (in.codec != Codec::pcma && in.codec != Codec::pcmu && in.codec != Codec::g726)
        return fail(errc::unsupported, fmt::format("{} is not transcoded", to_string(in.codec)));
    if (in.sample_rate < 4000 || in.sample_rate > 192000 || in.channels < 1 || in.channels > 2)
        return fail(errc::invalid_argument,
                    fmt::format("audio of {} Hz and {} channels cannot be", in.sample_rate, in.channels));
    if (in.codec == Codec::g726 && (in.bits_per_sample < 2 || in.bits_per_sample > 5 || in.channels != 1))
        return fail(errc::invalid_argument, "G.726 has one channel and 2 to 5 bits a sample");
    clock_ = SampleClock(in.sample_rate);
    if (auto opened = open_decoder(in); !opened) return opened;
    track_.codec = Codec::aac;
    track_.sample_rate = rate_of_output(in.sample_rate);
    track_.channels = in.channels;
    if (auto opened = restart(); !opened) return opened;
    track_.config.assign(encoder_->extradata, encoder_->extradata + encoder_->extradata_size);
    return {};
}

Status AudioTranscoder::Impl::open_decoder(const Track& in) {
    // RTP packs G.726 from the low bit on (RFC 3551 4.5.4), which FFmpeg calls little endian.
    const auto id = in.codec == Codec::g726 ? AV_CODEC_ID_ADPCM_G726LE : libav::id_of(in.codec);
    const auto* codec = avcodec_find_decoder(id);
    if (codec == nullptr) return fail(errc::unsupported, fmt::format("this FFmpeg does not decode {}", to_string(in.codec)));
    decoder_.reset(avcodec_alloc_context3(codec));
    decoder_->sample_rate = in.sample_rate;
    decoder_->bits_per_coded_sample = in.codec == Codec::g726 ? in.bits_per_sample : 8;
    av_channel_layout_default(&decoder_->ch_layout, in.channels);
    if (const int code = avcodec_open2(decoder_.get(), codec, nullptr); code < 0)
        return libav::error(code, fmt::format("open the {} decoder", to_string(in.codec)));
    return {};
}

Status AudioTranscoder::Impl::open_encoder() {
    const auto* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    if (codec == nullptr) return fail(errc::unsupported, "this FFmpeg does not encode AAC");
    encoder_.reset(avcodec_alloc_context3(codec));
    encoder_->sample_rate = track_.sample_rate;
    encoder_->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder_->bit_rate = std::int64_t{track_.sample_rate} * track_.channels * kBitsPerSample;
    encoder_->time_base = {1, track_.sample_rate};
    encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&encoder_->ch_layout, track_.channels);
    if (const int code = avcodec_open2(encoder_.get(), codec, nullptr); code < 0)
        return libav::error(code, fmt::format("open an AAC encoder for {} Hz", track_.sample_rate));
    return {};
}

// Forgets all sound: what comes next has nothing to do with what came before.
Status AudioTranscoder::Impl::restart() {
    if (auto opened = open_encoder(); !opened) return opened;
    SwrContext* resampler = nullptr;
    const int code = swr_alloc_set_opts2(&resampler, &encoder_->ch_layout, AV_SAMPLE_FMT_FLTP, track_.sample_rate,
                                         &decoder_->ch_layout, decoder_->sample_fmt, decoder_->sample_rate, 0, nullptr);
    resampler_.reset(resampler);
    if (code < 0) return libav::error(code, "prepare the audio resampler");
    if (const int begun = swr_init(resampler); begun < 0) return libav::error(begun, "prepare the audio resampler");
    fifo_.reset(av_audio_fifo_alloc(AV_SAMPLE_FMT_FLTP, track_.channels, 4096));
    if (!fifo_) throw std::bad_alloc{};
    clock_.clear();
    decoded_count_ = encoded_count_ = 0;
    return {};
}

Status AudioTranscoder::Impl::push(MediaTime pts, ByteView data, const Out& out) {
    if (data.empty()) return {};
    if (const int code = av_new_packet(packet_.get(), static_cast<int>(data.size())); code < 0)
        return libav::error(code, "hold an audio packet");
    std::copy(data.begin(), data.end(), packet_->data);
    const int sent = avcodec_send_packet(decoder_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (sent < 0) return libav::error(sent, "decode an audio packet");
    while (avcodec_receive_frame(decoder_.get(), decoded_.get()) >= 0) {
        if (auto taken = take_decoded(pts, out); !taken) return taken;
        pts += clock_.span(decoded_->nb_samples);
    }
    return {};
}

Status AudioTranscoder::Impl::take_decoded(MediaTime pts, const Out& out) {
    if (!clock_.empty()) {
        const auto hole = pts - clock_.expect(decoded_count_);
        if (hole > kFilled || hole < -kFilled) {
            if (auto begun = restart(); !begun) return begun;
        } else if (hole > kJitter) {
            if (auto filled = fill(clock_.samples(hole)); !filled) return filled;
        }
    }
    clock_.anchor(decoded_count_, pts);
    decoded_count_ += decoded_->nb_samples;
    if (auto resampled = resample(decoded_.get()); !resampled) return resampled;
    return encode(out);
}

Status AudioTranscoder::Impl::fill(std::int64_t samples) {
    auto silence = libav::make_frame();
    silence->format = decoder_->sample_fmt;
    silence->sample_rate = decoder_->sample_rate;
    silence->nb_samples = static_cast<int>(samples);
    av_channel_layout_copy(&silence->ch_layout, &decoder_->ch_layout);
    if (const int code = av_frame_get_buffer(silence.get(), 0); code < 0) return libav::error(code, "make silence");
    av_samples_set_silence(silence->extended_data, 0, silence->nb_samples, decoder_->ch_layout.nb_channels,
                           decoder_->sample_fmt);
    decoded_count_ += samples;
    return resample(silence.get());
}

Status AudioTranscoder::Impl::resample(const AVFrame* frame) {
    av_frame_unref(resampled_.get());
    resampled_->format = AV_SAMPLE_FMT_FLTP;
    resampled_->sample_rate = track_.sample_rate;
    av_channel_layout_copy(&resampled_->ch_layout, &encoder_->ch_layout);
    if (const int code = swr_convert_frame(resampler_.get(), resampled_.get(), frame); code < 0)
        return libav::error(code, "resample audio");
    void* const* planes = reinterpret_cast<void**>(resampled_->extended_data);
    if (av_audio_fifo_write(fifo_.get(), const_cast<void**>(planes), resampled_->nb_samples) < resampled_->nb_samples)
        throw std::bad_alloc{};
    return {};
}

Status AudioTranscoder::Impl::encode(const Out& out) {
    const int size = encoder_->frame_size;
    while (av_audio_fifo_size(fifo_.get()) >= size) {
        av_frame_unref(input_.get());
        input_->format = AV_SAMPLE_FMT_FLTP;
        input_->sample_rate = track_.sample_rate;
        input_->nb_samples = size;
        input_->pts = encoded_count_;
        av_channel_layout_copy(&input_->ch_layout, &encoder_->ch_layout);
        if (const int code = av_frame_get_buffer(input_.get(), 0); code < 0) return libav::error(code, "encode AAC");
        av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(input_->extended_data), size);
        encoded_count_ += size;
        if (const int code = avcodec_send_frame(encoder_.get(), input_.get()); code < 0)
            return libav::error(code, "encode AAC");
        while (avcodec_receive_packet(encoder_.get(), packet_.get()) >= 0) emit(out);
    }
    return {};
}

// FFmpeg has taken its encoder's delay out of the packet's pts: the first one lies before the first sample.
void AudioTranscoder::Impl::emit(const Out& out) {
    const auto pts = clock_.at(packet_->pts * decoder_->sample_rate / track_.sample_rate);
    Bytes data(packet_->data, packet_->data + packet_->size);
    av_packet_unref(packet_.get());
    if (last_out_ && pts <= *last_out_) return;
    last_out_ = pts;
    out(pts, std::move(data));
}

AudioTranscoder::AudioTranscoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AudioTranscoder::~AudioTranscoder() = default;

Result<std::unique_ptr<AudioTranscoder>> AudioTranscoder::make(const Track& in) {
    libav::initialize();
    auto impl = std::make_unique<Impl>();
    if (auto opened = impl->open(in); !opened) return opened.error();
    return std::unique_ptr<AudioTranscoder>(new AudioTranscoder(std::move(impl)));
}

Status AudioTranscoder::push(MediaTime pts, ByteView data, const Out& out) {
    return impl_->push(pts, data, out);
}

const Track& AudioTranscoder::track() const {
    return impl_->track();
}

}  // namespace vantage
