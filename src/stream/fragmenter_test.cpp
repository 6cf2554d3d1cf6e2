// SPDX-License-Identifier: Apache-2.0
#include "stream/fragmenter.hpp"

#include "media/mp4.hpp"
#include "media/test_media.hpp"
#include "media/test_packets.hpp"

#include <gtest/gtest.h>

namespace vantage::stream {
namespace {

using namespace std::chrono_literals;

const MediaTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 12h};
constexpr Ticks kFrame{3600};       // 25 fps
constexpr Ticks kAudioFrame{5760};  // 1024 samples at 16 kHz

TrackSet video_only() {
    TrackSet tracks;
    tracks.video = test::h264_track();
    return tracks;
}
TrackSet video_and_audio() {
    auto tracks = video_only();
    tracks.audio = test::aac_track();
    return tracks;
}

struct Frame {
    MediaTime at;
    bool key{false};
    bool recovery{false};
    bool discontinuity{false};
    std::size_t bytes{100};
};

PacketPtr packet(TrackKind track, const Frame& frame) {
    auto out = std::make_shared<Packet>();
    out->track = track;
    out->dts = frame.at;
    out->key = frame.key || track == TrackKind::audio;
    out->recovery = frame.recovery;
    out->discontinuity = frame.discontinuity;
    out->data.resize(frame.bytes);
    return out;
}

// A fragmenter and what came out of it.
class Bench {
  public:
    explicit Bench(const TrackSet& tracks = video_only(), FragmenterOptions options = {})
        : fragmenter(options, [this](PartPtr part) { parts.push_back(std::move(part)); }) {
        fragmenter.set_tracks(tracks);
    }
    void video(const Frame& frame) { fragmenter.push(packet(TrackKind::video, frame)); }
    void audio(MediaTime at) { fragmenter.push(packet(TrackKind::audio, {at})); }
    // Frames [from, to) at 25 fps, a key frame every `gop`, with audio before each frame where `with_audio`.
    void run(int from, int to, int gop, bool with_audio = false) {
        for (int n = from; n < to; ++n) {
            const auto at = kStart + kFrame * n;
            while (with_audio && next_audio_ <= at) {
                audio(next_audio_);
                next_audio_ += kAudioFrame;
            }
            video({at, gop > 0 && n % gop == 0});
        }
    }
    void audio_from(MediaTime at) { next_audio_ = at; }
    [[nodiscard]] std::vector<PartPtr> of(TrackKind kind) const {
        std::vector<PartPtr> out;
        for (const auto& part : parts)
            if (part->track == kind) out.push_back(part);
        return out;
    }
    // Numbers of the frames that start fragments.
    [[nodiscard]] std::vector<int> starts() const {
        std::vector<int> out;
        for (const auto& part : parts)
            if (part->starts_fragment) out.push_back(static_cast<int>((part->start - kStart) / kFrame));
        return out;
    }

    std::vector<PartPtr> parts;
    Fragmenter fragmenter;

