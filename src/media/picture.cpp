// SPDX-License-Identifier: Apache-2.0
#include "media/picture.hpp"

#include "media/jpeg_encoder.hpp"
#include "media/png_encoder.hpp"

namespace vantage {

class Picture::Impl {
  public:
    Impl(libav::FramePtr frame, Track track) : frame_(std::move(frame)), track_(std::move(track)) {}
    const libav::FramePtr frame_;
    const Track track_;
};

Picture::Picture(std::unique_ptr<const Impl> impl, MediaTime time) : impl_(std::move(impl)), time_(time) {}
Picture::~Picture() = default;

Result<PicturePtr> Picture::keep(const AVFrame& picture, const Track& track, MediaTime time) {
    auto frame = libav::make_frame();
    if (const int code = av_frame_ref(frame.get(), &picture); code < 0) return libav::error(code, "keep a picture");
    return PicturePtr(new Picture(std::make_unique<const Impl>(std::move(frame), track), time));
}

std::size_t Picture::bytes() const {
    std::size_t out = 0;
    for (const auto* buffer : impl_->frame_->buf)
        if (buffer != nullptr) out += buffer->size;
    return out;
}

const AVFrame& Picture::frame() const {
    return *impl_->frame_;
}
const Track& Picture::track() const {
    return impl_->track_;
}

Result<Bytes> Picture::jpeg(const JpegOptions& options) const {
    return libav::JpegEncoder(options).encode(*impl_->frame_, impl_->track_);
}
Result<Bytes> Picture::png(int max_width) const {
    return libav::encode_png(*impl_->frame_, impl_->track_, max_width);
}

}  // namespace vantage
