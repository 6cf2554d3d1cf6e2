// SPDX-License-Identifier: Apache-2.0
#include "media/fragment_transcode.hpp"

#include "media/test_clip.hpp"
#include "media/test_packets.hpp"

#include <gtest/gtest.h>

// x265 forgets to free a little of each encoder.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libx265";
}

namespace vantage {
namespace {

using namespace vantage::test;

// A time code is exact to the microsecond, ticks are rounded down.
constexpr microseconds kRounding{12};

void expect_true_times(const std::vector<Seen>& seen) {
    for (const auto& picture : seen) {
        ASSERT_TRUE(picture.shows) << to_rfc3339(to_utc(picture.pts));
        EXPECT_LE(std::chrono::abs(*picture.shows - to_utc(picture.pts)), kRounding);
    }
}

std::vector<PartPtr> transcode(const std::vector<PartPtr>& parts, int max_height) {
    const VideoTranscoderOptions options{.max_height = max_height};
    const auto& tracks = parts.front()->init->tracks;
    const auto init = mp4::make_init({transcoded_track(*tracks.video, options).value(), tracks.audio}).value();
    auto out = transcode_fragment(parts, init, options).value();
    for (const auto& part : out) EXPECT_EQ(part->init, init) << "what was promised is what comes";
    return out;
}

TEST(FragmentTranscode, H265WithBFramesShowsEachPictureWhenItWas) {
    const auto clip = make_clip({.encoder = "libx265",
                                 .codec = Codec::h265,
                                 .width = 1280,
                                 .height = 720,
                                 .frames = 40,
                                 .gop = 40,
                                 .b_frames = 3,
                                 .params = "bframes=3:b-adapt=0:keyint=40:min-keyint=40:open-gop=0"});
    ASSERT_GT(clip.track.reorder_depth, 0);
    const auto in = fragment_of(clip, 3);
    const auto out = transcode(in, 480);
    ASSERT_EQ(out.size(), 1U);
    const auto& part = *out.front();
    EXPECT_EQ(part.init->tracks.video->codec, Codec::h264);
    EXPECT_EQ(part.init->tracks.video->reorder_depth, 0);
    EXPECT_TRUE(part.starts_fragment && part.independent);
    EXPECT_EQ(part.samples.size(), 40U);
    for (const auto& sample : part.samples) EXPECT_EQ(sample.composition, Ticks{0});
    const auto seen = look(*part.init->tracks.video, packets_of(out));
    ASSERT_EQ(seen.size(), 40U);
    expect_true_times(seen);
    EXPECT_EQ(seen.front().pts, clip.packets.front()->pts());
    EXPECT_EQ(part.end(), clip.packets.front()->pts() + Ticks{3600} * 40);
    EXPECT_EQ(seen.front().height, 480);
    EXPECT_EQ(seen.front().width, 854);
}

TEST(FragmentTranscode, TheSameParametersForEveryFragmentOfASize) {
    const auto a = make_clip({.width = 640, .height = 360, .frames = 25});
    const auto b = make_clip({.width = 640, .height = 360, .frames = 10, .frame = Ticks{9000}});  // 10 a second
    const auto first = transcode(fragment_of(a, 3), 0), second = transcode(fragment_of(b, 3), 0);
    EXPECT_EQ(first.front()->init->data, second.front()->init->data);
    EXPECT_EQ(first.front()->init->tracks.video->height, 360) << "nothing is enlarged";
    EXPECT_EQ(transcode(fragment_of(a, 3), 720).front()->init->tracks.video->height, 360);
}

TEST(FragmentTranscode, LeadingPicturesOfAnOpenGopAreLeftOut) {
    const auto clip = make_clip({.encoder = "libx265",
                                 .codec = Codec::h265,
                                 .frames = 60,
                                 .gop = 20,
                                 .b_frames = 3,
                                 .params = "bframes=3:b-adapt=0:keyint=20:min-keyint=20:open-gop=1:scenecut=0"});
    auto second = clip;
    std::size_t keys = 0;
    std::erase_if(second.packets, [&](const PacketPtr& packet) {
        keys += packet->key ? 1 : 0;
        return keys != 2;
    });
    const auto key = second.packets.front()->pts();
    const auto leading = std::ranges::count_if(second.packets, [&](const PacketPtr& p) { return p->pts() < key; });
    ASSERT_GT(leading, 0) << "the clip must have an open GOP";
    const auto out = transcode(fragment_of(second, 3), 0);
    const auto seen = look(*out.front()->init->tracks.video, packets_of(out));
    expect_true_times(seen);
    EXPECT_EQ(out.front()->start, key);
    EXPECT_EQ(seen.size(), second.packets.size() - static_cast<std::size_t>(leading));
}

TEST(FragmentTranscode, SoundStaysAsItWas) {
    const auto clip = make_clip({.frames = 25});
    auto in = fragment_of(clip, 3, {.video = {}, .audio = aac_track()});
    auto packet = std::make_shared<Packet>();
    packet->track = TrackKind::audio;
    packet->dts = in.front()->start;
    packet->key = true;
    packet->data = Bytes(50, 7);
    const PacketPtr packets[] = {packet};
    const Ticks durations[] = {Ticks{90000}};
    in.insert(in.begin() + 1, std::make_shared<const Part>(mp4::make_part(in.front()->init, packets, durations, 1)));
    const auto out = transcode(in, 240);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[1]->track, TrackKind::audio);
    EXPECT_EQ(out[1]->data, in[1]->data);
    EXPECT_EQ(out[1]->init->tracks.audio, aac_track());
}

TEST(FragmentTranscode, WhatCannotBeDecodedIsAnErrorOrLeftOut) {
    const auto clip = make_clip({.frames = 25, .gop = 25});
    auto broken = clip;
    auto noise = std::make_shared<Packet>(*broken.packets[5]);
    std::fill(noise->data.begin() + 5, noise->data.end(), std::uint8_t{0xa5});
    broken.packets[5] = noise;
    const auto out = transcode(fragment_of(broken, 3), 0);
    EXPECT_GE(out.front()->samples.size(), 20U);
    for (auto& packet : broken.packets) {
        auto rubbish = std::make_shared<Packet>(*packet);
        std::fill(rubbish->data.begin(), rubbish->data.end(), std::uint8_t{0x5a});
        packet = rubbish;
    }
    const auto parts = fragment_of(broken, 3);
    const auto refused = transcode_fragment(parts, parts.front()->init, {});
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, errc::malformed);
}

}  // namespace
}  // namespace vantage
