// SPDX-License-Identifier: Apache-2.0
// Thumbnails beside real segment files, from the first picture to recovery, reindex and look-up.
#include "footage/thumb_writer.hpp"

#include "footage/recovery.hpp"
#include "footage/reindex.hpp"
#include "footage/segment_path.hpp"
#include "footage/test_disk.hpp"
#include "footage/thumb_recovery.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vantage::footage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class ThumbWriterTest : public testing::Test {
  protected:
    void restart() {
        open_ = std::make_unique<OpenThumbs>();
        writer_ = std::make_unique<ThumbWriter>(ThumbWriter::Places{disk_.storage_->volume.root, disk_.files_,
                                                                    disk_.catalog_, disk_.open_, *open_, disk_.clock_});
        thumbs_ = std::make_unique<Thumbs>(disk_.files_, disk_.catalog_, *open_);
    }
    void SetUp() override { restart(); }
    // A JPEG's worth of bytes that say which instant it is of.
    static Bytes picture(UtcTime time) {
        Bytes out(5'000, 'p');
        store_u64(out.data(), static_cast<std::uint64_t>(time.time_since_epoch().count()));
        return out;
    }
    // Camera and disk run; every second a picture of the newest whole second comes, 40 ms late.
    void run(TestDisk::Camera& camera, seconds time) {
        for (auto i = 0s; i < time; i += 1s) {
            const auto now = disk_.clock_.now();
            taken_.push_back(now);
            writer_->add(camera.key, now, picture(now));
            disk_.run(1s);
            (void)writer_->step();
        }
    }
    void expect_all_there(const CameraId& camera, std::span<const UtcTime> times) {
        const auto found = thumbs_->between(camera, times.front() - 1us, times.back()).value();
        ASSERT_EQ(found.size(), times.size());
        for (std::size_t i = 0; i < times.size(); ++i) {
            EXPECT_EQ(found[i].time, times[i]);
            EXPECT_EQ(thumbs_->read(found[i]).value(), picture(times[i]));
        }
    }
    std::vector<fs::path> files() {
        std::vector<fs::path> out;
        for (const auto& entry : fs::recursive_directory_iterator(disk_.storage_->volume.root))
            if (entry.path().extension() == ".thumbs") out.push_back(entry.path());
        std::ranges::sort(out);
        return out;
    }
    std::string relative(const fs::path& path) { return path.lexically_relative(disk_.storage_->volume.root); }
    void kill() {
        disk_.writer_ = std::make_unique<DiskWriter>(*disk_.storage_);
        restart();
    }

    TestDisk disk_;
    std::unique_ptr<OpenThumbs> open_;
    std::unique_ptr<ThumbWriter> writer_;
    std::unique_ptr<Thumbs> thumbs_;
    std::vector<UtcTime> taken_;
};

TEST_F(ThumbWriterTest, EverySecondLiesBesideItsSegmentAndIsFoundWhileItGrowsAndAfter) {
    auto& door = disk_.add_camera("door");
    run(door, 1500s);
    const std::span all(taken_);
    expect_all_there(door.key.camera, all.first(1498));
    disk_.stop();
    ASSERT_TRUE(writer_->finish());
    EXPECT_TRUE(open_->of(door.key.camera).empty());
    expect_all_there(door.key.camera, all.first(1499));
    EXPECT_GE(files().size(), 3U);
    for (const auto& file : files()) {
        const auto pack = disk_.catalog_.thumbs_at(disk_.storage_->volume.uuid, relative(file)).value();
        const auto segment = disk_.catalog_.segment_at(pack.volume, segment_of_thumbs(pack.path)).value();
        EXPECT_GE(pack.start, segment.start);
        EXPECT_LT(pack.end, segment.end);
        EXPECT_EQ(pack.bytes, fs::file_size(file));
    }
    EXPECT_LE(writer_->dropped(), 1U) << "the last one's footage never came";
}

TEST_F(ThumbWriterTest, TheNearestAndTheNeighboursOfAHole) {
    auto& door = disk_.add_camera("door");
    run(door, 30s);
    door.sends = false;
    disk_.run(60s);
    door.sends = true;
    door.camera->jump(to_media(disk_.clock_.now()));
    const auto hole = taken_.size();
    run(door, 30s);
    const auto& id = door.key.camera;
    const auto at = taken_[10];
    EXPECT_EQ(thumbs_->nearest(id, at + 400ms, 10s)->found->time, at);
    EXPECT_EQ(thumbs_->nearest(id, at + 600ms, 10s)->found->time, taken_[11]);
    EXPECT_EQ(thumbs_->nearest(id, at + 500ms, 10s)->found->time, at) << "the earlier of two";
    EXPECT_EQ(thumbs_->nearest(id, at + 400ms, 400ms)->found->time, at) << "the bound counts";
    EXPECT_FALSE(thumbs_->nearest(id, at + 400ms, 399ms)->found);
    const auto none = thumbs_->nearest(id, taken_[hole - 1] + 30s, 10s).value();
    EXPECT_FALSE(none.found);
    EXPECT_EQ(none.before, taken_[hole - 1]);
    EXPECT_EQ(none.after, taken_[hole]);
    const auto never = thumbs_->nearest(id, kBegin - 240h, 10s).value();
    EXPECT_FALSE(never.before);
    EXPECT_EQ(never.after, taken_[0]);
    EXPECT_EQ(thumbs_->between(id, at, taken_[15])->size(), 5U) << "greater than the first, up to the last";
}

