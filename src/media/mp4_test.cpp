// SPDX-License-Identifier: Apache-2.0
#include "media/mp4.hpp"

#include "media/mp4_box.hpp"
#include "media/test_media.hpp"
#include "media/test_packets.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <random>

namespace vantage::mp4 {
namespace {

using namespace std::chrono_literals;

const MediaTime kToday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 12h};

Track opus_track() {
    Track track;
    track.codec = Codec::opus;
    track.config = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0x10, 0xff, 0};
    track.sample_rate = 48000;
    track.channels = 2;
    return track;
}

// A file of the test, removed with it.
class TemporaryFile {
  public:
    explicit TemporaryFile(const Bytes& data) {
        const int fd = mkstemps(path_.data(), 4);
        EXPECT_GE(fd, 0);
        EXPECT_EQ(write(fd, data.data(), data.size()), static_cast<ssize_t>(data.size()));
        close(fd);
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_ = "/tmp/vantage-mp4-XXXXXX.mp4";
};

std::string output_of(const std::string& command) {
    std::string out;
    auto* pipe = popen(command.c_str(), "r");
    for (int c = 0; (c = fgetc(pipe)) != EOF;) out += static_cast<char>(c);
    pclose(pipe);
    return out;
}

void append(Bytes& out, ByteView more) {
    out.insert(out.end(), more.begin(), more.end());
}

// A segment file as footage writes it: init, then the parts of each track, `per_part` packets each, shifted to start at 0.
Bytes zero_based_file(const test::Clip& clip, const InitPtr& init, std::size_t per_part) {
    Bytes out = init->data;
    std::uint32_t sequence = 0;
    Ticks longest{0};
    for (const auto kind : {TrackKind::video, TrackKind::audio}) {
        const auto packets = clip.only(kind);
        const auto durations = test::durations_of(packets);
        for (std::size_t i = 0; i < packets.size(); i += per_part) {
            const auto count = std::min(per_part, packets.size() - i);
            auto part =
                make_part(init, std::span(packets).subspan(i, count), std::span(durations).subspan(i, count), ++sequence);
            const auto start = part.start - kToday;
            longest = std::max(longest, start + part.duration);
            store_u64(part.data.data() + part.decode_time_offset, static_cast<std::uint64_t>(start.count()));
            append(out, part.data);
        }
    }
    store_u64(out.data() + init->duration_offset, static_cast<std::uint64_t>(longest.count()));
    return out;
}

class RealClips : public testing::TestWithParam<const char*> {};

TEST_P(RealClips, ComeBackFromAFileAsTheyWentIn) {
    VANTAGE_MEDIA_OR_SKIP(path, std::string("odd/") + GetParam());
    const auto clip = test::read_clip(path, kToday);
    const auto init = make_init(clip.tracks);
    ASSERT_TRUE(init) << init.error().message;
    const TemporaryFile file(zero_based_file(clip, *init, 3));

    const auto back = test::read_clip(file.path(), kToday);
    EXPECT_EQ(back.tracks, clip.tracks);
    for (const auto kind : {TrackKind::video, TrackKind::audio}) {
        const auto want = clip.only(kind), got = back.only(kind);
        ASSERT_EQ(got.size(), want.size());
        for (std::size_t i = 0; i < want.size(); ++i) {
            EXPECT_EQ(got[i]->dts, want[i]->dts) << i;
            EXPECT_EQ(got[i]->pts(), want[i]->pts()) << i;
            EXPECT_EQ(got[i]->key, want[i]->key) << i;
            EXPECT_EQ(got[i]->data, want[i]->data) << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Files, RealClips,
                         testing::Values("made/h264_aac16k.mp4", "made/vfr_h264.mp4", "made/ipcam_like_h265.mp4",
                                         "mp4/bear-640x360-non_square_pixel-with_pasp.mp4"));

TEST(Mp4, FfprobeSeesAllFramesAndTheDuration) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/h264_aac16k.mp4");
    if (std::system("command -v ffprobe >/dev/null") != 0) GTEST_SKIP() << "no ffprobe";
    const auto clip = test::read_clip(path, kToday);
    const TemporaryFile file(zero_based_file(clip, make_init(clip.tracks).value(), 3));
    const auto frames = clip.only(TrackKind::video).size();
    const auto count = output_of(
        "ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames,start_time "
        "-of csv=p=0 " +
        file.path() + " 2>&1");
    EXPECT_EQ(count, "0.000000," + std::to_string(frames) + "\n");  // and not one word of complaint
    const auto keys = output_of(
        "ffprobe -v error -skip_frame nokey -count_frames -select_streams v -show_entries "
        "stream=nb_read_frames -of csv=p=0 " +
        file.path());
    const auto packets = clip.only(TrackKind::video);
    const auto want = std::count_if(packets.begin(), packets.end(), [](const auto& packet) { return packet->key; });
    EXPECT_EQ(keys, std::to_string(want) + "\n");
    const auto duration = std::stod(output_of("ffprobe -v error -show_entries format=duration -of csv=p=0 " + file.path()));
    EXPECT_NEAR(duration, std::chrono::duration<double>(packets.back()->dts - kToday).count() + 0.04, 0.1);
}

TEST(Mp4, InitComesBackAsItWentIn) {
    TrackSet video_only, both, with_opus;
    video_only.video = both.video = with_opus.video = test::h264_track();
    video_only.video->sar_num = 4;
    video_only.video->sar_den = 3;
    both.audio = test::aac_track();
    with_opus.audio = opus_track();
    auto fast = test::aac_track();
    fast.sample_rate = 96000;  // does not fit into the sample entry
    fast.channels = 2;
    fast.config = {0x10, 0x10};
    TrackSet audio_only;
    audio_only.audio = fast;
    for (const auto& tracks : {video_only, both, with_opus, audio_only}) {
        const auto init = make_init(tracks).value();
        auto bytes = init->data;
        store_u64(bytes.data() + init->duration_offset, 54000000);
        append(bytes, make_prft(TrackKind::video, UtcTime{}, Ticks{0}));  // what follows is not looked at
        const auto back = parse_init(bytes);
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ((*back)->tracks, tracks);
        EXPECT_EQ((*back)->data, init->data);
        EXPECT_EQ((*back)->duration_offset, init->duration_offset);
        EXPECT_EQ((*back)->mime, mime_type(tracks));
    }
}

TEST(Mp4, InitRefusesWhatItCannotCarry) {
    TrackSet tracks;
    EXPECT_EQ(make_init(tracks).error().code, errc::invalid_argument);
    tracks.audio.emplace().codec = Codec::pcma;
    EXPECT_EQ(make_init(tracks).error().code, errc::unsupported);
    tracks.audio.emplace().codec = Codec::opus;
    EXPECT_EQ(make_init(tracks).error().code, errc::unsupported);
    tracks.audio.reset();
    tracks.video = test::h264_track();
    tracks.video->width = 70000;
    EXPECT_EQ(make_init(tracks).error().code, errc::unsupported);
    tracks.video = test::aac_track();
    EXPECT_EQ(make_init(tracks).error().code, errc::unsupported);
}

std::vector<PacketPtr> three_packets() {
    std::vector<PacketPtr> out;
    for (int i = 0; i < 3; ++i) {
        auto packet = std::make_shared<Packet>();
        packet->dts = kToday + Ticks{3600 * i};
        packet->composition = Ticks{100 * i};
        packet->key = i == 0;
        packet->data.assign(static_cast<std::size_t>(10 + i), static_cast<std::uint8_t>(i));
        out.push_back(std::move(packet));
    }
    return out;
}

Part three_frames() {
    return make_part(nullptr, three_packets(), std::vector{Ticks{3600}, Ticks{3600}, Ticks{3700}}, 7);
}

TEST(Mp4, PartSaysWhereItsFramesAre) {
    const auto part = three_frames();
    EXPECT_EQ(part.start, kToday);
    EXPECT_EQ(part.end(), kToday + Ticks{10900});
    ASSERT_EQ(part.samples.size(), 3U);
    EXPECT_EQ(part.samples[0].offset + 10, part.samples[1].offset);
    EXPECT_EQ(part.samples[2].offset + part.samples[2].size, part.data.size());
    EXPECT_EQ(part.data[part.samples[2].offset], 2);
    EXPECT_TRUE(part.samples[0].key);
    EXPECT_FALSE(part.samples[1].key);
    EXPECT_EQ(load_u64(part.data.data() + part.decode_time_offset),
              static_cast<std::uint64_t>(kToday.time_since_epoch().count()));
    const auto moof = read_box(part.data, 0).value();
    EXPECT_EQ(moof.type, fourcc("moof"));
    const auto mdat = read_box(part.data, static_cast<std::size_t>(moof.size)).value();
    EXPECT_EQ(mdat.type, fourcc("mdat"));
    EXPECT_EQ(mdat.offset + mdat.size, part.data.size());
}

TEST(Mp4, PartComesBackFromItsHeader) {
    const auto part = three_frames();
    const auto header = ByteView(part.data).first(part.samples[0].offset);
    const auto back = parse_part(header);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->start, part.start);
    EXPECT_EQ(back->duration, part.duration);
    EXPECT_EQ(back->track, TrackKind::video);
    EXPECT_EQ(back->decode_time_offset, part.decode_time_offset);
    ASSERT_EQ(back->samples.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(back->samples[i].offset, part.samples[i].offset);
        EXPECT_EQ(back->samples[i].size, part.samples[i].size);
        EXPECT_EQ(back->samples[i].duration, part.samples[i].duration);
        EXPECT_EQ(back->samples[i].composition, part.samples[i].composition);
        EXPECT_EQ(back->samples[i].key, part.samples[i].key);
    }
    for (std::size_t size = 0; size < header.size(); ++size) EXPECT_FALSE(parse_part(header.first(size))) << size;
}

TEST(Mp4, APartThatBeginsWithARecoveryPointIsASyncPoint) {
    auto first = std::make_shared<Packet>();
    first->recovery = true;
    first->data = {1};
    const std::vector<PacketPtr> packets{first, first};
    const auto part = make_part(nullptr, packets, std::vector{Ticks{1}, Ticks{1}}, 1);
    EXPECT_TRUE(part.samples[0].key);
    EXPECT_FALSE(part.samples[1].key);
}

TEST(Mp4, PrftGivesTheUtcOfADecodeTime) {
    const auto box = make_prft(TrackKind::video, UtcTime{1s + 500ms}, Ticks{0x123456789});
    ASSERT_EQ(box.size(), 32U);
    EXPECT_EQ(read_box(box, 0)->type, fourcc("prft"));
    EXPECT_EQ(load_u32(box.data() + 8), 0x01000018U);
    EXPECT_EQ(load_u32(box.data() + 12), kVideoTrackId);
    EXPECT_EQ(load_u32(box.data() + 16), 2208988801U);  // NTP seconds
    EXPECT_EQ(load_u32(box.data() + 20), 0x80000000U);  // half a second
    EXPECT_EQ(load_u64(box.data() + 24), 0x123456789U);
}

TEST(Mp4, ReadBoxKnowsLargeSizesAndRefusesImpossibleOnes) {
    EXPECT_EQ(read_box(Bytes{0, 0, 0, 8, 'f', 'r', 'e', 'e'}, 0)->size, 8U);
    const auto large = read_box(Bytes{0, 0, 0, 1, 'm', 'd', 'a', 't', 0, 0, 0, 1, 0, 0, 0, 0}, 0);
    EXPECT_EQ(large->size, 1ULL << 32);
    EXPECT_EQ(large->header, 16U);
    EXPECT_EQ(read_box(Bytes{0, 0, 0, 7, 'f', 'r', 'e', 'e'}, 0).error().code, errc::malformed);
    EXPECT_FALSE(read_box(Bytes{0, 0, 0, 0, 'm', 'd', 'a', 't'}, 0));
    EXPECT_FALSE(read_box(Bytes{0, 0, 0, 8, 'f', 'r', 'e'}, 0));
    EXPECT_FALSE(read_box(Bytes{0, 0, 0, 8, 'f', 'r', 'e', 'e'}, 9));
    EXPECT_FALSE(read_box(Bytes{0, 0, 0, 1, 'm', 'd', 'a', 't', 0, 0, 0}, 0));
    EXPECT_FALSE(read_box(Bytes{0, 0, 0, 1, 'm', 'd', 'a', 't', 255, 0, 0, 0, 0, 0, 0, 0}, 0));
}

// Flipped and cut: an error or a value, never a read outside (ASan) or an overflow (UBSan).
TEST(Mp4, ParsersSurviveHostileBytes) {
    TrackSet tracks;
    tracks.video = test::h264_track();
    tracks.audio = opus_track();
    const auto init = make_init(tracks).value()->data;
    const auto part = three_frames().data;
    std::mt19937 random(3);
    int refused = 0;
    for (int round = 0; round < 20000; ++round) {
        auto bytes = round % 2 == 0 ? init : part;
        if (round % 3 == 0) bytes.resize(random() % bytes.size());
        for (int flips = round % 5; flips > 0 && !bytes.empty(); --flips)
            bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
        if (round % 2 == 0 ? !parse_init(bytes) : !parse_part(bytes)) ++refused;
    }
    EXPECT_GT(refused, 5000);
    EXPECT_LT(refused, 20000);
}

}  // namespace
}  // namespace vantage::mp4
