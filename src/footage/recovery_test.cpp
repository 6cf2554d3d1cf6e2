// SPDX-License-Identifier: Apache-2.0
#include "footage/recovery.hpp"

#include "footage/disk_footage.hpp"
#include "footage/reindex.hpp"
#include "footage/segment_path.hpp"
#include "footage/test_disk.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vantage::footage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class RecoveryTest : public ::testing::Test {
  protected:
    // As after kill -9: writers and their memory are gone, files and rows stay as they are.
    void kill() { disk_.writer_ = std::make_unique<DiskWriter>(*disk_.storage_); }
    std::vector<store::SegmentRow> rows() {
        auto out = disk_.catalog_.all();
        std::ranges::sort(out, {}, &store::SegmentRow::start);
        return out;
    }
    UtcTime footage_end(const StreamKey& key) {
        const auto covered = footage_.coverage(key, kBegin - 1h, kBegin + 24h).value();
        return covered.footage.empty() ? UtcTime{} : covered.footage.back().end;
    }
    void append(const fs::path& path, std::string_view bytes) {
        std::ofstream(path, std::ios::app | std::ios::binary) << bytes;
    }

    TestDisk disk_;
    DiskFootage footage_{disk_.files_, disk_.catalog_, disk_.open_};
};

TEST_F(RecoveryTest, AKillLosesLessThanASecond) {
    std::mt19937 random{11};
    auto& camera = disk_.add_camera("door", true);
    for (int kills = 0; kills < 12; ++kills) {
        disk_.run(microseconds{random() % 8'000'000 + 2'000'000});
        const auto killed = disk_.clock_.now();
        kill();
        const auto found = recover_storage(*disk_.storage_);
        EXPECT_EQ(found.segments, 1U);
        EXPECT_LT(killed - footage_end(camera.key), 1s);
        camera.ring->items.clear();
        disk_.clock_.advance(microseconds{random() % 3'000'000 + 500'000});
        camera.camera->jump(to_media(disk_.clock_.now()));
        disk_.record(camera);
    }
    disk_.run(2s);
    disk_.stop();
    EXPECT_EQ(rows().size(), 13U);
    EXPECT_EQ(disk_.gaps(camera).size(), 12U);
    for (const auto& row : rows()) {
        EXPECT_NE(row.state, store::RowState::open);
        EXPECT_EQ(row.bytes, fs::file_size(disk_.path(row)));
        const auto seen = probe(disk_.path(row));
        EXPECT_EQ(seen.errors, "");
        EXPECT_EQ(seen.start, 0);
        EXPECT_NEAR(seen.duration, std::chrono::duration<double>(row.end - row.start).count(), 0.3);
    }
}

// Whatever the byte at which a file ends: the whole parts stay, nothing else does, and it plays.
TEST_F(RecoveryTest, CutsAfterTheLastWholePart) {
    auto& camera = disk_.add_camera("door", true);
    disk_.run(6s);
    kill();
    const auto row = rows().at(0);
    const auto whole = read_whole(disk_.files_, disk_.path(row), 1U << 30).value();
    std::mt19937 random{5};
    std::uint64_t last = 0;
    for (int i = 0; i < 60; ++i) {
        const auto size = i == 0 ? whole.size() : random() % whole.size();
        fs::remove(disk_.path(row));
        auto file = disk_.files_.create(disk_.path(row)).value();
        const auto view = ByteView{whole}.first(size);
        ASSERT_TRUE(write_all(*file, 0, {&view, 1}));
        const auto found = recover_file(*disk_.storage_, row.path);
        if (found.has_error()) {
            EXPECT_EQ(found.error().code, errc::not_found) << size;
            EXPECT_FALSE(fs::exists(disk_.path(row)));
            EXPECT_LT(size, 4000U);
            continue;
        }
        EXPECT_LE(found->row.bytes, size);
        EXPECT_LT(size - found->row.bytes, 20'000U);
        EXPECT_EQ(fs::file_size(disk_.path(row)), found->row.bytes);
        if (i < 10) {
            EXPECT_EQ(probe(disk_.path(row)).errors, "") << size;
        }
        last = std::max(last, found->row.bytes);
    }
    EXPECT_EQ(last, whole.size());
    (void)camera;
}

TEST_F(RecoveryTest, BytesThatNeverCameToTheDiskAreCutOff) {
    disk_.add_camera("door");
    disk_.run(20s);
    kill();
    const auto row = rows().at(0);
    const auto size = fs::file_size(disk_.path(row));
    append(disk_.path(row), std::string(100'000, '\0'));  // grown, not written
    ASSERT_EQ(recover_storage(*disk_.storage_).segments, 1U);
    EXPECT_EQ(rows()[0].bytes, size);
    // A page in the middle of a part.
    auto file = disk_.files_.open(disk_.path(row), OpenMode::update).value();
    const Bytes zeros(4096);
    const ByteView view = zeros;
    const auto hole = size / 2 / 4096 * 4096;
    ASSERT_TRUE(write_all(*file, hole, {&view, 1}));
    const auto again = recover_file(*disk_.storage_, row.path).value();
    EXPECT_LE(again.row.bytes, hole + 1024);
    EXPECT_EQ(probe(disk_.path(row)).errors, "");
}

TEST_F(RecoveryTest, AFileWithoutARowIsFound) {
    auto& camera = disk_.add_camera("door");
    disk_.catalog_.fail(true);
    disk_.run(5s);
    disk_.catalog_.fail(false);
    kill();
    EXPECT_TRUE(rows().empty());
    EXPECT_EQ(recover_storage(*disk_.storage_).segments, 1U);
    EXPECT_EQ(rows().at(0).state, store::RowState::recovered);
    EXPECT_EQ(recover_storage(*disk_.storage_).segments, 0U);
    EXPECT_GT(footage_end(camera.key), kBegin + 4s);
}

TEST_F(RecoveryTest, RowsWithoutAFileGoAndForeignFilesStay) {
    disk_.add_camera("door");
    disk_.run(5s);
    kill();
    const auto row = rows().at(0);
    fs::remove(disk_.path(row));
    const auto foreign = disk_.path(row).parent_path() / "120000.000Z.mp4";
    append(foreign, std::string(5000, 'x'));
    const auto found = recover_storage(*disk_.storage_);
    EXPECT_EQ(found.missing, 1U);
    EXPECT_EQ(found.foreign, 1U);
    EXPECT_TRUE(rows().empty());
    EXPECT_EQ(fs::file_size(foreign), 5000U);
}

TEST_F(RecoveryTest, ReindexRebuildsWhatWasThere) {
    for (const auto* name : {"door", "yard"}) disk_.add_camera(name, true);
    disk_.run(21min);
    disk_.stop();
    const auto before = rows();
    std::map<std::string, Bytes> tables;
    for (const auto& row : before) tables[row.path] = disk_.catalog_.fragment_table(row.id).value();

    FakeCatalog empty;
    const Storage storage{disk_.storage_->volume, disk_.files_, empty, disk_.open_, disk_.clock_};
    append(storage.volume.root / "footage" / "notes.txt", "hello");
    std::vector<ReindexProgress> told;
    const auto report = reindex(storage, {3, {}, {}}, [&](const auto& progress) { told.push_back(progress); }).value();
    EXPECT_EQ(report.indexed, before.size());
    EXPECT_EQ(report.recovered, 0U);
    EXPECT_EQ(report.foreign, std::vector<std::string>{"footage/notes.txt"});
    EXPECT_EQ(told.back().done, before.size());
    auto after = empty.all();
    std::ranges::sort(after, {}, &store::SegmentRow::start);
    ASSERT_EQ(after.size(), before.size());
    for (auto& row : after) {
        const auto same = std::ranges::find(before, row.path, &store::SegmentRow::path);
        ASSERT_NE(same, before.end());
        EXPECT_EQ(empty.fragment_table(row.id).value(), tables[row.path]) << row.path;
        EXPECT_EQ(row.start, same->start);
        EXPECT_EQ(row.end, same->end);
        EXPECT_EQ(row.bytes, same->bytes);
        EXPECT_EQ(row.state, store::RowState::closed);
    }
}

TEST_F(RecoveryTest, ReindexCompletesWhatWasLeftOpenAndDropsWhatIsGone) {
    auto& camera = disk_.add_camera("door");
    disk_.run(5s);
    camera.camera->new_init();
    disk_.run(5s);
    kill();
    fs::remove(disk_.path(rows().at(0)));
    const auto report = reindex(*disk_.storage_, {}, {}).value();
    EXPECT_EQ(report.recovered, 1U);
    EXPECT_EQ(report.rows_dropped, 1U);
    ASSERT_EQ(rows().size(), 1U);
    EXPECT_EQ(rows()[0].state, store::RowState::recovered);
    EXPECT_EQ(rows()[0].timing.source, "arrival");
}

TEST_F(RecoveryTest, ReindexLeavesTheRecorderAlone) {
    auto& camera = disk_.add_camera("door");
    disk_.run(5s);
    ASSERT_TRUE(disk_.catalog_.begin_reindex(disk_.storage_->volume.uuid));
    const auto since = disk_.clock_.now();
    camera.camera->new_init();
    disk_.run(5s);
    EXPECT_EQ(reindex(*disk_.storage_, {1, since, {}}, {}).value().recovered, 0U);
    disk_.run(5s);
    disk_.stop();
    for (const auto& row : rows()) EXPECT_EQ(row.state, store::RowState::closed);
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(probe(disk_.path(rows().back())).errors, "");
}

}  // namespace
}  // namespace vantage::footage
