// SPDX-License-Identifier: Apache-2.0
#include "media/jpeg.hpp"

#include "media/jpeg_encoder.hpp"
#include "media/picture_decoder.hpp"

namespace vantage {

Result<Bytes> make_jpeg(const Track& track, ByteView data, const JpegOptions& options) {
    if (auto good = libav::JpegEncoder::check(options); !good) return good.error();
    auto decoder = libav::PictureDecoder::open(track);
    if (!decoder) return decoder.error();
    const auto picture = decoder->decode(data);
    if (!picture) return picture.error();
    return libav::JpegEncoder(options).encode(**picture, track);
}

}  // namespace vantage
