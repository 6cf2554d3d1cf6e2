// SPDX-License-Identifier: Apache-2.0
// A clip as an animated GIF that can be posted anywhere: small, with a palette made for it, each picture at its own time. A
// few megabytes at most: what would be larger is made again with fewer and smaller pictures. Decodes the whole clip; blocks
// for about a quarter of its length. One thread a GIF.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <filesystem>
#include <stop_token>

namespace vantage {

struct GifOptions {
    int side{480};               // pixels, of the longer one at most; never enlarged
    int most_pictures{120};      // of a longer clip fewer a second are taken
    Ticks least_distance{5850};  // 65 ms between two
    std::size_t most_bytes{6U << 20};
};

struct Gif {
    Bytes data;
    int width{0};
    int height{0};
    int pictures{0};
};

// `clip`: a file; the pictures from its beginning to `length`, where the last one ends. errc::malformed when none can be
// decoded, cancelled.
Result<Gif> make_gif(const std::filesystem::path& clip, Ticks length, const GifOptions& options,
                     const std::stop_token& stop);

}  // namespace vantage