  private:
    MediaTime next_audio_{kStart};
};

TEST(Fragmenter, PartsHoldThreeFramesAt25AndStartWhereKeyFramesAre) {
    Bench bench;
    bench.run(0, 26, 10);
    bench.fragmenter.flush();
    std::vector<std::size_t> frames;
    for (const auto& part : bench.parts) frames.push_back(part->samples.size());
    EXPECT_EQ(frames, (std::vector<std::size_t>{3, 3, 3, 1, 3, 3, 3, 1, 3, 3}));
    EXPECT_EQ(bench.starts(), (std::vector{0, 10, 20}));
    EXPECT_EQ(bench.parts[0]->start, kStart);
    for (std::size_t i = 1; i < bench.parts.size(); ++i) {
        EXPECT_EQ(bench.parts[i]->start, bench.parts[i - 1]->end());
        EXPECT_EQ(bench.parts[i]->independent, bench.parts[i]->starts_fragment);
        EXPECT_FALSE(bench.parts[i]->discontinuity);
        EXPECT_EQ(bench.parts[i]->init, bench.parts[0]->init);
    }
    EXPECT_TRUE(bench.parts[0]->discontinuity);
    EXPECT_FALSE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, HoldsOnePacketBackUntilItsDurationIsKnown) {
    Bench bench;
    bench.run(0, 3, 10);
    EXPECT_TRUE(bench.parts.empty());
    bench.video({kStart + kFrame * 3 + Ticks{90}});  // late by a millisecond
    ASSERT_EQ(bench.parts.size(), 1U);
    EXPECT_EQ(bench.parts[0]->samples[1].duration, kFrame);
    EXPECT_EQ(bench.parts[0]->samples[2].duration, kFrame + Ticks{90});
}

TEST(Fragmenter, ASlightlySlowClockDoesNotSplitParts) {
    Bench bench;
    for (int n = 0; n < 10; ++n) bench.video({kStart + Ticks{3602} * n, n == 0});
    for (const auto& part : bench.parts) EXPECT_EQ(part->samples.size(), 3U);
}

// 18 fps: two frames a part, but the seventh ends the group of 390 ms.
TEST(Fragmenter, PartsEndWithTheirGroup) {
    Bench bench;
    for (int n = 0; n < 30; ++n) bench.video({kStart + Ticks{5000} * n, n % 18 == 0});
    bench.fragmenter.flush();
    std::vector<std::size_t> frames;
    for (const auto& part : bench.parts) frames.push_back(part->samples.size());
    EXPECT_EQ(frames, (std::vector<std::size_t>{2, 2, 2, 1, 2, 2, 2, 1, 2, 2, 2, 2, 2, 1, 2, 2, 1}));
}

TEST(Fragmenter, SlowCamerasHaveAPartAFrame) {
    Bench bench;
    for (int n = 0; n < 4; ++n) bench.video({kStart + Ticks{90000} * n, n == 0});
    ASSERT_EQ(bench.parts.size(), 3U);
    EXPECT_EQ(bench.parts[0]->duration, Ticks{90000});
}

TEST(Fragmenter, DropsAndCountsVideoBeforeTheFirstKeyFrame) {
    Bench bench;
    for (int n = 1; n < 8; ++n) bench.video({kStart + kFrame * n, n == 5});
    bench.fragmenter.flush();
    ASSERT_EQ(bench.parts.size(), 1U);
    EXPECT_EQ(bench.parts[0]->start, kStart + kFrame * 5);
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 4U);
}

TEST(Fragmenter, TakesNoPacketThatIsNotLaterOrHasNoBytes) {
    Bench bench;
    bench.video({kStart, true});
    bench.video({kStart});
    bench.video({kStart - kFrame});
    bench.video({.at = kStart + kFrame, .bytes = 0});
    bench.video({kStart + kFrame});
    bench.fragmenter.flush();
    ASSERT_EQ(bench.parts.size(), 1U);
    EXPECT_EQ(bench.parts[0]->samples.size(), 2U);
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 3U);
}

TEST(Fragmenter, FlushGivesTheLastPacketTheDurationBeforeIt) {
    Bench bench;
    bench.video({kStart, true});
    bench.video({kStart + Ticks{4000}});
    bench.fragmenter.flush();
    EXPECT_EQ(bench.parts.back()->duration, Ticks{8000});
    bench.fragmenter.flush();
    EXPECT_EQ(bench.parts.size(), 1U);
    bench.video({kStart + Ticks{20000}});  // waits for a key frame again
    bench.video({kStart + Ticks{24000}, true});
    bench.fragmenter.flush();
    ASSERT_EQ(bench.parts.size(), 2U);
    EXPECT_TRUE(bench.parts[1]->discontinuity);
    EXPECT_EQ(bench.parts[1]->init, bench.parts[0]->init);
}

