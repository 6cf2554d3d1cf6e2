// SPDX-License-Identifier: Apache-2.0
#include "footage/recording.hpp"

#include "footage/test_disk.hpp"

#include <gtest/gtest.h>

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;
using store::RowState;

class RecordingTest : public ::testing::Test {
  protected:
    std::vector<store::SegmentRow> rows() {
        auto out = disk_.catalog_.all();
        std::ranges::sort(out, {}, &store::SegmentRow::start);
        return out;
    }
    TestDisk disk_;
};

TEST_F(RecordingTest, ARowIsOpenUntilItsBytesAreSynced) {
    disk_.add_camera("door", true);
    disk_.run(5s);
    ASSERT_EQ(rows().size(), 1U);
    EXPECT_EQ(rows()[0].state, RowState::open);
    disk_.writer_->remove_all();
    EXPECT_EQ(rows()[0].state, RowState::open);
    disk_.sync();
    EXPECT_EQ(rows()[0].state, RowState::closed);
    EXPECT_EQ(rows()[0].bytes, std::filesystem::file_size(disk_.path(rows()[0])));
    EXPECT_EQ(rows()[0].timing.source, "arrival");
    EXPECT_TRUE(disk_.writer_->settled());
    EXPECT_EQ(probe(disk_.path(rows()[0])).errors, "");
}

TEST_F(RecordingTest, WritesAtEachWakeAndSyncsOnceASecond) {
    for (const auto* name : {"one", "two", "three"}) disk_.add_camera(name);
    disk_.run(1s);
    const auto writes = disk_.files_.writes();
    const auto syncs = disk_.files_.disk_syncs();
    disk_.run(60s);
    EXPECT_LE(disk_.files_.writes() - writes, 3U * 60 * 1000 / 225 + 3);
    EXPECT_GE(disk_.files_.disk_syncs() - syncs, 60U);
    EXPECT_LE(disk_.files_.disk_syncs() - syncs, 68U);
}

TEST_F(RecordingTest, TurnsOverWithoutLosingATick) {
    disk_.add_camera("door", true);
    disk_.run(25min);
    disk_.stop();
    const auto all = rows();
    ASSERT_GE(all.size(), 3U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_LE(all[i].end - all[i].start, 10min);
        const auto seen = probe(disk_.path(all[i]), false);
        EXPECT_EQ(seen.errors, "");
        EXPECT_EQ(seen.start, 0);
        if (i > 0) {
            EXPECT_EQ(all[i].start, all[i - 1].end);
        }
    }
    // Sound too: what began before the turn lies in the old segment.
    Ticks sound{0};
    for (const auto& row : all)
        for (const auto& entry : decode_table(disk_.catalog_.fragment_table(row.id).value()).value())
            sound += entry.audio_duration;
    EXPECT_NEAR(std::chrono::duration<double>(sound).count(), 25 * 60, 1);
    EXPECT_TRUE(disk_.gaps(disk_.cameras_[0]).empty());
}

TEST_F(RecordingTest, ALostCameraIsAGapFromItsLastPictureToItsNext) {
    auto& camera = disk_.add_camera("door");
    disk_.run(5s);
    camera.sends = false;
    const auto lost = disk_.clock_.now();
    disk_.run(10s);
    camera.ring->push(Interrupted{"camera lost", disk_.clock_.now()});
    disk_.run(10s);
    ASSERT_EQ(disk_.gaps(camera).size(), 1U);
    EXPECT_FALSE(disk_.gaps(camera)[0].end);
    camera.sends = true;
    camera.camera->jump(to_media(disk_.clock_.now()));
    const auto back = disk_.clock_.now();
    disk_.run(5s);
    const auto gaps = disk_.gaps(camera);
    ASSERT_EQ(gaps.size(), 1U);
    EXPECT_EQ(gaps[0].reason, "camera lost");
    EXPECT_LE(lost - gaps[0].start, 200ms);
    EXPECT_EQ(gaps[0].end, back);
    ASSERT_EQ(rows().size(), 2U);
    EXPECT_EQ(rows()[0].state, RowState::closed);
    EXPECT_EQ(rows()[0].end, gaps[0].start);
    EXPECT_EQ(rows()[1].start, gaps[0].end);
}

TEST_F(RecordingTest, OtherParametersBeginASegmentWithoutAGap) {
    auto& camera = disk_.add_camera("door");
    disk_.run(5s);
    camera.camera->new_init();
    disk_.run(5s);
    ASSERT_EQ(rows().size(), 2U);
    EXPECT_EQ(rows()[0].end, rows()[1].start);
    EXPECT_TRUE(disk_.gaps(camera).empty());
}

