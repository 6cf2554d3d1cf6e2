// SPDX-License-Identifier: Apache-2.0
#include "footage/volume.hpp"

#include "footage/temp_directory.hpp"

#include <gtest/gtest.h>

namespace vantage::footage {
namespace {

namespace fs = std::filesystem;

class VolumeTest : public ::testing::Test {
  protected:
    TempDirectory temp_;
    fs::path root_{temp_.path() / "storage"};
    SystemFiles files_;
    SimulatedClock clock_{UtcTime{seconds{1'763'665'445}}};
};

TEST_F(VolumeTest, ANewStorageGetsAUuidAndKeepsIt) {
    const auto made = open_volume(files_, root_, {}, clock_).value();
    EXPECT_EQ(made.uuid.size(), 36U);
    EXPECT_EQ(open_volume(files_, root_, {}, clock_).value().uuid, made.uuid);
    EXPECT_EQ(open_volume(files_, root_, made.uuid, clock_).value().uuid, made.uuid);
    EXPECT_FALSE(fs::exists(root_ / "volume.json.new"));
}

TEST_F(VolumeTest, TwoStoragesAreTwoVolumes) {
    EXPECT_NE(open_volume(files_, root_, {}, clock_).value().uuid,
              open_volume(files_, temp_.path() / "other", {}, clock_).value().uuid);
}

TEST_F(VolumeTest, AKnownDiskWithoutItsFileIsMissingAndNothingIsWritten) {
    fs::create_directories(root_);  // the bare mount point
    const auto uuid = std::string{"3f2b0d52-8c0e-4c8a-9a50-2f6a5f4d7a11"};
    EXPECT_EQ(open_volume(files_, root_, uuid, clock_).error().code, errc::unavailable);
    EXPECT_TRUE(fs::is_empty(root_));
}

TEST_F(VolumeTest, AnotherDiskIsNotTakenForTheKnownOne) {
    ASSERT_TRUE(open_volume(files_, root_, {}, clock_));
    const auto other = std::string{"3f2b0d52-8c0e-4c8a-9a50-2f6a5f4d7a11"};
    EXPECT_EQ(open_volume(files_, root_, other, clock_).error().code, errc::unavailable);
}

TEST_F(VolumeTest, FootageWithoutVolumeIsAdoptedOnlyOnRequest) {
    fs::create_directories(root_ / "footage" / "door");
    EXPECT_EQ(open_volume(files_, root_, {}, clock_).error().code, errc::unavailable);
    const auto adopted = adopt_volume(files_, root_, clock_).value();
    EXPECT_EQ(open_volume(files_, root_, {}, clock_).value().uuid, adopted.uuid);
    EXPECT_TRUE(fs::exists(root_ / "footage" / "door"));
}

TEST_F(VolumeTest, ADamagedFileIsNotReplaced) {
    fs::create_directories(root_);
    auto file = files_.create(root_ / "volume.json").value();
    const auto text = as_bytes("{\"uuid\": \"nonsense\"}");
    ASSERT_TRUE(write_all(*file, 0, {&text, 1}));
    EXPECT_EQ(open_volume(files_, root_, {}, clock_).error().code, errc::malformed);
    EXPECT_EQ(adopt_volume(files_, root_, clock_).error().code, errc::malformed);
}

TEST_F(VolumeTest, OneProgramAStorage) {
    EXPECT_EQ(VolumeLock::take(temp_.path()).error().code, errc::not_found);
    ASSERT_TRUE(open_volume(files_, root_, {}, clock_));
    {
        const auto held = VolumeLock::take(root_);
        ASSERT_TRUE(held);
        EXPECT_EQ(VolumeLock::take(root_).error().code, errc::unavailable);
    }
    EXPECT_TRUE(VolumeLock::take(root_));
}

}  // namespace
}  // namespace vantage::footage
