// SPDX-License-Identifier: Apache-2.0
#include "media/contact_sheet.hpp"

#include "media/jpeg_encoder.hpp"
#include "media/picture_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage {
namespace {

constexpr int kMostPixels = 16'384;  // of a side
constexpr std::uint8_t kGrey = 128;

Result<libav::FramePtr> grey_sheet(int width, int height) {
    auto sheet = libav::make_frame();
    sheet->width = width;
    sheet->height = height;
    sheet->format = AV_PIX_FMT_YUV420P;
    sheet->color_range = AVCOL_RANGE_JPEG;
    sheet->colorspace = AVCOL_SPC_SMPTE170M;
    if (const int code = av_frame_get_buffer(sheet.get(), 0); code < 0)
        return libav::error(code, "hold a sheet of pictures");
    for (int plane = 0; plane < 3; ++plane)
        std::fill_n(
            sheet->data[plane],
            static_cast<std::size_t>(sheet->linesize[plane]) * static_cast<std::size_t>(plane > 0 ? height / 2 : height),
            kGrey);
    return sheet;
}

void put_tile(const AVFrame& tile, AVFrame& sheet, int x, int y) {
    for (int plane = 0; plane < 3; ++plane) {
        const int half = plane > 0 ? 1 : 0;
        for (int row = 0; row < tile.height >> half; ++row)
            std::copy_n(
                tile.data[plane] + static_cast<std::ptrdiff_t>(row) * tile.linesize[plane], tile.width >> half,
                sheet.data[plane] + static_cast<std::ptrdiff_t>((y >> half) + row) * sheet.linesize[plane] + (x >> half));
    }
}

}  // namespace

Result<Bytes> make_contact_sheet(std::span<const Bytes> jpegs, const SheetLayout& layout, int quality) {
    const auto count = static_cast<int>(jpegs.size());
    const int columns = std::min(count, layout.columns);
    const int rows = columns > 0 ? (count + columns - 1) / columns : 0;
    const int width = columns * layout.tile_width, height = rows * layout.tile_height;
    if (count == 0 || width > kMostPixels || height > kMostPixels)
        return fail(errc::invalid_argument, fmt::format("a sheet of {} pictures cannot be", count));
    auto sheet = grey_sheet(width, height);
    if (!sheet) return sheet.error();
    Track track;
    track.codec = Codec::mjpeg;
    auto decoder = libav::PictureDecoder::open(track);
    if (!decoder) return decoder.error();
    libav::Scaler scaler;
    const libav::PictureKind kind{
        .width = layout.tile_width, .height = layout.tile_height, .matrix = SWS_CS_ITU601, .full_range = true};
    for (int i = 0; i < count; ++i) {
        const auto picture = decoder->decode(jpegs[static_cast<std::size_t>(i)]);
        if (!picture) continue;
        const auto tile = scaler.scale(**picture, libav::kind_of(**picture), kind);
        if (tile) put_tile(**tile, **sheet, i % columns * layout.tile_width, i / columns * layout.tile_height);
    }
    track.width = width;
    track.height = height;
    return libav::JpegEncoder({.max_width = width, .quality = quality}).encode(**sheet, track);
}

}  // namespace vantage
