// SPDX-License-Identifier: Apache-2.0
// Clips whose pictures say their time in, what FFmpeg's own player side makes of the GIF out.
#include "media/gif.hpp"

#include "media/mp4_progressive.hpp"
#include "media/test_clip.hpp"
#include "media/test_shown.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace vantage {
namespace {

using namespace std::chrono_literals;
using test::ClipOptions;

constexpr Ticks kHundredth{900};

class GifTest : public testing::Test {
  protected:
    GifTest() { std::filesystem::create_directories(folder_); }
    ~GifTest() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path write(const char* name, ByteView bytes) const {
        const auto path = folder_ / name;
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),  // NOLINT
                   static_cast<std::streamsize>(bytes.size()));
        return path;
    }
    // As cuts are: the index first, the first picture at 0.
    std::filesystem::path movie(const ClipOptions& options) const {
        const auto clip = test::make_clip(options);
        mp4::SampleTable table;
        table.begin_chunk(0);
        Bytes media;
        for (const auto& packet : clip.packets) {
            table.add(static_cast<std::uint32_t>(packet->data.size()), packet->dts.time_since_epoch(), packet->composition,
                      packet->key);
            media.insert(media.end(), packet->data.begin(), packet->data.end());
        }
        table.finish(table.last() + options.frame);
        const Ticks delay = clip.packets.front()->composition;
        mp4::Movie made{to_utc(options.start), "", {{&clip.track, &table, {{delay, length_of(options)}}}}, media.size()};
        auto file = mp4::make_movie_head(made).value();
        file.insert(file.end(), media.begin(), media.end());
        return write("clip.mp4", file);
    }
    static Ticks length_of(const ClipOptions& options) {
        return options.time_of(options.frames - 1) + options.frame - options.start;
    }
    // Every picture of the GIF stands at the time that it shows, but for the hundredth of a second that GIF knows.
    test::ShownFile expect_true_times(const ClipOptions& options, const Gif& gif) const {
        auto shown = test::play(write("clip.gif", gif.data).string());
        EXPECT_EQ(static_cast<int>(shown.pictures.size()), gif.pictures);
        for (const auto& picture : shown.pictures) {
            EXPECT_EQ(picture.width, gif.width);
            EXPECT_EQ(picture.height, gif.height);
            if (!picture.shows) {
                ADD_FAILURE() << "no time code at " << picture.at.count();
                continue;
            }
            const Ticks true_time = to_media(*picture.shows) - options.start;
            EXPECT_NEAR(static_cast<double>((picture.at - true_time).count()), 0, kHundredth.count()) << picture.at.count();
        }
        return shown;
    }

    const std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("vantage-gif-" + std::to_string(::getpid()));
};

struct Kind {
    const char* name;
    ClipOptions options;
    int pictures;
};
class GifOfKind : public GifTest, public testing::WithParamInterface<Kind> {};

TEST_P(GifOfKind, ShowsItsInstants) {
    const auto& options = GetParam().options;
    const auto gif = make_gif(movie(options), length_of(options), {}, {});
    ASSERT_TRUE(gif) << gif.error().message;
    EXPECT_EQ(gif->pictures, GetParam().pictures);
    EXPECT_EQ(as_text(gif->data).substr(0, 6), "GIF89a");
    EXPECT_NE(as_text(gif->data).find("NETSCAPE2.0"), std::string_view::npos) << "plays for ever";
    const auto shown = expect_true_times(options, *gif);
    EXPECT_NEAR(static_cast<double>(shown.length.count()), static_cast<double>(length_of(options).count()),
                2 * kHundredth.count());
}

INSTANTIATE_TEST_SUITE_P(
    All, GifOfKind,
    testing::Values(Kind{"H264", {.frames = 50}, 25}, Kind{"HalfRate", {.frames = 40, .frame = Ticks{7200}}, 40},
                    Kind{"BFrames", {.frames = 50, .b_frames = 3}, 25},
                    Kind{"H265", {.encoder = "libx265", .codec = Codec::h265, .frames = 50, .b_frames = 2}, 25},
                    Kind{"Slow", {.frames = 6, .frame = Ticks{90000}}, 6},
                    Kind{"Uneven", {.frames = 30, .frame = Ticks{6000}, .uneven = Ticks{2700}}, 20}),
    [](const auto& kind) { return kind.param.name; });