TEST(Fragmenter, ADiscontinuityEndsTheFragmentAndWaitsForAKeyFrame) {
    Bench bench;
    bench.run(0, 5, 50);
    bench.video({.at = kStart + 2h, .discontinuity = true});
    bench.video({.at = kStart + 2h + kFrame, .key = true});
    bench.fragmenter.flush();
    const auto& last = *bench.parts.back();
    EXPECT_EQ(last.start, kStart + 2h + kFrame);
    EXPECT_TRUE(last.discontinuity);
    EXPECT_EQ(bench.parts[1]->end(), kStart + kFrame * 5);  // no frame of two hours
}

TEST(Fragmenter, OtherParametersMakeANewInit) {
    Bench bench;
    bench.run(0, 6, 50);
    auto tracks = video_only();
    bench.fragmenter.set_tracks(tracks);  // the same: nothing happens
    bench.run(6, 10, 50);
    tracks.video->width = 640;
    bench.fragmenter.set_tracks(tracks);
    bench.run(10, 12, 11);
    bench.fragmenter.flush();
    const auto& last = *bench.parts.back();
    EXPECT_EQ(bench.starts(), (std::vector{0, 11}));
    EXPECT_TRUE(last.discontinuity);
    EXPECT_NE(last.init, bench.parts[0]->init);
    EXPECT_EQ(last.init->tracks, tracks);
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 1U);
}

TEST(Fragmenter, AudioHasPartsOfItsOwn) {
    Bench bench(video_and_audio());
    bench.run(0, 100, 25, true);
    bench.fragmenter.flush();
    const auto audio = bench.of(TrackKind::audio);
    ASSERT_GT(audio.size(), 10U);
    for (std::size_t i = 0; i < audio.size(); ++i) {
        EXPECT_LE(audio[i]->duration, Ticks{18000} + kAudioFrame / 8);
        EXPECT_FALSE(audio[i]->starts_fragment);
        EXPECT_TRUE(audio[i]->independent);
        if (i > 0) {
            EXPECT_EQ(audio[i]->start, audio[i - 1]->end());
        }
    }
    EXPECT_EQ(audio[0]->samples.size(), 3U);
    EXPECT_EQ(bench.starts(), (std::vector{0, 25, 50, 75}));
    EXPECT_EQ(bench.parts.front()->track, TrackKind::video);
    for (const auto& part : bench.parts) EXPECT_EQ(part->init, bench.parts[0]->init);  // one segment
    EXPECT_EQ(bench.parts[0]->init->tracks, video_and_audio());
}

TEST(Fragmenter, VideoWaitsALittleForAnnouncedAudio) {
    Bench bench(video_and_audio());
    bench.audio_from(kStart + kFrame * 5);
    bench.run(0, 20, 25, true);
    bench.fragmenter.flush();
    EXPECT_EQ(bench.starts(), (std::vector{0}));
    EXPECT_TRUE(bench.parts[0]->init->tracks.audio);
    EXPECT_EQ(bench.parts[0]->start, kStart);
    std::size_t frames = 0;
    for (const auto& part : bench.of(TrackKind::video)) frames += part->samples.size();
    EXPECT_EQ(frames, 20U);  // what was held is all there
    for (const auto& part : bench.parts) EXPECT_EQ(part->init, bench.parts[0]->init);
}

TEST(Fragmenter, AudioThatNeverComesIsNotDeclared) {
    Bench bench(video_and_audio());
    bench.run(0, 13, 25);
    EXPECT_TRUE(bench.parts.empty());
    bench.run(13, 20, 25);
    EXPECT_FALSE(bench.parts.empty());
    EXPECT_FALSE(bench.parts[0]->init->tracks.audio);
}

TEST(Fragmenter, LateAudioEntersAtTheNextFragment) {
    Bench bench(video_and_audio());
    bench.audio_from(kStart + kFrame * 30);
    bench.run(0, 70, 25, true);
    bench.fragmenter.flush();
    ASSERT_EQ(bench.starts(), (std::vector{0, 25, 50}));
    for (const auto& part : bench.parts) {
        const bool with_audio = part->start >= kStart + kFrame * 50;
        EXPECT_EQ(part->init->tracks.audio.has_value(), with_audio);
        EXPECT_EQ(part->discontinuity, part->starts_fragment && part->start != kStart + kFrame * 25);
    }
    EXPECT_GE(bench.of(TrackKind::audio).front()->start, kStart + kFrame * 50);
}