TEST_F(RecordingTest, AFullDiskIsAGapOnlyForWhatIsLost) {
    auto& camera = disk_.add_camera("door");
    auto& other = disk_.add_camera("yard");
    camera.ring->most = other.ring->most = 400;
    disk_.run(5s);
    disk_.files_.leave_room_for(0);
    disk_.run(1s);
    EXPECT_TRUE(disk_.gaps(camera).empty());
    disk_.files_.leave_room_for(UINT64_MAX);
    disk_.run(5s);  // all of it was in the ring
    EXPECT_TRUE(disk_.gaps(camera).empty());
    ASSERT_EQ(rows().size(), 2U);

    disk_.files_.leave_room_for(0);
    const auto full = disk_.clock_.now();
    disk_.run(20s);
    ASSERT_EQ(disk_.gaps(camera).size(), 1U);
    EXPECT_FALSE(disk_.gaps(camera)[0].end);
    EXPECT_EQ(disk_.gaps(camera)[0].reason, "disk full");
    disk_.files_.leave_room_for(UINT64_MAX);
    disk_.run(5s);
    EXPECT_TRUE(disk_.gaps(camera).empty());  // still nothing lost: the ring held it

    camera.ring->most = other.ring->most = 20;
    disk_.files_.leave_room_for(0);
    disk_.run(20s);
    disk_.files_.leave_room_for(UINT64_MAX);
    disk_.run(5s);
    disk_.stop();
    for (auto* one : {&camera, &other}) {
        const auto gaps = disk_.gaps(*one);
        ASSERT_EQ(gaps.size(), 1U);
        EXPECT_EQ(gaps[0].reason, "disk full");
        EXPECT_GE(gaps[0].start, full);
        EXPECT_GT(*gaps[0].end - gaps[0].start, 10s);
    }
    for (const auto& row : rows()) {
        EXPECT_EQ(row.state, RowState::closed);
        EXPECT_EQ(probe(disk_.path(row)).errors, "");
    }
}

TEST_F(RecordingTest, ADiskThatFailsForLongGetsANewFile) {
    auto& camera = disk_.add_camera("door");
    disk_.run(5s);
    disk_.files_.fail_with(EIO);
    disk_.run(20s);
    EXPECT_TRUE(camera.ring->parts > 0);
    ASSERT_EQ(disk_.gaps(camera).size(), 1U);
    EXPECT_EQ(disk_.gaps(camera)[0].reason, "disk error");
    disk_.files_.fail_with(0);
    disk_.run(5s);
    disk_.stop();
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(rows()[0].end, rows()[1].start);
    EXPECT_TRUE(disk_.gaps(camera).empty());
}

TEST_F(RecordingTest, AMissingVolumeIsNotWrittenTo) {
    auto& camera = disk_.add_camera("door");
    camera.sends = false;
    const auto volume = disk_.storage_->volume.root / "volume.json";
    std::filesystem::rename(volume, volume.string() + ".away");
    camera.sends = true;
    camera.ring->most = 20;
    disk_.run(10s);
    EXPECT_TRUE(rows().empty());
    EXPECT_FALSE(std::filesystem::exists(disk_.storage_->volume.root / "footage"));
    ASSERT_EQ(disk_.gaps(camera).size(), 1U);
    EXPECT_EQ(disk_.gaps(camera)[0].reason, "disk missing");
    std::filesystem::rename(volume.string() + ".away", volume);
    disk_.run(5s);
    ASSERT_EQ(rows().size(), 2U);  // the first part had been taken already
    EXPECT_EQ(disk_.gaps(camera)[0].start, rows()[0].end);
    EXPECT_EQ(disk_.gaps(camera)[0].end, rows()[1].start);
}

TEST_F(RecordingTest, TimeNotRecordedHasItsReason) {
    auto& camera = disk_.add_camera("door");
    disk_.run(5s);
    disk_.stop();
    const auto end = rows()[0].end;
    disk_.clock_.advance(1h);
    camera.ring->items.clear();
    camera.camera->jump(to_media(disk_.clock_.now()));
    disk_.record(camera);
    disk_.run(3s);
    ASSERT_EQ(disk_.gaps(camera).size(), 1U);
    EXPECT_EQ(disk_.gaps(camera)[0].reason, "not running");
    EXPECT_EQ(disk_.gaps(camera)[0].start, end);
    EXPECT_EQ(disk_.gaps(camera)[0].end, rows()[1].start);

    disk_.writer_->remove(camera.key, "not recorded");
    disk_.run(10min);
    camera.ring->items.clear();
    disk_.record(camera);
    disk_.run(3s);
    ASSERT_EQ(disk_.gaps(camera).size(), 2U);
    EXPECT_EQ(disk_.gaps(camera)[1].reason, "not recorded");
    EXPECT_TRUE(disk_.gaps(camera)[1].end);
}

