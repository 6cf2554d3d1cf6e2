// SPDX-License-Identifier: Apache-2.0
#include "footage/segment_writer.hpp"

#include "footage/part_reader.hpp"
#include "footage/segment_scan.hpp"
#include "footage/test_disk.hpp"

#include <gtest/gtest.h>

namespace vantage::footage {
namespace {

const StreamKey kDoor{CameraId::parse("door").value(), StreamKind::main};

class SegmentWriterTest : public ::testing::Test {
  protected:
    std::unique_ptr<SegmentWriter> create(const PartPtr& first) {
        return SegmentWriter::create(files_, temp_.path(), kDoor, first->init, first->start).value();
    }
    Scan scan(const SegmentWriter& writer) {
        auto file = files_.open(temp_.path() / writer.path(), OpenMode::read).value();
        return scan_segment(*file, Tail::checked).value();
    }
    // Sound that begins before the first picture is the recording's business; here it is left out.
    std::vector<PartPtr> parts(seconds time, bool audio) {
        TestCamera camera{to_media(kBegin), audio};
        auto out = camera.until(to_media(kBegin + time));
        while (out.front()->track == TrackKind::audio) out.erase(out.begin());
        return out;
    }
    void write(SegmentWriter& writer, const std::vector<PartPtr>& list) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            writer.add(list[i]);
            if (i % 4 == 3) {
                ASSERT_TRUE(writer.flush());
            }
        }
    }

    TempDirectory temp_;
    SimulatedClock clock_{kBegin};
    FaultyFiles files_{clock_};
};

TEST_F(SegmentWriterTest, PlaysFromZeroWithItsDuration) {
    for (const bool audio : {false, true}) {
        const auto list = parts(seconds{12}, audio);
        auto writer = create(list.front());
        write(*writer, list);
        ASSERT_TRUE(writer->finish());
        const auto seen = probe(temp_.path() / writer->path());
        EXPECT_EQ(seen.errors, "");
        EXPECT_EQ(seen.start, 0.0);
        EXPECT_NEAR(seen.duration, std::chrono::duration<double>(writer->end() - writer->start()).count(),
                    audio ? 0.3 : 0.001);
        EXPECT_GE(seen.frames, 12 * 25 - 5);
        std::filesystem::remove(temp_.path() / writer->path());
    }
}

TEST_F(SegmentWriterTest, TheFileAloneTellsAll) {
    const auto list = parts(seconds{5}, true);
    auto writer = create(list.front());
    write(*writer, list);
    ASSERT_TRUE(writer->flush());
    auto found = scan(*writer);
    EXPECT_EQ(found.stated, Ticks{0});
    ASSERT_TRUE(writer->finish());
    found = scan(*writer);
    EXPECT_EQ(found.start, list.front()->start);
    EXPECT_EQ(found.table, writer->table().entries());
    EXPECT_EQ(found.start + found.duration, writer->end());
    EXPECT_EQ(found.stated, found.duration);
    EXPECT_EQ(found.whole, found.size);
    EXPECT_EQ(found.init->data, writer->init()->data);
    EXPECT_EQ(found.table.size(), 5U);
    EXPECT_TRUE(std::ranges::all_of(found.table,
                                    [](const auto& entry) { return entry.independent && entry.audio_duration > Ticks{0}; }));
}

TEST_F(SegmentWriterTest, KeyBytesAreEnoughToDecodeTheKeyFrame) {
    const auto list = parts(seconds{3}, false);
    auto writer = create(list.front());
    write(*writer, list);
    ASSERT_TRUE(writer->flush());
    const auto& entry = writer->table().entries().at(1);
    const auto bytes = read_whole(files_, temp_.path() / writer->path(), 1U << 30).value();
    const auto& key = encoded_gop().frames.front().data;
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(entry.offset + entry.key_bytes);
    EXPECT_TRUE(std::equal(key.begin(), key.end(), end - static_cast<std::ptrdiff_t>(key.size())));
}

TEST_F(SegmentWriterTest, SharesThePartsAndLeavesThemAlone) {
    const auto list = parts(seconds{2}, false);
    const auto before = list[5]->data;
    auto writer = create(list.front());
    for (const auto& part : list) writer->add(part);
    EXPECT_GT(list[5].use_count(), 1);
    ASSERT_TRUE(writer->flush());
    EXPECT_EQ(list[5]->data, before);
    EXPECT_EQ(list[5].use_count(), 1);
}

TEST_F(SegmentWriterTest, ShortWritesMakeTheSameFile) {
    const auto list = parts(seconds{2}, true);
    auto whole = create(list.front());
    write(*whole, list);
    ASSERT_TRUE(whole->finish());
    files_.write_at_most(77);
    auto pieces = create(list.front());
    write(*pieces, list);
    ASSERT_TRUE(pieces->finish());
    EXPECT_EQ(read_whole(files_, temp_.path() / pieces->path(), 1U << 30).value(),
              read_whole(files_, temp_.path() / whole->path(), 1U << 30).value());
}

TEST_F(SegmentWriterTest, WhatAFullDiskDidNotTakeIsWrittenLater) {
    const auto list = parts(seconds{4}, false);
    auto writer = create(list.front());
    files_.leave_room_for(100'000);
    for (const auto& part : list) {
        writer->add(part);
        (void)writer->flush();
    }
    EXPECT_EQ(writer->finish().error().code, errc::disk_full);
    EXPECT_TRUE(writer->has_queue());
    files_.leave_room_for(UINT64_MAX);
    ASSERT_TRUE(writer->finish());
    EXPECT_EQ(scan(*writer).table, writer->table().entries());
    EXPECT_EQ(probe(temp_.path() / writer->path()).errors, "");
}

TEST_F(SegmentWriterTest, ANameInUseGetsASuffix) {
    const auto list = parts(seconds{2}, false);
    const auto first = create(list.front());
    const auto second = create(list.front());
    EXPECT_NE(first->path(), second->path());
    EXPECT_TRUE(second->path().ends_with("Z-1.mp4")) << second->path();
}

TEST_F(SegmentWriterTest, NoFileStaysWhenItsCreationFails) {
    const auto list = parts(seconds{2}, false);
    files_.leave_room_for(10);
    EXPECT_EQ(SegmentWriter::create(files_, temp_.path(), kDoor, list.front()->init, list.front()->start).error().code,
              errc::disk_full);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(temp_.path())) EXPECT_TRUE(entry.is_directory());
}

TEST_F(SegmentWriterTest, PrftSaysTheTimeExactly) {
    for (const std::int64_t tick : {0LL, 1LL, 7LL, 89'999LL, 158'729'890'050'001LL}) {
        const MediaTime time{Ticks{158'729'890'000'000 + tick}};
        const auto box = mp4::make_prft(TrackKind::video, to_utc(time), Ticks{tick});
        const auto back = parse_prft(box).value();
        EXPECT_EQ(std::chrono::round<Ticks>(back.utc), time);
        EXPECT_EQ(back.decode_time, Ticks{tick});
    }
    EXPECT_FALSE(parse_prft(Bytes(32)));
}

}  // namespace
}  // namespace vantage::footage
