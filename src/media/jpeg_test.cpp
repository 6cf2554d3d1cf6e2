// SPDX-License-Identifier: Apache-2.0
#include "media/jpeg.hpp"

#include "media/jpeg_header.hpp"
#include "media/test_media.hpp"
#include "media/test_packets.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

struct Known {
    const char* file;
    int max_width, width, height;
};

class Stills : public testing::TestWithParam<Known> {};

TEST_P(Stills, OfTheFirstKeyFrame) {
    const auto& known = GetParam();
    VANTAGE_MEDIA_OR_SKIP(path, std::string("odd/") + known.file);
    const auto clip = test::read_clip(path, MediaTime{});
    const auto video = clip.only(TrackKind::video);
    const auto first =
        std::find_if(video.begin(), video.end(), [](const auto& packet) { return packet->key || packet->recovery; });
    ASSERT_NE(first, video.end());
    const auto jpeg = make_jpeg(*clip.tracks.video, (*first)->data, {.max_width = known.max_width});
    ASSERT_TRUE(jpeg) << jpeg.error().message;
    const auto header = parse_jpeg(*jpeg);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->width, known.width);
    EXPECT_EQ(header->height, known.height);
    EXPECT_GT(jpeg->size(), 1000U);  // there is a picture in it
}

INSTANTIATE_TEST_SUITE_P(
    Files, Stills,
    testing::Values(Known{"made/bpyramid_h264.mp4", 640, 320, 180}, Known{"made/slices4_h264.mp4", 160, 160, 90},
                    Known{"made/intra_refresh_no_idr.mp4", 640, 320, 180}, Known{"made/ipcam_like_h265.mp4", 640, 320, 180},
                    Known{"h265/bear-1280x720-hevc.mp4", 640, 640, 360},
                    Known{"h265/torchcodec_h265_10bits.mp4", 640, 200, 200}, Known{"made/mjpeg.mkv", 200, 200, 112},
                    // 176x144 with a sample aspect ratio of 80:33
                    Known{"h264/SarVui.264", 640, 426, 144}));

TEST(Still, SaysWhenThereIsNothingToSee) {
    const auto track = test::h264_track();
    EXPECT_FALSE(make_jpeg(track, {}, {}));
    EXPECT_FALSE(make_jpeg(track, Bytes{0, 0, 0, 2, 0x65, 0x88}, {}));
    EXPECT_FALSE(make_jpeg(track, Bytes{0xff, 0xff, 0xff, 0xff}, {}));
    EXPECT_EQ(make_jpeg(track, Bytes{1}, {.max_width = 0}).error().code, errc::invalid_argument);
    EXPECT_EQ(make_jpeg(test::aac_track(), Bytes{1}, {}).error().code, errc::unsupported);
}

}  // namespace
}  // namespace vantage
