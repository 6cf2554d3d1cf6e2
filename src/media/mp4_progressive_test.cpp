// SPDX-License-Identifier: Apache-2.0
// Files of a size that nobody wants to write: the index as such, and a file with holes that a foreign reader reads.
#include "media/mp4_progressive.hpp"

#include "media/demuxer.hpp"
#include "media/mp4_box.hpp"
#include "media/test_packets.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace vantage::mp4 {
namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr Ticks kFrame{3600};

// Where the chunks of the first track lie in the file, as stco or co64 say it; empty when the box is not there.
std::vector<std::uint64_t> chunks_in(const Bytes& head, std::string_view box) {
    const auto text = as_text(head);
    const auto at = text.find(box);
    std::vector<std::uint64_t> out;
    if (at == std::string_view::npos) return out;
    const auto* entries = head.data() + at + 8;
    for (std::uint32_t i = 0; i < load_u32(entries); ++i)
        out.push_back(box == "co64" ? load_u64(entries + 4 + std::size_t{i} * 8)
                                    : load_u32(entries + 4 + std::size_t{i} * 4));
    return out;
}

// A movie of one frame a chunk, which lie at `offsets` of the mdat's payload.
Bytes head_of(const std::vector<std::uint64_t>& offsets, std::uint32_t frame_bytes, std::uint64_t media_bytes) {
    const auto track = test::h264_track();
    SampleTable table;
    Ticks at{0};
    for (const auto offset : offsets) {
        table.begin_chunk(offset);
        table.add(frame_bytes, at, Ticks{0}, true);
        at += kFrame;
    }
    table.finish(at);
    return make_movie_head({UtcTime{}, "", {{&track, &table, {{Ticks{0}, at}}}}, media_bytes}).value();
}

TEST(Mp4Progressive, OffsetsAreWideWhereTheFileNeedsThem) {
    for (const auto media : {kGiB, 4 * kGiB - (256U << 20) - 1, 4 * kGiB, 9 * kGiB}) {
        const std::vector<std::uint64_t> offsets{0, media / 2, media - 100};
        const auto head = head_of(offsets, 100, media);
        const bool wide = media >= 4 * kGiB;
        EXPECT_EQ(chunks_in(head, "stco").size(), wide ? 0U : 3U) << media;
        EXPECT_EQ(chunks_in(head, "co64").size(), wide ? 3U : 0U) << media;
        const auto chunks = chunks_in(head, wide ? "co64" : "stco");
        for (std::size_t i = 0; i < offsets.size(); ++i) EXPECT_EQ(chunks.at(i), head.size() + offsets[i]) << media;
        // The header of the mdat says the same.
        const auto* mdat = head.data() + head.size() - (wide ? 16 : 8);
        EXPECT_EQ(load_u32(mdat), wide ? 1U : media + 8);
        if (wide) {
            EXPECT_EQ(load_u64(mdat + 8), media + 16);
        }
    }
}

// The offset of the very last byte must fit, head included, on both sides of the switch.
TEST(Mp4Progressive, NothingOverflowsAtTheSwitch) {
    for (std::uint64_t media = 4 * kGiB - (256U << 20) - 3; media < 4 * kGiB - (256U << 20) + 3; ++media) {
        const auto head = head_of({media - 100}, 100, media);
        auto chunks = chunks_in(head, "stco");
        if (chunks.empty()) chunks = chunks_in(head, "co64");
        EXPECT_EQ(chunks.at(0), head.size() + media - 100) << media;
    }
}

TEST(Mp4Progressive, AForeignReaderFindsFramesBehind4GiB) {
    const std::vector<std::uint64_t> offsets{0, 3 * kGiB, 4 * kGiB + 17, 6 * kGiB};
    const std::uint64_t media = 6 * kGiB + 64;
    const auto head = head_of(offsets, 64, media);
    std::string path = "/tmp/vantage-large-XXXXXX.mp4";
    const int file = mkstemps(path.data(), 4);
    ASSERT_GE(file, 0);
    const auto put = [&](ByteView bytes, std::uint64_t at) {
        ASSERT_EQ(pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at)), static_cast<ssize_t>(bytes.size()));
    };
    put(head, 0);
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        Bytes frame(64, static_cast<std::uint8_t>(0x41 + i));
        store_u32(frame.data(), 60);
        frame[4] = 0x65;
        put(frame, head.size() + offsets[i]);
    }
    ASSERT_EQ(ftruncate(file, static_cast<off_t>(head.size() + media)), 0);
    close(file);
    const auto demuxer = Demuxer::open(path, {.format = "", .options = {}, .shown = "", .probe = false}, {});
    unlink(path.c_str());
    ASSERT_TRUE(demuxer) << demuxer.error().message;
    std::vector<std::uint8_t> seen;
    for (;;) {
        auto next = (*demuxer)->next();
        ASSERT_TRUE(next) << next.error().message;
        if (std::holds_alternative<EndOfInput>(*next)) break;
        if (const auto* frame = std::get_if<DemuxedFrame>(&*next)) seen.push_back(frame->data.back());
    }
    EXPECT_EQ(seen, (std::vector<std::uint8_t>{0x41, 0x42, 0x43, 0x44}));
}

// A day of 25 pictures and 47 frames of sound a second, in parts of 120 and 256 ms, with durations that wander by a tick.
TEST(Mp4Progressive, TheIndexOfADayIsSmall) {
    const auto track = test::h264_track();
    SampleTable video, audio;
    std::uint64_t position = 0;
    constexpr int kFrames = 86400 * 25, kSounds = 86400 * 375 / 8;
    for (int i = 0; i < kFrames; ++i) {
        if (i % 3 == 0) video.begin_chunk(position += 60000);
        video.add(20000, kFrame * i + Ticks{i % 2}, Ticks{0}, i % 50 == 0);
    }
    video.finish(kFrame * kFrames);
    for (int i = 0; i < kSounds; ++i) {
        if (i % 12 == 0) audio.begin_chunk(position);
        audio.add(340, Ticks{1920} * i, Ticks{0}, true);
    }
    audio.finish(Ticks{1920} * kSounds);
    EXPECT_GT(position, 40 * kGiB);
    const auto sound = test::aac_track();
    const auto head = make_movie_head(
        {UtcTime{},
         "",
         {{&track, &video, {{Ticks{0}, video.duration()}}}, {&sound, &audio, {{Ticks{0}, audio.duration()}}}},
         position + 60000});
    ASSERT_TRUE(head);
    EXPECT_EQ(chunks_in(*head, "co64").size(), kFrames / 3U);
    EXPECT_LT(head->size(), 60'000'000U);
    EXPECT_LT(video.memory() + audio.memory(), 100'000'000U);
    RecordProperty("head_bytes", static_cast<int>(head->size()));
    RecordProperty("table_bytes", static_cast<int>(video.memory() + audio.memory()));
}

}  // namespace
}  // namespace vantage::mp4
