// SPDX-License-Identifier: Apache-2.0
// Draws the picture of a synthetic camera: moving shapes on a still ground, a clock and a name that people can read, and the
// time code that programs can read (docs/time-code.md). The same time and options always give the same picture. One thread.
#pragma once
#include "base/time.hpp"
#include "media/video_encoder.hpp"

#include <string>
#include <vector>

namespace vantage::ingest {

struct SimPictureOptions {
    int width{1280};   // even
    int height{720};   // even
    int seed{0};       // colours and paths; also the source number of the time code
    std::string name;  // drawn under the clock: A-Z 0-9 and some punctuation, others as a box
};

class SimPicture {
  public:
    explicit SimPicture(SimPictureOptions options);

    // The planes hold until the next call. About 0.3 ms for 1280x720.
    PictureView draw(UtcTime time);

  private:
    struct Colour {
        std::uint8_t y, u, v;
    };
    using Planes = std::array<std::vector<std::uint8_t>, 3>;

    void paint_ground();
    void draw_shapes(UtcTime time);
    void fill_rectangle(int x, int y, int width, int height, Colour colour);
    void fill_disc(int x, int y, int radius, Colour colour);
    void fill_row(int y, int from, int to, Colour colour);
    void draw_text(int x, int y, int scale, const std::string& text);
    [[nodiscard]] int chroma_width() const { return options_.width / 2; }

    SimPictureOptions options_;
    Planes ground_;
    Planes planes_;
};

}  // namespace vantage::ingest
