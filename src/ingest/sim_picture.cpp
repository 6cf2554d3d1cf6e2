// SPDX-License-Identifier: Apache-2.0
#include "ingest/sim_picture.hpp"

#include "ingest/sim_font.hpp"
#include "media/time_code.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace vantage::ingest {
namespace {

constexpr std::array<std::array<std::uint8_t, 3>, 6> kColours{
    {{180, 60, 150}, {140, 100, 190}, {150, 170, 80}, {200, 90, 110}, {120, 150, 160}, {170, 128, 60}}};

// A place on a path between two walls that is passed `seconds` a time, at constant speed.
int bounce(UtcTime time, milliseconds period, int range) {
    const auto phase = static_cast<double>(time.time_since_epoch().count() % (2000LL * period.count())) /
                       (1000.0 * static_cast<double>(period.count()));
    return static_cast<int>(std::lround((phase < 1 ? phase : 2 - phase) * range));
}

}  // namespace

SimPicture::SimPicture(SimPictureOptions options) : options_(std::move(options)) {
    const auto luma = static_cast<std::size_t>(options_.width) * static_cast<std::size_t>(options_.height);
    ground_ = {std::vector<std::uint8_t>(luma), std::vector<std::uint8_t>(luma / 4), std::vector<std::uint8_t>(luma / 4)};
    paint_ground();
    planes_ = ground_;
}

void SimPicture::paint_ground() {
    const int width = options_.width;
    const int height = options_.height;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            ground_[0][static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] =
                static_cast<std::uint8_t>(45 + 50 * y / height + ((x * 16 / width + y * 9 / height) % 2) * 10);
    const auto& tint = kColours.at(static_cast<std::size_t>(options_.seed) % kColours.size());
    std::fill(ground_[1].begin(), ground_[1].end(), static_cast<std::uint8_t>(128 + (tint[1] - 128) / 4));
    std::fill(ground_[2].begin(), ground_[2].end(), static_cast<std::uint8_t>(128 + (tint[2] - 128) / 4));
}

void SimPicture::fill_row(int y, int from, int to, Colour colour) {
    from = std::clamp(from, 0, options_.width);
    to = std::clamp(to, 0, options_.width);
    if (y < 0 || y >= options_.height || from >= to) return;
    std::memset(planes_[0].data() + std::ptrdiff_t{y} * options_.width + from, colour.y,
                static_cast<std::size_t>(to - from));
    if (y % 2 != 0) return;
    const auto chroma = std::ptrdiff_t{y / 2} * chroma_width() + from / 2;
    const auto count = static_cast<std::size_t>((to + 1) / 2 - from / 2);
    std::memset(planes_[1].data() + chroma, colour.u, count);
    std::memset(planes_[2].data() + chroma, colour.v, count);
}

void SimPicture::fill_rectangle(int x, int y, int width, int height, Colour colour) {
    for (int row = y; row < y + height; ++row) fill_row(row, x, x + width, colour);
}

void SimPicture::fill_disc(int x, int y, int radius, Colour colour) {
    for (int dy = -radius; dy <= radius; ++dy) {
        const int half = static_cast<int>(std::sqrt(static_cast<double>(radius * radius - dy * dy)));
        fill_row(y + dy, x - half, x + half + 1, colour);
    }
}

void SimPicture::draw_text(int x, int y, int scale, const std::string& text) {
    const int step = (kGlyphWidth + 1) * scale;
    fill_rectangle(x - scale, y - scale, static_cast<int>(text.size()) * step + scale, (kGlyphHeight + 2) * scale,
                   {16, 128, 128});
    for (const char c : text) {
        const auto& glyph = glyph_of(c);
        for (int row = 0; row < kGlyphHeight; ++row)
            for (int column = 0; column < kGlyphWidth; ++column)
                if ((glyph.at(static_cast<std::size_t>(row)) >> (kGlyphWidth - 1 - column) & 1) != 0)
                    fill_rectangle(x + column * scale, y + row * scale, scale, scale, {235, 128, 128});
        x += step;
    }
}

void SimPicture::draw_shapes(UtcTime time) {
    const int unit = std::max(4, std::min(options_.width, options_.height) / 12);
    const int top = options_.height / 3;
    const int tall = options_.height - top - 2 * unit;
    for (int i = 0; i < 3; ++i) {
        const auto& c = kColours.at(static_cast<std::size_t>(options_.seed + i * 2) % kColours.size());
        const Colour colour{c[0], c[1], c[2]};
        const int x = bounce(time, milliseconds{3100 + 700 * ((i + options_.seed) % 4)}, options_.width - 2 * unit);
        const int y = top + bounce(time, milliseconds{2300 + 500 * ((2 * i + options_.seed) % 5)}, tall);
        if (i == 0) {
            fill_disc(x + unit, y + unit, unit, colour);
        } else {
            fill_rectangle(x, y, unit * (i + 1), unit * 2 / i, colour);
        }
    }
    // A hand that turns once a second shows at a glance that the picture lives.
    const double angle = 2 * std::numbers::pi * static_cast<double>(time.time_since_epoch().count() % 1'000'000) / 1e6;
    const int cx = options_.width - 2 * unit;
    const int cy = 2 * unit + time_code::strip_height(options_.height);
    fill_disc(cx, cy, unit, {16, 128, 128});
    fill_disc(cx + static_cast<int>(0.7 * unit * std::sin(angle)), cy - static_cast<int>(0.7 * unit * std::cos(angle)),
              unit / 4 + 1, {235, 128, 128});
}

PictureView SimPicture::draw(UtcTime time) {
    for (std::size_t i = 0; i < 3; ++i) std::memcpy(planes_.at(i).data(), ground_.at(i).data(), ground_.at(i).size());
    draw_shapes(time);
    const auto whole = std::chrono::floor<seconds>(time);
    const auto clock =
        fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                    std::chrono::duration_cast<milliseconds>(time - whole).count());
    const int scale = std::max(1, options_.width / 320);
    const int top = time_code::strip_height(options_.height) + 4 * scale;
    draw_text(8 * scale, top, scale, clock);
    if (!options_.name.empty()) draw_text(8 * scale, top + 12 * scale, scale, options_.name);
    const int strip = time_code::strip_height(options_.height);
    fill_rectangle(0, 0, options_.width, strip, {16, 128, 128});
    time_code::write({planes_[0].data(), options_.width, options_.height, options_.width}, {time, options_.seed & 1023});
    return {{planes_[0].data(), planes_[1].data(), planes_[2].data()}, {options_.width, chroma_width(), chroma_width()}};
}

}  // namespace vantage::ingest