TEST(Fragmenter, SilentAudioLeavesTheInitAtAFragment) {
    Bench bench(video_and_audio());
    bench.run(0, 30, 25, true);
    bench.run(30, 110, 25);
    bench.fragmenter.flush();
    for (const auto& part : bench.parts)
        EXPECT_EQ(part->init->tracks.audio.has_value(), part->start < kStart + kFrame * 75)
            << (part->start - kStart) / kFrame;
    EXPECT_EQ(bench.starts(), (std::vector{0, 25, 50, 75, 100}));
    EXPECT_LT(bench.of(TrackKind::audio).back()->end(), kStart + kFrame * 36);  // no packet stretched over the silence
    // What is held back of the audio comes out when silence is certain, not with the next init.
    const auto last = std::find(bench.parts.begin(), bench.parts.end(), bench.of(TrackKind::audio).back());
    EXPECT_LT((*(last + 1))->start, kStart + kFrame * 60);
}

TEST(Fragmenter, AudioThatCannotBeMuxedDoesNotCostTheVideo) {
    auto tracks = video_and_audio();
    tracks.audio->codec = Codec::pcma;
    Bench bench(tracks);
    bench.run(0, 20, 10, true);
    EXPECT_EQ(bench.of(TrackKind::audio).size(), 0U);
    EXPECT_EQ(bench.starts(), (std::vector{0, 10}));

    tracks.audio->codec = Codec::opus;
    tracks.audio->config.clear();  // no OpusHead
    Bench other(tracks);
    other.run(0, 40, 10, true);
    EXPECT_EQ(other.starts(), (std::vector{0, 10, 20, 30}));
    for (const auto& part : other.parts) EXPECT_EQ(part->init, other.parts[0]->init);
}

TEST(Fragmenter, AudioAloneHasFragmentsOfTwoSeconds) {
    TrackSet tracks;
    tracks.audio = test::aac_track();
    Bench bench(tracks);
    for (int n = 0; n < 100; ++n) bench.audio(kStart + kAudioFrame * n);
    bench.fragmenter.flush();
    EXPECT_EQ(std::count_if(bench.parts.begin(), bench.parts.end(), [](const auto& part) { return part->starts_fragment; }),
              4);
    for (std::size_t i = 1; i < bench.parts.size(); ++i) EXPECT_EQ(bench.parts[i]->start, bench.parts[i - 1]->end());
}

TEST(Fragmenter, AGopWithoutEndIsCutAfterThirtySeconds) {
    Bench bench;
    bench.run(0, 2000, 1000000);
    EXPECT_EQ(bench.starts(), (std::vector{0, 750, 1500}));
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
    for (const auto& part : bench.parts) EXPECT_EQ(part->independent, part->start == kStart);
    for (const auto& part : bench.parts) EXPECT_EQ(part->discontinuity, part->start == kStart);  // it plays on
    bench.run(2000, 2010, 2000);
    EXPECT_FALSE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, AGopLargerThanTheRingIsCut) {
    Bench bench(video_only(), {.largest_fragment = 10000});
    for (int n = 0; n < 30; ++n) bench.video({.at = kStart + kFrame * n, .key = n == 0, .bytes = 1000});
    EXPECT_EQ(bench.starts(), (std::vector{0, 10, 20}));
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, RecoveryPointsStartFragmentsWhereKeyFramesAreMissing) {
    Bench bench;
    // The one key frame, then a recovery point every 10 s.
    for (int n = 0; n < 2100; ++n)
        bench.video({.at = kStart + kFrame * n, .key = n == 0, .recovery = n > 0 && n % 250 == 0});
    EXPECT_EQ(bench.starts(), (std::vector{0, 750, 1000, 1250, 1500, 1750, 2000}));
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
    for (const auto& part : bench.parts)
        if (part->starts_fragment) {
            EXPECT_TRUE(part->independent);
            EXPECT_TRUE(part->samples[0].key);
        }
}