TEST_F(ThumbWriterTest, WithoutFootageThereIsNoPicture) {
    auto& door = disk_.add_camera("door");
    run(door, 10s);
    door.sends = false;
    run(door, 40s);
    EXPECT_LE(thumbs_->between(door.key.camera, kBegin - 1s, UtcTime::max())->size(), 11U);
    EXPECT_GE(writer_->dropped(), 20U);
    for (int i = 0; i < 500; ++i) writer_->add(door.key, disk_.clock_.now(), picture(disk_.clock_.now()));
    EXPECT_GE(writer_->dropped(), 400U) << "what waits is bounded";
}

TEST_F(ThumbWriterTest, AFullDiskIsTriedAgainAndNothingIsTorn) {
    auto& door = disk_.add_camera("door");
    run(door, 10s);
    disk_.files_.write_at_most(700);
    run(door, 5s);
    disk_.files_.write_at_most(SIZE_MAX);
    disk_.files_.fail_with(ENOSPC);
    for (int i = 0; i < 3; ++i) {
        writer_->add(door.key, taken_.back() + i * 10ms + 1ms, picture(taken_.back() + i * 10ms + 1ms));
        EXPECT_EQ(writer_->step().error().code, errc::disk_full);
    }
    disk_.files_.fail_with(0);
    EXPECT_TRUE(writer_->step());
    ASSERT_EQ(files().size(), 1U);
    auto file = disk_.files_.open(files()[0], OpenMode::read).value();
    const auto scan = scan_thumbs(*file).value();
    EXPECT_EQ(scan.whole, scan.size);
    EXPECT_EQ(scan.entries.size(), 18U);
}

TEST_F(ThumbWriterTest, AKillLeavesWhatIsWholeAndRecoveryCutsTheTail) {
    auto& door = disk_.add_camera("door");
    run(door, 20s);
    kill();
    EXPECT_FALSE(thumbs_->nearest(door.key.camera, taken_[5], 10s)->found) << "no row yet";
    ASSERT_EQ(files().size(), 1U);
    const auto whole = fs::file_size(files()[0]);
    std::ofstream(files()[0], std::ios::app | std::ios::binary) << "VTHB torn";
    fs::create_directories(files()[0].parent_path());
    const auto orphan = files()[0].parent_path() / "000000.000Z.thumbs";
    fs::copy_file(files()[0], orphan);
    const auto foreign = files()[0].parent_path() / "000001.000Z.thumbs";
    std::ofstream(foreign) << "somebody else's";
    EXPECT_EQ(recover_storage(*disk_.storage_).thumbs, 2U);
    EXPECT_EQ(files().size(), 3U) << "one without a segment and a foreign one stay";
    EXPECT_EQ(fs::file_size(orphan), whole);
    EXPECT_EQ(fs::file_size(foreign), 15U);
    fs::remove(orphan);
    ASSERT_TRUE(disk_.catalog_.remove_thumbs(disk_.storage_->volume.uuid, std::array{relative(orphan)}));
    expect_all_there(door.key.camera, std::span(taken_).first(18));
    EXPECT_EQ(recover_storage(*disk_.storage_).thumbs, 0U) << "known ones are not read again";
}

TEST_F(ThumbWriterTest, ReindexRebuildsTheRows) {
    auto& door = disk_.add_camera("door");
    run(door, 900s);
    disk_.stop();
    ASSERT_TRUE(writer_->finish());
    const auto& volume = disk_.storage_->volume.uuid;
    std::vector<std::string> paths;
    for (const auto& file : files()) paths.push_back(relative(file));
    std::vector<store::ThumbPackRow> before;
    for (const auto& path : paths) before.push_back(disk_.catalog_.thumbs_at(volume, path).value());
    ASSERT_TRUE(disk_.catalog_.remove_thumbs(volume, paths));
    const auto report = reindex(*disk_.storage_, {}, {}).value();
    EXPECT_EQ(report.thumbs, before.size());
    EXPECT_TRUE(report.foreign.empty());
    for (auto row : before) {
        const auto again = disk_.catalog_.thumbs_at(volume, row.path).value();
        row.id = again.id;
        EXPECT_EQ(again, row);
    }
    expect_all_there(door.key.camera, std::span(taken_).first(899));
}

TEST_F(ThumbWriterTest, APackThatIsThereGoesOn) {
    auto& door = disk_.add_camera("door");
    run(door, 10s);
    ASSERT_TRUE(writer_->finish());
    restart();
    run(door, 10s);
    EXPECT_EQ(files().size(), 1U);
    expect_all_there(door.key.camera, std::span(taken_).first(19));
}

TEST_F(ThumbWriterTest, ADamagedPictureIsNotGivenOut) {
    auto& door = disk_.add_camera("door");
    run(door, 10s);
    const auto found = thumbs_->nearest(door.key.camera, taken_[4], 1s)->found.value();
    {
        std::fstream file(files()[0], std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(found.offset + 100));
        file << "damage";
    }
    EXPECT_EQ(thumbs_->read(found).error().code, errc::malformed);
    fs::remove(files()[0]);
    EXPECT_EQ(thumbs_->read(found).error().code, errc::not_found);
}

}  // namespace
}  // namespace vantage::footage
