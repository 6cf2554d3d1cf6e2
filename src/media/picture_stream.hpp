// SPDX-License-Identifier: Apache-2.0
// A coded stream to JPEGs: decodes what it is given, and encodes of the newest picture what it is asked for. Keeps its
// decoder and encoders between pictures. One thread at a time, which it keeps busy. One key frame alone: jpeg.hpp.
#pragma once
#include "base/time.hpp"
#include "media/picture.hpp"

#include <functional>
#include <memory>

namespace vantage {

class PictureStream {
  public:
    // Called for each picture that is ready, in the order in which they are shown.
    using OnPicture = std::function<void(MediaTime time)>;

    // More threads: quicker for a run of pictures that lie there, later for each. errc::unsupported for a codec that is not
    // decoded, malformed for H.264 and H.265 without parameters.
    static Result<std::unique_ptr<PictureStream>> open(const Track& track, int threads = 1);
    ~PictureStream();
    PictureStream(const PictureStream&) = delete;
    PictureStream& operator=(const PictureStream&) = delete;

    // In decoding order, from a key frame on. An error concerns this picture: go on with the next.
    Status push(MediaTime pts, bool key, ByteView data, const OnPicture& on_picture = {});
    // Until said otherwise, pictures that no other refers to are not decoded: for the way to a picture that is wanted.
    void only_references(bool only);
    // What waits for others comes out. Goes on at a key frame.
    Status finish(const OnPicture& on_picture = {});

    // Of the newest picture, with square pixels. errc::unavailable before there is one.
    [[nodiscard]] Result<Bytes> jpeg(const JpegOptions& options);
    [[nodiscard]] std::optional<MediaTime> time() const;
    // The newest picture, to keep while decoding goes on. errc::unavailable before there is one.
    [[nodiscard]] Result<PicturePtr> newest() const;

  private:
    class Impl;
    explicit PictureStream(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vantage
