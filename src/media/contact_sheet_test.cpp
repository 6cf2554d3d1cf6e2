// SPDX-License-Identifier: Apache-2.0
// Pictures of one grey each to a sheet, which is decoded again: each lies where it belongs.
#include "media/contact_sheet.hpp"

#include "media/jpeg_encoder.hpp"
#include "media/jpeg_header.hpp"
#include "media/picture_decoder.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

Bytes grey_jpeg(int width, int height, std::uint8_t grey) {
    const auto picture = libav::make_frame();
    picture->width = width;
    picture->height = height;
    picture->format = AV_PIX_FMT_YUV420P;
    picture->color_range = AVCOL_RANGE_JPEG;
    EXPECT_GE(av_frame_get_buffer(picture.get(), 0), 0);
    for (int plane = 0; plane < 3; ++plane)
        std::fill_n(picture->data[plane],
                    static_cast<std::ptrdiff_t>(picture->linesize[plane]) * (plane > 0 ? height / 2 : height),
                    plane > 0 ? 128 : grey);
    Track track;
    track.codec = Codec::mjpeg;
    track.width = width;
    track.height = height;
    return libav::JpegEncoder({.max_width = width, .quality = 2}).encode(*picture, track).value();
}

// The brightness in the middle of each tile, in reading order.
std::vector<int> middles(const Bytes& sheet, int tile_width, int tile_height) {
    Track track;
    track.codec = Codec::mjpeg;
    auto decoder = libav::PictureDecoder::open(track).value();
    const auto* picture = decoder.decode(sheet).value();
    std::vector<int> out;
    for (int y = tile_height / 2; y < picture->height; y += tile_height)
        for (int x = tile_width / 2; x < picture->width; x += tile_width)
            out.push_back(picture->data[0][static_cast<std::ptrdiff_t>(y) * picture->linesize[0] + x]);
    return out;
}

void expect_near(const std::vector<int>& found, const std::vector<int>& wanted) {
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 4) << "tile " << i;
}

TEST(ContactSheet, PicturesLieInReadingOrder) {
    const std::vector<Bytes> jpegs{grey_jpeg(320, 180, 20), grey_jpeg(320, 180, 60), grey_jpeg(320, 180, 100),
                                   grey_jpeg(320, 180, 140), grey_jpeg(320, 180, 220)};
    const auto sheet = make_contact_sheet(jpegs, {.columns = 3, .tile_width = 64, .tile_height = 36}, 4).value();
    const auto header = parse_jpeg(sheet).value();
    EXPECT_EQ(header.width, 3 * 64);
    EXPECT_EQ(header.height, 2 * 36);
    expect_near(middles(sheet, 64, 36), {20, 60, 100, 140, 220, 128});
}

TEST(ContactSheet, FewPicturesMakeANarrowSheet) {
    const std::vector<Bytes> jpegs{grey_jpeg(64, 36, 30), grey_jpeg(64, 36, 200)};
    const auto sheet = make_contact_sheet(jpegs, {.columns = 25, .tile_width = 64, .tile_height = 36}, 4).value();
    EXPECT_EQ(parse_jpeg(sheet)->width, 2 * 64);
    EXPECT_EQ(parse_jpeg(sheet)->height, 36);
}

TEST(ContactSheet, WhatCannotBeSeenLeavesItsPlaceGrey) {
    const std::vector<Bytes> jpegs{grey_jpeg(64, 36, 30), {}, Bytes(500, 7), grey_jpeg(64, 36, 200)};
    const auto sheet = make_contact_sheet(jpegs, {.columns = 4, .tile_width = 64, .tile_height = 36}, 4).value();
    expect_near(middles(sheet, 64, 36), {30, 128, 128, 200});
}

TEST(ContactSheet, SizesMayDifferAndEachFillsItsTile) {
    const std::vector<Bytes> jpegs{grey_jpeg(320, 180, 40), grey_jpeg(96, 96, 90), grey_jpeg(1280, 720, 180)};
    const auto sheet = make_contact_sheet(jpegs, {.columns = 3, .tile_width = 160, .tile_height = 90}, 4).value();
    expect_near(middles(sheet, 160, 90), {40, 90, 180});
}

TEST(ContactSheet, OneThatCannotBeIsRefused) {
    EXPECT_EQ(make_contact_sheet({}, {}, 4).error().code, errc::invalid_argument);
    const std::vector<Bytes> many(8000);
    EXPECT_EQ(make_contact_sheet(many, {.columns = 25, .tile_width = 160, .tile_height = 90}, 4).error().code,
              errc::invalid_argument);
}

}  // namespace
}  // namespace vantage
