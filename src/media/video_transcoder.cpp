// SPDX-License-Identifier: Apache-2.0
#include "media/video_transcoder.hpp"

#include "media/scaler.hpp"
#include "media/video_decoder.hpp"
#include "media/video_encoder.hpp"

#include <fmt/format.h>

#include <cmath>
#include <thread>

namespace vantage {
namespace {

constexpr int kGopWithoutEnd = 1 << 20;  // frames: key frames come by time
constexpr int kAssumedFps = 30;          // what x264 is told, so that the parameters depend on the size alone
constexpr int kOneThread = 1920 * 1088;  // pixels that one thread encodes at any camera's rate

// For up to 60 pictures a second (ITU-T H.264 table A-1): what x264 would choose depends on the rate.
int level_of(PictureSize size) {
    const int blocks = ((size.width + 15) / 16) * ((size.height + 15) / 16);
    if (blocks <= 1620) return 31;
    if (blocks <= 3600) return 32;
    if (blocks <= 8192) return 42;
    if (blocks <= 14400) return 51;
    return 52;
}

// JPEG keeps its colours as they are; everything else becomes BT.709.
VideoEncoderOptions encoder_options(const Track& in, PictureSize size, const VideoTranscoderOptions& options) {
    VideoEncoderOptions out{.width = size.width,
                            .height = size.height,
                            .fps_num = kAssumedFps,
                            .gop = kGopWithoutEnd,
                            .crf = options.crf,
                            .level = level_of(size),
                            .sar_num = in.sar_num,
                            .sar_den = in.sar_den,
                            .preset = options.preset,
                            .bt601 = in.codec == Codec::mjpeg,
                            .encoder = options.encoder};
    // Bits a frame are what x264 budgets: at the assumed rate the bound is as many times larger as frames are rarer.
    if (options.fps > 0) {
        out.buffer = cap_of(size.width, size.height);
        out.max_bitrate = std::llround(static_cast<double>(out.buffer) * kAssumedFps / options.fps);
    }
    if (size.width * size.height > kOneThread)
        out.threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 4);
    return out;
}

}  // namespace

std::int64_t cap_of(int width, int height) {
    return std::clamp<std::int64_t>(std::int64_t{width} * height * 5 / 2, 200'000, 16'000'000);
}

// H.264 counts in pairs: an odd last column or row is cut off.
PictureSize fit_height(PictureSize from, int max_height) {
    if (max_height <= 0 || from.height <= max_height) return {from.width & ~1, from.height & ~1};
    const auto width = (std::int64_t{from.width} * max_height / from.height + 1) & ~std::int64_t{1};
    return {std::max(16, static_cast<int>(width)), max_height & ~1};
}

Result<Track> transcoded_track(const Track& in, const VideoTranscoderOptions& options) {
    if (in.kind() != TrackKind::video) return fail(errc::unsupported, "only pictures are transcoded");
    const auto encoder =
        VideoEncoder::open(encoder_options(in, fit_height({in.width, in.height}, options.max_height), options));
    if (!encoder) return encoder.error();
    return (*encoder)->track();
}

class VideoTranscoder::Impl {
  public:
    Impl(Track in, libav::VideoDecoder decoder, VideoTranscoderOptions options, Out out)
        : in_(std::move(in)), decoder_(std::move(decoder)), options_(std::move(options)), out_(std::move(out)) {}

    Status push(MediaTime pts, ByteView data, bool key);
    Status finish();

  private:
    Status show(const AVFrame& picture, MediaTime pts, bool source_key);
    Status fit_encoder(PictureSize size);

    const Track in_;
    libav::VideoDecoder decoder_;
    const VideoTranscoderOptions options_;
    const Out out_;
    libav::Scaler scaler_;
    std::unique_ptr<VideoEncoder> encoder_;
    PictureSize size_;                 // of encoder_
    bool announced_{false};            // its track
    std::optional<MediaTime> origin_;  // the encoder's time 0
    std::optional<MediaTime> last_, last_key_;
};

Status VideoTranscoder::Impl::fit_encoder(PictureSize size) {
    if (encoder_ && size == size_) return {};
    auto encoder = VideoEncoder::open(encoder_options(in_, size, options_));
    if (!encoder) return encoder.error();
    encoder_ = std::move(*encoder);
    size_ = size;
    announced_ = false;
    origin_.reset();
    last_key_.reset();
    return {};
}

Status VideoTranscoder::Impl::show(const AVFrame& picture, MediaTime pts, bool source_key) {
    if (last_ && pts <= *last_) return {};
    auto from = libav::kind_of(picture);
    if (in_.codec == Codec::mjpeg) from.matrix = SWS_CS_ITU601;  // JFIF
    from.width &= ~1;
    from.height &= ~1;
    const auto size = fit_height({from.width, from.height}, options_.max_height);
    if (auto fits = fit_encoder(size); !fits) return fits;
    const libav::PictureKind to{
        .width = size.width, .height = size.height, .matrix = in_.codec == Codec::mjpeg ? SWS_CS_ITU601 : SWS_CS_ITU709};
    const auto scaled = from == to ? Result<const AVFrame*>(&picture) : scaler_.scale(picture, from, to);
    if (!scaled) return scaled.error();
    const bool due = !last_key_ || pts - *last_key_ >= options_.key_interval;
    if (!origin_) origin_ = pts;
    last_ = pts;
    const auto& view = **scaled;
    auto frames = encoder_->encode({.planes = {view.data[0], view.data[1], view.data[2]},
                                    .strides = {view.linesize[0], view.linesize[1], view.linesize[2]}},
                                   pts - *origin_, due || (source_key && options_.keys_of_source));
    if (!frames) return frames.error();
    for (auto& frame : *frames) {
        if (!std::exchange(announced_, true)) out_.on_track(encoder_->track());
        if (frame.key) last_key_ = *origin_ + frame.pts;
        out_.on_frame(*origin_ + frame.pts, frame.key, std::move(frame.data));
    }
    return {};
}

Status VideoTranscoder::Impl::push(MediaTime pts, ByteView data, bool key) {
    return decoder_.push(pts, key, data,
                         [this](const AVFrame& picture, MediaTime at, bool was_key) { return show(picture, at, was_key); });
}

Status VideoTranscoder::Impl::finish() {
    auto done =
        decoder_.drain([this](const AVFrame& picture, MediaTime at, bool was_key) { return show(picture, at, was_key); });
    last_key_.reset();
    return done;
}

VideoTranscoder::VideoTranscoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VideoTranscoder::~VideoTranscoder() = default;

Result<std::unique_ptr<VideoTranscoder>> VideoTranscoder::make(const Track& in, VideoTranscoderOptions options, Out out) {
    auto decoder = libav::VideoDecoder::open(in);
    if (!decoder) return decoder.error();
    auto impl = std::make_unique<Impl>(in, std::move(*decoder), std::move(options), std::move(out));
    return std::unique_ptr<VideoTranscoder>(new VideoTranscoder(std::move(impl)));
}

Status VideoTranscoder::push(MediaTime pts, ByteView data, bool key) {
    return impl_->push(pts, data, key);
}
Status VideoTranscoder::finish() {
    return impl_->finish();
}

}  // namespace vantage
