// SPDX-License-Identifier: Apache-2.0
// Thumbnails go with their segments, or outlive them.
#include "footage/retention_fixture.hpp"
#include "footage/thumb_file.hpp"

namespace vantage::footage {
namespace {

class ThumbRetentionTest : public RetentionTest {
  protected:
    // Thumbnails beside every segment there is.
    void add_thumbs() {
        for (const auto& segment : catalog_->overlapping(kDoor, UtcTime::min(), UtcTime::max()).value()) {
            const auto path = thumbs_path(segment.path);
            std::ofstream(root_ / path) << "pictures";
            ASSERT_TRUE(catalog_->put_thumbs({.stream = kDoor,
                                              .volume = volume_.uuid,
                                              .path = path,
                                              .start = segment.start,
                                              .end = segment.end - seconds{1},
                                              .bytes = 8},
                                             Bytes{}));
        }
    }
    std::size_t thumb_rows() const { return catalog_->thumbs_within(kDoor.camera, UtcTime::min(), UtcTime::max())->size(); }
    std::size_t thumb_files() const {
        std::size_t found = 0;
        for (const auto& entry : fs::recursive_directory_iterator(root_)) found += entry.path().extension() == ".thumbs";
        return found;
    }
};

TEST_F(ThumbRetentionTest, ThumbnailsGoWithTheirSegment) {
    record(5, hours{72});
    record(2, hours{1});
    add_thumbs();
    keep(hours{48});
    run_all();
    EXPECT_EQ(thumb_rows(), 2U);
    EXPECT_EQ(thumb_files(), 2U);
    EXPECT_FALSE(fs::exists(root_ / "footage/door/main/2026-11-17"));
}

TEST_F(ThumbRetentionTest, ThumbnailsThatAreKeptLongerGoInTheirTurn) {
    record(5, hours{72});
    record(2, hours{1});
    add_thumbs();
    retention_->set_policy({.rules = {{.age = hours{48}}}, .keep_thumbs = hours{100}});
    run_all();
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(thumb_rows(), 7U);
    clock_.advance(hours{27});  // three of five are over 100 hours old
    run_all();
    EXPECT_EQ(thumb_rows(), 4U);
    EXPECT_EQ(thumb_files(), 4U);
    EXPECT_TRUE(fs::exists(root_ / "footage/door/main/2026-11-17"));
    retention_->set_policy({.rules = {{.age = hours{48}}}});
    clock_.advance(hours{1});
    run_all();
    EXPECT_EQ(thumb_rows(), 2U) << "with the video again";
    EXPECT_FALSE(fs::exists(root_ / "footage/door/main/2026-11-17"));
    clock_.advance(hours{200});
    space_.free = 1'000;
    retention_->set_policy({.rules = {{.age = hours{48}}}, .keep_thumbs = hours{10'000}});
    run_all();
    EXPECT_EQ(thumb_rows(), 0U) << "a full disk, and no footage left";
}

TEST_F(ThumbRetentionTest, NeverThoseOfASegmentThatStays) {
    record(3, hours{72});
    add_thumbs();
    protect(clock_.now() - hours{75}, clock_.now() - hours{73} + minutes{1});
    retention_->set_policy({.rules = {{.age = hours{48}}}, .keep_thumbs = hours{1}});
    run_all();
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(thumb_rows(), 2U);
    EXPECT_EQ(thumb_files(), 2U);
}

// At whatever step the disk fails: every row has its file in the end, every file its row.
TEST_F(ThumbRetentionTest, ACrashAnywhereIsFinishedLater) {
    for (int left = 0; left < 12; ++left) {
        record(3, hours{72});
        add_thumbs();
        keep(hours{48});
        files_.left = left;
        run_all();
        files_.left = 1'000'000;
        restart();
        keep(hours{48});
        run_all();
        EXPECT_EQ(thumb_rows(), 0U) << left;
        EXPECT_EQ(thumb_files(), 0U) << left;
        EXPECT_TRUE(rows().empty()) << left;
    }
}

}  // namespace
}  // namespace vantage::footage
