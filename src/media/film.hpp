// SPDX-License-Identifier: Apache-2.0
// Single pictures of any size and codec become H.264 of one size, one frame each: what a timelapse is made of. A picture of
// another shape is shown whole, with black beside it. One thread at a time, which it keeps busy: some 20 ms a picture of
// 1920x1080. It knows nothing of times: frame n is shown n-th.
#pragma once
#include "media/picture.hpp"
#include "media/video_transcoder.hpp"

#include <memory>
#include <vector>

namespace vantage {

struct FilmOptions {
    PictureSize size;  // even, 16 to 8192
    int fps{25};       // that it will be shown with, for the encoder's sense of rates
    int crf{24};
    std::string preset{"veryfast"};
};

struct FilmFrame {
    bool key{false};
    Bytes data;  // as Packet::data
};

// The size of a film whose first picture this is: its shape with square pixels, within `most`, never enlarged.
PictureSize film_size(const Picture& picture, PictureSize most);

class Film {
  public:
    // Equal options give equal tracks, so that frames of several may follow each other. Errors: those of VideoEncoder.
    static Result<std::unique_ptr<Film>> open(const FilmOptions& options);
    ~Film();
    Film(const Film&) = delete;
    Film& operator=(const Film&) = delete;

    // An error concerns this picture: go on with the next.
    Status add(const Picture& picture);
    // All frames, one a picture in their order, the first a key frame. Then nothing more can be added.
    Result<std::vector<FilmFrame>> finish();
    [[nodiscard]] const Track& track() const;

  private:
    class Impl;
    explicit Film(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vantage
