// SPDX-License-Identifier: Apache-2.0
#include "media/video_transcoder.hpp"

#include "media/picture_decoder.hpp"
#include "media/scaler.hpp"
#include "media/video_encoder.hpp"

#include <fmt/format.h>

namespace vantage {
namespace {

constexpr int kGopWithoutEnd = 1 << 20;  // frames: key frames come by time

}  // namespace

class VideoTranscoder::Impl {
  public:
    Impl(libav::PictureDecoder decoder, VideoTranscoderOptions options, Out out)
        : decoder_(std::move(decoder)), options_(std::move(options)), out_(std::move(out)) {}

    Status push(MediaTime pts, ByteView data);

  private:
    Status fit_encoder(int width, int height);

    libav::PictureDecoder decoder_;
    const VideoTranscoderOptions options_;
    const Out out_;
    libav::Scaler scaler_;
    std::unique_ptr<VideoEncoder> encoder_;
    int width_{0}, height_{0};  // of encoder_
    MediaTime origin_;          // the encoder's time 0
    std::optional<MediaTime> last_, last_key_;
};

// Says the new track when the size has changed.
Status VideoTranscoder::Impl::fit_encoder(int width, int height) {
    if (encoder_ && width == width_ && height == height_) return {};
    auto encoder = VideoEncoder::open({.width = width,
                                       .height = height,
                                       .gop = kGopWithoutEnd,
                                       .crf = options_.crf,
                                       .preset = options_.preset,
                                       .bt601 = true});
    if (!encoder) return encoder.error();
    encoder_ = std::move(*encoder);
    width_ = width;
    height_ = height;
    last_key_.reset();
    out_.on_track(encoder_->track());
    return {};
}

Status VideoTranscoder::Impl::push(MediaTime pts, ByteView data) {
    if (last_ && pts <= *last_) return {};
    const auto picture = decoder_.decode(data);
    if (!picture) return picture.error();
    auto from = libav::kind_of(**picture);
    from.matrix = SWS_CS_ITU601;  // JFIF
    from.width &= ~1;             // H.264 counts in pairs: an odd last column or row is cut off
    from.height &= ~1;
    if (auto fits = fit_encoder(from.width, from.height); !fits) return fits;
    const auto scaled = scaler_.scale(**picture, from, {.width = from.width, .height = from.height});
    if (!scaled) return scaled.error();
    const bool key = !last_key_ || pts - *last_key_ >= options_.key_interval;
    if (!last_key_) origin_ = pts;
    last_ = pts;
    const auto& view = **scaled;
    auto frames = encoder_->encode({.planes = {view.data[0], view.data[1], view.data[2]},
                                    .strides = {view.linesize[0], view.linesize[1], view.linesize[2]}},
                                   pts - origin_, key);
    if (!frames) return frames.error();
    for (auto& frame : *frames) {
        if (frame.key) last_key_ = origin_ + frame.pts;
        out_.on_frame(origin_ + frame.pts, frame.key, std::move(frame.data));
    }
    return {};
}

VideoTranscoder::VideoTranscoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VideoTranscoder::~VideoTranscoder() = default;

Result<std::unique_ptr<VideoTranscoder>> VideoTranscoder::make(const Track& in, VideoTranscoderOptions options, Out out) {
    if (in.codec != Codec::mjpeg) return fail(errc::unsupported, fmt::format("{} is not transcoded", to_string(in.codec)));
    auto decoder = libav::PictureDecoder::open(in);
    if (!decoder) return decoder.error();
    auto impl = std::make_unique<Impl>(std::move(*decoder), std::move(options), std::move(out));
    return std::unique_ptr<VideoTranscoder>(new VideoTranscoder(std::move(impl)));
}

Status VideoTranscoder::push(MediaTime pts, ByteView data) {
    return impl_->push(pts, data);
}

}  // namespace vantage
