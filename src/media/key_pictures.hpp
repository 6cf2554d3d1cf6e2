// SPDX-License-Identifier: Apache-2.0
// Key frames of one track to small JPEGs, one in, one out; keeps its decoder and encoder in between. One thread at a time,
// which it keeps busy. A single one: jpeg.hpp; every picture: picture_stream.hpp.
#pragma once
#include "media/jpeg.hpp"

#include <memory>

namespace vantage {

class KeyPictures {
  public:
    // errc::unsupported for a codec that is not decoded, malformed for H.264 and H.265 without parameters,
    // invalid_argument for a size that cannot be.
    static Result<std::unique_ptr<KeyPictures>> open(const Track& track, const JpegOptions& options);
    ~KeyPictures();
    KeyPictures(const KeyPictures&) = delete;
    KeyPictures& operator=(const KeyPictures&) = delete;

    // `key_frame` as Packet::data. errc::malformed when nothing can be seen in it.
    [[nodiscard]] Result<Bytes> jpeg(ByteView key_frame);

  private:
    class Impl;
    explicit KeyPictures(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vantage
