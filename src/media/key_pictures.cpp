// SPDX-License-Identifier: Apache-2.0
#include "media/key_pictures.hpp"

#include "media/jpeg_encoder.hpp"
#include "media/picture_decoder.hpp"

namespace vantage {
namespace {

constexpr int kDraftFrom = 2;  // times smaller than the source: what draft decoding leaves out cannot be seen

}  // namespace

class KeyPictures::Impl {
  public:
    Impl(Track track, libav::PictureDecoder decoder, const JpegOptions& options)
        : track_(std::move(track)), decoder_(std::move(decoder)), encoder_(options) {}

    Result<Bytes> jpeg(ByteView key_frame) {
        const auto picture = decoder_.decode(key_frame);
        if (!picture) return picture.error();
        return encoder_.encode(**picture, track_);
    }

  private:
    const Track track_;
    libav::PictureDecoder decoder_;
    libav::JpegEncoder encoder_;
};

KeyPictures::KeyPictures(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyPictures::~KeyPictures() = default;

Result<std::unique_ptr<KeyPictures>> KeyPictures::open(const Track& track, const JpegOptions& options) {
    if (auto good = libav::JpegEncoder::check(options); !good) return good.error();
    auto decoder = libav::PictureDecoder::open(track, track.width >= kDraftFrom * options.max_width);
    if (!decoder) return decoder.error();
    return std::unique_ptr<KeyPictures>(new KeyPictures(std::make_unique<Impl>(track, std::move(*decoder), options)));
}

Result<Bytes> KeyPictures::jpeg(ByteView key_frame) {
    return impl_->jpeg(key_frame);
}

}  // namespace vantage
