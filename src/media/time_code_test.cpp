// SPDX-License-Identifier: Apache-2.0
#include "media/time_code.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace vantage::time_code {
namespace {

struct Picture {
    int width, height;
    std::vector<std::uint8_t> luma = std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height, 90);
    LumaPlane plane() { return {luma.data(), width, height, width}; }
    [[nodiscard]] ConstLumaPlane view() const { return {luma.data(), width, height, width}; }
    std::uint8_t& at(int x, int y) { return luma[static_cast<std::size_t>(y) * width + x]; }
};

const Code kCode{UtcTime{microseconds{1'795'202'645'123'456}}, 517};

// The mean of the source pixels that each pixel of the smaller picture covers.
Picture scaled(Picture& from, int width, int height) {
    Picture to{width, height};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            int sum = 0, count = 0;
            for (int v = y * from.height / height;
                 v < std::max((y + 1) * from.height / height, y * from.height / height + 1); ++v)
                for (int u = x * from.width / width; u < std::max((x + 1) * from.width / width, x * from.width / width + 1);
                     ++u) {
                    sum += from.at(u, v);
                    ++count;
                }
            to.at(x, y) = static_cast<std::uint8_t>(sum / count);
        }
    return to;
}

TEST(TimeCode, IsReadBackAtAnySize) {
    for (const auto& [width, height] :
         {std::pair{1920, 1080}, {1280, 720}, {720, 576}, {640, 360}, {353, 287}, {320, 180}}) {
        Picture picture{width, height};
        write(picture.plane(), kCode);
        EXPECT_EQ(read(picture.view()), kCode) << width << "x" << height;
        EXPECT_EQ(picture.at(0, strip_height(height)), 90) << "writes below its strip";
    }
}

TEST(TimeCode, SurvivesScalingAndNoise) {
    Picture large{1280, 720};
    write(large.plane(), kCode);
    for (const auto& [width, height] : {std::pair{960, 540}, {640, 360}, {426, 240}, {320, 180}}) {
        auto small = scaled(large, width, height);
        std::mt19937 random{7};
        for (auto& pixel : small.luma)  // washed out and noisy, as after hard compression
            pixel = static_cast<std::uint8_t>(70 + pixel * 100 / 255 + random() % 41);
        EXPECT_EQ(read(small.view()), kCode) << width << "x" << height;
    }
}

TEST(TimeCode, AWrongCellIsFound) {
    Picture picture{480, 300};
    for (int row = 0; row < 2; ++row)
        for (int cell = 0; cell < 48; ++cell) {
            write(picture.plane(), kCode);
            for (int y = row * 10; y < row * 10 + 10; ++y)
                for (int x = cell * 10; x < cell * 10 + 10; ++x)
                    picture.at(x, y) = static_cast<std::uint8_t>(251 - picture.at(x, y));
            EXPECT_FALSE(read(picture.view())) << "row " << row << " cell " << cell;
        }
}

TEST(TimeCode, ThereIsNoneInOtherPictures) {
    Picture grey{640, 360};
    EXPECT_FALSE(read(grey.view()));
    Picture tiny{20, 10};
    EXPECT_FALSE(read(tiny.view()));
    std::mt19937 random{1};
    for (int i = 0; i < 2000; ++i) {
        for (int cell = 0; cell < 96; ++cell) {  // random cells of full contrast with right marks
            const bool white = cell % 48 == 0 || (cell % 48 != 1 && random() % 2);
            for (int y = cell / 48 * 12; y < cell / 48 * 12 + 12; ++y)
                for (int x = (cell % 48 * 640 + 47) / 48; x < (cell % 48 + 1) * 640 / 48; ++x)
                    grey.at(x, y) = white ? 235 : 16;
        }
        EXPECT_FALSE(read(grey.view()));
    }
}

TEST(TimeCode, EveryMicrosecondDiffers) {
    Picture picture{320, 180};
    for (int i = 0; i < 1000; ++i) {
        const Code code{UtcTime{microseconds{1'795'202'645'000'000 + i * 7}}, i};
        write(picture.plane(), code);
        EXPECT_EQ(read(picture.view()), code);
    }
}

}  // namespace
}  // namespace vantage::time_code
