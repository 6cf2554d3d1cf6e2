// SPDX-License-Identifier: Apache-2.0
#include "live/push/push_frames.hpp"

#include "live/feed_fakes.hpp"

#include <gtest/gtest.h>

namespace vantage::live {
namespace {

using namespace vantage::test;
constexpr Ticks kFrame{3600};  // 40 ms

std::shared_ptr<const SilentAudio> silence() {
    static const auto made = std::make_shared<const SilentAudio>(make_silent_audio().value());
    return made;
}

// What came out: "v0k" is a key frame of the picture at 0 ms, "a21" sound at 21 ms.
std::string written(PushFrames& frames) {
    std::string out;
    while (const auto held = frames.next()) {
        const auto& frame = held->frame;
        out += fmt::format("{}{}{}{} ", frame.track == TrackKind::video ? "v" : "a", frame.dts.count(),
                           frame.composition.count() > 0 ? fmt::format("+{}", frame.composition.count()) : "",
                           frame.key && frame.track == TrackKind::video ? "k" : "");
    }
    return out;
}

TEST(PushFrames, StartAtZeroAndKeepThePartsBytes) {
    const auto init = init_of(false);
    const auto part = video_part(init, media_at(1'763'665'445.123), 3, kFrame, true);
    PushFrames frames(init->tracks, nullptr);
    frames.add(part);
    const auto first = frames.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->owner, part);
    EXPECT_EQ(first->frame.data.data(), part->data.data() + part->samples.front().offset);
    EXPECT_EQ(first->frame.data.size(), part->samples.front().size);
    EXPECT_TRUE(first->frame.key);
    EXPECT_EQ(written(frames), "v40 v80 ");
}

TEST(PushFrames, BothTracksInOneOrderAndSoundFromBeforeThePictureLeftOut) {
    const auto init = init_of(true);
    const auto start = media_at(1000);
    PushFrames frames(init->tracks, silence());
    frames.add(audio_part(init, start - kFrame, Ticks{5760}));
    frames.add(video_part(init, start, 3, kFrame, true));
    EXPECT_EQ(written(frames), "") << "sound may still come from before";
    frames.add(audio_part(init, start + Ticks{1800}, Ticks{5760}));
    frames.add(audio_part(init, start + Ticks{7560}, Ticks{5760}));
    EXPECT_EQ(written(frames), "v0k a20 v40 v80 ");
    frames.add(video_part(init, start + kFrame * 3, 3, kFrame, false));
    EXPECT_EQ(written(frames), "a84 ");
}

TEST(PushFrames, OneTrackWaitsASecondForTheOther) {
    const auto init = init_of(true);
    PushFrames frames(init->tracks, nullptr);
    frames.add(video_part(init, media_at(1000), 26, kFrame, true));
    EXPECT_EQ(written(frames), "v0k ");
    frames.add(audio_part(init, media_at(1000), Ticks{1920}));
    EXPECT_EQ(written(frames), "a0 ") << "late sound does not go back before what was sent";
}

TEST(PushFrames, LateSoundNeverGoesBack) {
    const auto init = init_of(true);
    PushFrames frames(init->tracks, nullptr);
    frames.add(video_part(init, media_at(1000), 30, kFrame, true));
    EXPECT_EQ(written(frames), "v0k v40 v80 v120 v160 ");
    frames.add(audio_part(init, media_at(1000), Ticks{1920}));
    EXPECT_EQ(written(frames), "a160 ");
}

TEST(PushFrames, SilenceFillsInWithoutWaiting) {
    const auto init = init_of(false);
    PushFrames frames(init->tracks, silence());
    frames.add(video_part(init, media_at(1000), 2, kFrame, true));
    EXPECT_EQ(written(frames), "a0 v0k a21 v40 ");
    frames.add(video_part(init, media_at(1000) + kFrame * 2, 1, kFrame, false));
    EXPECT_EQ(written(frames), "a42 a64 v80 ");
    frames.add(video_part(init, media_at(1005), 1, kFrame, true));
    EXPECT_EQ(written(frames), "a5000 v5000k ") << "a hole is not filled";
}

TEST(PushFrames, CompositionTimesAreKept) {
    const auto init = init_of(false);
    auto packet = std::make_shared<Packet>();
    packet->dts = media_at(1000);
    packet->composition = kFrame * 2;
    packet->key = true;
    packet->data = Bytes(10, 1);
    const PacketPtr packets[] = {packet};
    const Ticks durations[] = {kFrame};
    auto part = mp4::make_part(init, packets, durations, 1);
    part.starts_fragment = part.independent = true;
    PushFrames frames(init->tracks, nullptr);
    frames.add(std::make_shared<const Part>(std::move(part)));
    EXPECT_EQ(written(frames), "v0+80k ");
}

PartPtr broken(const PartPtr& part) {
    auto copy = *part;
    copy.discontinuity = true;
    return std::make_shared<const Part>(std::move(copy));
}

TEST(PushFrames, AShortBreakKeepsItsLengthALongOneOrAStepBackDoesNot) {
    const auto init = init_of(false);
    PushFrames frames(init->tracks, nullptr);
    frames.add(video_part(init, media_at(1000), 1, kFrame, true));
    frames.add(broken(video_part(init, media_at(1004), 1, kFrame, true)));
    frames.add(broken(video_part(init, media_at(500), 1, kFrame, true)));
    frames.add(broken(video_part(init, media_at(9000), 1, kFrame, true)));
    frames.add(video_part(init, media_at(9000) + kFrame, 1, kFrame, false));
    EXPECT_EQ(written(frames), "v0k v4000k v4080k v4160k v4200 ");
}

TEST(PushFrames, SilenceGoesOnAfterAStepBack) {
    const auto init = init_of(false);
    PushFrames frames(init->tracks, silence());
    frames.add(video_part(init, media_at(1000), 1, kFrame, true));
    frames.add(broken(video_part(init, media_at(500), 1, kFrame, true)));
    EXPECT_EQ(written(frames), "a0 v0k a21 a42 a64 v80k ");
}

TEST(PushFrames, SayWhatRtmpCarries) {
    auto tracks = init_of(true)->tracks;
    EXPECT_EQ(tracks_for_rtmp(tracks, silence().get()), tracks);
    tracks.audio->codec = Codec::opus;
    EXPECT_EQ(tracks_for_rtmp(tracks, nullptr).audio, std::nullopt);
    EXPECT_EQ(tracks_for_rtmp(tracks, silence().get()).audio, silence()->track);
    tracks.video->codec = Codec::h265;
    EXPECT_EQ(tracks_for_rtmp(tracks, nullptr), TrackSet{});
}

}  // namespace
}  // namespace vantage::live
