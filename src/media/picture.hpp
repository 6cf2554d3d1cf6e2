// SPDX-License-Identifier: Apache-2.0
// One decoded picture, apart from the decoder that it came from, to be encoded as an image of any size. Immutable; safe from
// any thread. Encoding takes some ten milliseconds (PNG: some hundred), so never on a thread that waits for sockets.
#pragma once
#include "base/time.hpp"
#include "media/jpeg.hpp"

#include <memory>

struct AVFrame;

namespace vantage {

class Picture {
  public:
    // `track` says its aspect.
    static Result<std::shared_ptr<const Picture>> keep(const AVFrame& picture, const Track& track, MediaTime time);
    ~Picture();
    Picture(const Picture&) = delete;
    Picture& operator=(const Picture&) = delete;

    [[nodiscard]] MediaTime time() const { return time_; }
    [[nodiscard]] std::size_t bytes() const;  // in memory, about

    // With square pixels, no wider than `max_width`, never enlarged.
    [[nodiscard]] Result<Bytes> jpeg(const JpegOptions& options) const;
    [[nodiscard]] Result<Bytes> png(int max_width) const;

    // For the .cpp files of media/.
    [[nodiscard]] const AVFrame& frame() const;
    [[nodiscard]] const Track& track() const;

  private:
    class Impl;
    Picture(std::unique_ptr<const Impl> impl, MediaTime time);
    const std::unique_ptr<const Impl> impl_;
    const MediaTime time_;
};
using PicturePtr = std::shared_ptr<const Picture>;

}  // namespace vantage
