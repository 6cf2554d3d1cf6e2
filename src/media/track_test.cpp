// SPDX-License-Identifier: Apache-2.0
#include "media/track.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

Track of(Codec codec, Bytes config) {
    Track track;
    track.codec = codec;
    track.config = std::move(config);
    return track;
}

TEST(CodecString, ComesFromTheConfigRecord) {
    EXPECT_EQ(codec_string(of(Codec::h264, {1, 0x64, 0x00, 0x28, 0xff})), "avc1.640028");
    EXPECT_EQ(codec_string(of(Codec::aac, {0x12, 0x10})), "mp4a.40.2");
    EXPECT_EQ(codec_string(of(Codec::aac, {0xf8, 0xe6})), "mp4a.40.39");  // ELD, escaped
    EXPECT_EQ(codec_string(of(Codec::opus, {})), "opus");
    EXPECT_EQ(codec_string(of(Codec::pcma, {})), "");
    EXPECT_EQ(codec_string(of(Codec::h264, {1})), "");
}

TEST(CodecString, OfH265) {
    // ISO 14496-15 annex E: its own example, then tier, profile space and all constraint bytes.
    EXPECT_EQ(codec_string(of(Codec::h265, {1, 0x01, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93})), "hvc1.1.6.L93.B0");
    EXPECT_EQ(codec_string(of(Codec::h265, {1, 0x62, 0x20, 0, 0, 0, 0x90, 0, 1, 0, 0, 0, 150})), "hvc1.A2.4.H150.90.0.1");
    EXPECT_EQ(codec_string(of(Codec::h265, {1, 0x01, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30})), "hvc1.1.6.L30");
}

TEST(MimeType, NamesTheTracksThatFmp4Carries) {
    TrackSet tracks;
    tracks.video = of(Codec::h264, {1, 0x64, 0x00, 0x28});
    EXPECT_EQ(mime_type(tracks), "video/mp4; codecs=\"avc1.640028\"");
    tracks.audio = of(Codec::aac, {0x12, 0x10});
    EXPECT_EQ(mime_type(tracks), "video/mp4; codecs=\"avc1.640028,mp4a.40.2\"");
    tracks.video.reset();
    EXPECT_EQ(mime_type(tracks), "audio/mp4; codecs=\"mp4a.40.2\"");
}

}  // namespace
}  // namespace vantage
