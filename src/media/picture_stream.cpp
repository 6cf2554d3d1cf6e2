// SPDX-License-Identifier: Apache-2.0
#include "media/picture_stream.hpp"

#include "media/jpeg_encoder.hpp"
#include "media/video_decoder.hpp"

namespace vantage {
namespace {

constexpr std::size_t kMostEncoders = 8;  // of different widths; a thousandth of a second to open again

}  // namespace

class PictureStream::Impl {
  public:
    Impl(Track track, libav::VideoDecoder decoder) : track_(std::move(track)), decoder_(std::move(decoder)) {}

    Status push(MediaTime pts, bool key, ByteView data, const OnPicture& on_picture) {
        return decoder_.push(pts, key, data, keep(on_picture));
    }
    Status finish(const OnPicture& on_picture) { return decoder_.drain(keep(on_picture)); }
    void only_references(bool only) { decoder_.only_references(only); }
    Result<Bytes> jpeg(const JpegOptions& options);
    [[nodiscard]] Result<PicturePtr> newest() const {
        if (!time_) return fail(errc::unavailable, "there is no picture yet");
        return Picture::keep(*newest_, track_, *time_);
    }
    [[nodiscard]] std::optional<MediaTime> time() const { return time_; }

  private:
    libav::VideoDecoder::Out keep(const OnPicture& on_picture) {
        return [this, &on_picture](const AVFrame& picture, MediaTime pts, bool) -> Status {
            av_frame_unref(newest_.get());
            if (const int code = av_frame_ref(newest_.get(), &picture); code < 0)
                return libav::error(code, "keep a picture");
            time_ = pts;
            if (on_picture) on_picture(pts);
            return {};
        };
    }

    const Track track_;
    libav::VideoDecoder decoder_;
    libav::FramePtr newest_{libav::make_frame()};
    std::optional<MediaTime> time_;
    std::map<std::pair<int, int>, libav::JpegEncoder> encoders_;  // by width and quality
};

Result<Bytes> PictureStream::Impl::jpeg(const JpegOptions& options) {
    if (!time_) return fail(errc::unavailable, "there is no picture yet");
    const std::pair key{options.max_width, options.quality};
    if (encoders_.size() >= kMostEncoders && !encoders_.contains(key)) encoders_.clear();
    return encoders_.try_emplace(key, options).first->second.encode(*newest_, track_);
}

PictureStream::PictureStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PictureStream::~PictureStream() = default;

Result<std::unique_ptr<PictureStream>> PictureStream::open(const Track& track, int threads) {
    auto decoder = libav::VideoDecoder::open(track, threads);
    if (!decoder) return decoder.error();
    return std::unique_ptr<PictureStream>(new PictureStream(std::make_unique<Impl>(track, std::move(*decoder))));
}

Status PictureStream::push(MediaTime pts, bool key, ByteView data, const OnPicture& on_picture) {
    return impl_->push(pts, key, data, on_picture);
}
Status PictureStream::finish(const OnPicture& on_picture) {
    return impl_->finish(on_picture);
}
void PictureStream::only_references(bool only) {
    impl_->only_references(only);
}
Result<Bytes> PictureStream::jpeg(const JpegOptions& options) {
    return impl_->jpeg(options);
}
std::optional<MediaTime> PictureStream::time() const {
    return impl_->time();
}
Result<PicturePtr> PictureStream::newest() const {
    return impl_->newest();
}

}  // namespace vantage
