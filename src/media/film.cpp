// SPDX-License-Identifier: Apache-2.0
#include "media/film.hpp"

#include "media/scaler.hpp"
#include "media/video_encoder.hpp"

#include <algorithm>
#include <cstring>

namespace vantage {
namespace {

constexpr int kLeast = 16;
constexpr std::uint8_t kBlack = 16, kNoColour = 128;
constexpr Ticks kSecond{90000};

int even(std::int64_t pixels, int most) {
    return static_cast<int>(std::clamp<std::int64_t>((pixels + 1) & ~std::int64_t{1}, 2, most & ~1));
}

// With square pixels, as large as fits.
PictureSize fit(const AVFrame& picture, const Track& track, PictureSize into) {
    const auto width = std::max<std::int64_t>(1, std::int64_t{picture.width} * track.sar_num / std::max(track.sar_den, 1));
    const auto height = std::max<std::int64_t>(1, picture.height);
    if (width * into.height <= height * into.width)
        return {even(width * into.height / height, into.width), into.height & ~1};
    return {into.width & ~1, even(height * into.width / width, into.height)};
}

void copy_plane(const AVFrame& from, AVFrame& to, int plane, int x, int y, int width, int height) {
    for (int row = 0; row < height; ++row)
        std::memcpy(to.data[plane] + std::ptrdiff_t{y + row} * to.linesize[plane] + x,
                    from.data[plane] + std::ptrdiff_t{row} * from.linesize[plane], static_cast<std::size_t>(width));
}

}  // namespace

PictureSize film_size(const Picture& picture, PictureSize most) {
    const auto& frame = picture.frame();
    const auto& track = picture.track();
    const auto width = std::int64_t{frame.width} * track.sar_num / std::max(track.sar_den, 1);
    PictureSize own{static_cast<int>(std::clamp<std::int64_t>(width & ~std::int64_t{1}, kLeast, 8192)),
                    std::clamp(frame.height & ~1, kLeast, 8192)};
    if (own.width <= most.width && own.height <= most.height) return own;
    own = fit(frame, track, most);
    return {std::max(own.width, kLeast), std::max(own.height, kLeast)};
}

class Film::Impl {
  public:
    Impl(const FilmOptions& options, std::unique_ptr<VideoEncoder> encoder)
        : options_(options), encoder_(std::move(encoder)) {}

    Status add(const Picture& picture);
    Result<std::vector<FilmFrame>> finish();
    [[nodiscard]] const Track& track() const { return encoder_->track(); }

  private:
    Result<const AVFrame*> framed(const AVFrame& picture);
    void take(std::vector<EncodedFrame> frames);

    const FilmOptions options_;
    const std::unique_ptr<VideoEncoder> encoder_;
    libav::Scaler scaler_;
    libav::FramePtr canvas_;  // with black beside the picture
    std::int64_t added_{0};
    std::vector<FilmFrame> out_;
};

void Film::Impl::take(std::vector<EncodedFrame> frames) {
    for (auto& frame : frames) out_.push_back({frame.key, std::move(frame.data)});
}

Result<const AVFrame*> Film::Impl::framed(const AVFrame& picture) {
    const auto [width, height] = options_.size;
    if (picture.width == width && picture.height == height) return &picture;
    if (!canvas_) {
        canvas_ = libav::make_frame();
        canvas_->width = width;
        canvas_->height = height;
        canvas_->format = AV_PIX_FMT_YUV420P;
        if (const int code = av_frame_get_buffer(canvas_.get(), 0); code < 0) return libav::error(code, "hold a picture");
    }
    for (int plane = 0; plane < 3; ++plane)
        std::memset(
            canvas_->data[plane], plane == 0 ? kBlack : kNoColour,
            static_cast<std::size_t>(canvas_->linesize[plane]) * static_cast<std::size_t>(plane == 0 ? height : height / 2));
    // On whole pairs of pixels, so that the colours stay where they belong.
    const int x = (width - picture.width) / 4 * 2, y = (height - picture.height) / 4 * 2;
    copy_plane(picture, *canvas_, 0, x, y, picture.width, picture.height);
    for (const int plane : {1, 2}) copy_plane(picture, *canvas_, plane, x / 2, y / 2, picture.width / 2, picture.height / 2);
    return canvas_.get();
}

Status Film::Impl::add(const Picture& picture) {
    const auto& frame = picture.frame();
    auto from = libav::kind_of(frame);
    if (picture.track().codec == Codec::mjpeg) from.matrix = SWS_CS_ITU601;  // JFIF
    const auto size = fit(frame, picture.track(), options_.size);
    const libav::PictureKind to{.width = size.width, .height = size.height, .matrix = SWS_CS_ITU709};
    const auto scaled = from == to ? Result<const AVFrame*>(&frame) : scaler_.scale(frame, from, to);
    if (!scaled) return scaled.error();
    const auto shown = framed(**scaled);
    if (!shown) return shown.error();
    const auto& view = **shown;
    auto frames = encoder_->encode({.planes = {view.data[0], view.data[1], view.data[2]},
                                    .strides = {view.linesize[0], view.linesize[1], view.linesize[2]}},
                                   kSecond * added_ / options_.fps);
    if (!frames) return frames.error();
    ++added_;
    take(std::move(*frames));
    return {};
}

Result<std::vector<FilmFrame>> Film::Impl::finish() {
    auto rest = encoder_->finish();
    if (!rest) return rest.error();
    take(std::move(*rest));
    return std::move(out_);
}

Film::Film(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Film::~Film() = default;

Result<std::unique_ptr<Film>> Film::open(const FilmOptions& options) {
    auto encoder = VideoEncoder::open({.width = options.size.width,
                                       .height = options.size.height,
                                       .fps_num = options.fps,
                                       .gop = 250,
                                       .crf = options.crf,
                                       .preset = options.preset,
                                       .zero_latency = false});
    if (!encoder) return encoder.error();
    return std::unique_ptr<Film>(new Film(std::make_unique<Impl>(options, std::move(*encoder))));
}

Status Film::add(const Picture& picture) {
    return impl_->add(picture);
}
Result<std::vector<FilmFrame>> Film::finish() {
    return impl_->finish();
}
const Track& Film::track() const {
    return impl_->track();
}

}  // namespace vantage