TEST_F(GifTest, IsSmallAndNeverEnlarged) {
    const ClipOptions wide{.width = 1280, .height = 720, .frames = 25};
    const auto gif = make_gif(movie(wide), length_of(wide), {}, {}).value();
    EXPECT_EQ(gif.width, 480);
    EXPECT_EQ(gif.height, 270);
    expect_true_times(wide, gif);
    const ClipOptions high{.width = 480, .height = 960, .frames = 5};
    EXPECT_EQ(make_gif(movie(high), length_of(high), {}, {}).value().height, 480);
    const ClipOptions small{.width = 160, .height = 90, .frames = 5};
    EXPECT_EQ(make_gif(movie(small), length_of(small), {}, {}).value().width, 160);
}

TEST_F(GifTest, ALongClipHasFewerPicturesASecond) {
    const ClipOptions options{.width = 320, .height = 180, .frames = 500};
    const auto gif = make_gif(movie(options), length_of(options), {}, {}).value();
    EXPECT_LE(gif.pictures, 120);
    EXPECT_GE(gif.pictures, 90);
    expect_true_times(options, gif);
}

TEST_F(GifTest, WhatWouldBeTooLargeIsMadeSmaller) {
    const ClipOptions noise{.width = 320, .height = 180, .frames = 25, .noise = true};
    const auto clip = movie(noise);
    const auto whole = make_gif(clip, length_of(noise), {}, {}).value();
    EXPECT_GT(whole.data.size(), 300'000U);
    const auto bounded = make_gif(clip, length_of(noise), {.most_bytes = 300'000}, {}).value();
    EXPECT_LE(bounded.data.size(), 300'000U);
    EXPECT_LT(bounded.width, whole.width);
    EXPECT_LT(bounded.pictures, whole.pictures);
}

TEST_F(GifTest, HasThePicturesColours) {
    const ClipOptions options{.width = 320, .height = 180, .frames = 3};
    const auto gif = make_gif(movie(options), length_of(options), {}, {}).value();
    // Luma 90, both chroma 90, BT.601 limited: R 22, G 129, B 9.
    const auto path = write("colour.gif", gif.data);
    const libav::InputPtr input = [&] {
        AVFormatContext* context = nullptr;
        avformat_open_input(&context, path.c_str(), nullptr, nullptr);
        return libav::InputPtr{context};
    }();
    const auto packet = libav::make_packet();
    const auto frame = libav::make_frame();
    const auto* codec = avcodec_find_decoder(AV_CODEC_ID_GIF);
    const libav::CodecPtr decoder{avcodec_alloc_context3(codec)};
    avcodec_parameters_to_context(decoder.get(), input->streams[0]->codecpar);
    ASSERT_EQ(avcodec_open2(decoder.get(), codec, nullptr), 0);
    ASSERT_EQ(av_read_frame(input.get(), packet.get()), 0);
    ASSERT_EQ(avcodec_send_packet(decoder.get(), packet.get()), 0);
    ASSERT_EQ(avcodec_receive_frame(decoder.get(), frame.get()), 0);
    ASSERT_EQ(frame->format, AV_PIX_FMT_BGRA);
    const auto* pixel = frame->data[0] + std::ptrdiff_t{120} * frame->linesize[0] + 4 * 160;
    EXPECT_NEAR(pixel[0], 9, 8);
    EXPECT_NEAR(pixel[1], 129, 8);
    EXPECT_NEAR(pixel[2], 22, 8);
}

TEST_F(GifTest, SaysWhatItCannotDo) {
    EXPECT_FALSE(make_gif(folder_ / "nothing.mp4", Ticks{90000}, {}, {}));
    EXPECT_FALSE(make_gif(write("rubbish.mp4", as_bytes("not a clip")), Ticks{90000}, {}, {}));
    const ClipOptions options{.width = 160, .height = 90, .frames = 5};
    EXPECT_EQ(make_gif(movie(options), Ticks{0}, {}, {}).error().code, errc::malformed);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(make_gif(movie(options), length_of(options), {}, stop.get_token()).error().code, errc::cancelled);
}

}  // namespace
}  // namespace vantage