// Sources end a moment before the disk does: that moment and the time until the next start are one hole.
TEST_F(RecordingTest, AStopIsOneGapFromTheLastPictureOn) {
    auto& camera = disk_.add_camera("door");
    disk_.run(5s);
    camera.ring->push(Interrupted{"stopped", disk_.clock_.now()});
    disk_.stop();
    disk_.clock_.advance(1h);
    camera.camera->jump(to_media(disk_.clock_.now()));
    disk_.record(camera);
    disk_.run(3s);
    const auto gaps = disk_.catalog_.gaps(camera.key, UtcTime{}, UtcTime::max()).value();
    ASSERT_EQ(gaps.size(), 1U);
    EXPECT_EQ(gaps[0].reason, "not running");
    EXPECT_EQ(gaps[0].start, rows()[0].end);
    EXPECT_EQ(gaps[0].end, rows()[1].start);
}

TEST_F(RecordingTest, AfterALostCameraTheStopIsAGapOfItsOwn) {
    auto& camera = disk_.add_camera("door");
    disk_.run(5s);
    camera.sends = false;
    camera.ring->push(Interrupted{"camera lost", disk_.clock_.now()});
    disk_.run(10s);
    const auto stopped = disk_.clock_.now();
    camera.ring->push(Interrupted{"stopped", stopped});
    disk_.stop();
    disk_.clock_.advance(1h);
    camera.camera->jump(to_media(disk_.clock_.now()));
    camera.sends = true;
    disk_.record(camera);
    disk_.run(3s);
    const auto gaps = disk_.catalog_.gaps(camera.key, UtcTime{}, UtcTime::max()).value();
    ASSERT_EQ(gaps.size(), 2U);
    EXPECT_EQ(gaps[0].reason, "camera lost");
    EXPECT_EQ(gaps[0].end, stopped);
    EXPECT_EQ(gaps[1].reason, "not running");
    EXPECT_EQ(gaps[1].start, stopped);
}

TEST_F(RecordingTest, ACameraThatNeverComesIsLostSinceTheStart) {
    auto& camera = disk_.add_camera("door");
    camera.sends = false;
    disk_.run(29s);
    EXPECT_TRUE(disk_.gaps(camera).empty());
    disk_.run(2s);
    ASSERT_EQ(disk_.gaps(camera).size(), 1U);
    EXPECT_EQ(disk_.gaps(camera)[0].reason, "camera lost");
    EXPECT_EQ(disk_.gaps(camera)[0].start, kBegin);
}

TEST_F(RecordingTest, ACatalogueThatFailsStopsNoRecording) {
    auto& camera = disk_.add_camera("door");
    disk_.catalog_.fail(true);
    disk_.run(5s);
    camera.ring->push(Interrupted{"camera lost", disk_.clock_.now()});
    camera.camera->jump(to_media(disk_.clock_.now() + 5s));
    disk_.run(10s);
    EXPECT_TRUE(rows().empty());
    disk_.catalog_.fail(false);
    disk_.run(3s);
    disk_.stop();
    ASSERT_EQ(rows().size(), 2U);
    EXPECT_EQ(rows()[0].state, RowState::closed);
    ASSERT_EQ(disk_.gaps(camera).size(), 1U);
    EXPECT_EQ(disk_.gaps(camera)[0].start, rows()[0].end);
    EXPECT_EQ(disk_.gaps(camera)[0].end, rows()[1].start);
}

TEST_F(RecordingTest, AFailedSyncEndsTheSegmentsAndClosesNoRow) {
    disk_.add_camera("door");
    disk_.run(5s);
    disk_.files_.fail_sync_with(EIO);
    disk_.run(2s);
    for (const auto& row : rows()) EXPECT_EQ(row.state, RowState::open);
    disk_.files_.fail_sync_with(0);
    disk_.run(3s);
    EXPECT_EQ(rows()[0].state, RowState::closed);
    EXPECT_EQ(rows().back().state, RowState::open);
}

}  // namespace
}  // namespace vantage::footage