TEST(Fragmenter, WaitsABitForARecoveryPointThatIsDue) {
    Bench bench;
    for (int n = 0; n < 1500; ++n)
        bench.video({.at = kStart + kFrame * n, .key = n == 0, .recovery = n > 0 && n % 400 == 0});
    EXPECT_EQ(bench.starts(), (std::vector{0, 800, 1200}));
}

TEST(Fragmenter, RecoveryPointsInAGopThatEndsAreNoStarts) {
    Bench bench;
    for (int n = 0; n < 200; ++n) bench.video({.at = kStart + kFrame * n, .key = n % 100 == 0, .recovery = n % 25 == 0});
    EXPECT_EQ(bench.starts(), (std::vector{0, 100}));
    EXPECT_FALSE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, AStreamWithoutKeyFramesStartsAtARecoveryPoint) {
    Bench bench;
    for (int n = 0; n < 200; ++n) bench.video({.at = kStart + kFrame * n, .recovery = n % 5 == 3});
    EXPECT_EQ(bench.starts().front(), 3);
    EXPECT_EQ(bench.starts()[1], 28);  // not one a frame: at least a second
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 3U);
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, AStreamWithoutAnyStartIsKeptAfterThirtySeconds) {
    Bench bench;
    bench.run(1, 1600, 0);
    EXPECT_EQ(bench.starts(), (std::vector{751, 1501}));
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 750U);
    EXPECT_FALSE(bench.parts[0]->independent);
    EXPECT_TRUE(bench.fragmenter.sends_no_key_frames());
}

TEST(Fragmenter, DropsWhatAnOpenGopShowsBeforeTheFirstFrame) {
    Bench bench;
    const auto gop = [&](int from) {  // I b b P: the two are shown before I
        for (int i = 0; i < 4; ++i) {
            const int shown = i == 0 ? 2 : i == 3 ? 5 : i - 1;
            auto coded = std::make_shared<Packet>(*packet(TrackKind::video, {kStart + kFrame * (from + i), i == 0}));
            coded->composition = kFrame * (shown - i + 2);
            bench.fragmenter.push(coded);
        }
    };
    gop(0);
    gop(4);
    bench.fragmenter.flush();
    EXPECT_EQ(bench.starts(), (std::vector{0, 4}));
    EXPECT_EQ(bench.fragmenter.dropped_before_key(), 2U);
    std::size_t frames = 0;
    for (const auto& part : bench.parts) frames += part->samples.size();
    EXPECT_EQ(frames, 6U);
}

TEST(Fragmenter, IgnoresPacketsOfUnknownTracks) {
    Bench bench(TrackSet{});
    bench.run(0, 10, 5, true);
    EXPECT_TRUE(bench.parts.empty());
}

// A real file through the fragmenter: all frames come out, each once, with its bytes and times.
TEST(Fragmenter, LosesNothingOfARealFile) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/h264_aac16k.mp4");
    const auto clip = test::read_clip(path, kStart);
    Bench bench(clip.tracks);
    for (const auto& each : clip.packets) bench.fragmenter.push(each);
    bench.fragmenter.flush();
    for (const auto kind : {TrackKind::video, TrackKind::audio}) {
        std::vector<PacketPtr> want = clip.only(kind);
        std::erase_if(want, [](const auto& each) { return each->dts < kStart; });  // AAC priming, before the first video
        std::size_t at = 0;
        for (const auto& part : bench.of(kind)) {
            auto time = part->start;
            for (const auto& sample : part->samples) {
                ASSERT_LT(at, want.size());
                EXPECT_EQ(time, want[at]->dts);
                EXPECT_EQ(sample.composition, want[at]->composition);
                EXPECT_EQ(sample.key, want[at]->key);
                const auto bytes = ByteView(part->data).subspan(sample.offset, sample.size);
                EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), want[at]->data.begin(), want[at]->data.end()));
                time += sample.duration;
                ++at;
            }
        }
        EXPECT_EQ(at, want.size());
    }
}

}  // namespace
}  // namespace vantage::stream
