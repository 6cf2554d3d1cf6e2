// SPDX-License-Identifier: Apache-2.0
// Retention on real files with a real catalogue.
#include "footage/retention_fixture.hpp"

#include <future>

namespace vantage::footage {
namespace {

TEST_F(RetentionTest, RemovesFilesRowsAndEmptyFolders) {
    record(5, hours{72});
    record(2, hours{1});
    keep(hours{48});
    run_all();
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(files_on_disk(), rows());
    EXPECT_FALSE(fs::exists(root_ / "footage/door/main/2026-11-17"));
    EXPECT_TRUE(fs::exists(root_ / "footage/door/main/2026-11-20"));
    EXPECT_EQ(retention_->status().segments_removed, 5U);
    EXPECT_EQ(retention_->status().bytes_removed, 500U);
}

TEST_F(RetentionTest, GoesOnUntilThereIsRoomHoweverMuchMustGo) {
    record(200, hours{1});
    space_.free = 100'000 - 15'000;  // 10 % are to be free: 150 segments must go
    while (retention_->run()) space_.free = 85'000 + retention_->status().bytes_removed;
    EXPECT_EQ(rows().size(), 50U);
    EXPECT_EQ(files_on_disk(), rows());
    EXPECT_EQ(retention_->status().short_of, 0U);
}

TEST_F(RetentionTest, SaysWhenNothingIsLeftThatMayGo) {
    record(3, hours{1});
    protect(clock_.now() - hours{4}, clock_.now());
    space_.free = 40'000;
    run_all();
    EXPECT_EQ(rows().size(), 3U);
    EXPECT_EQ(retention_->status().short_of, 60'000U);
}

TEST_F(RetentionTest, ProtectionsInSettingsHoldEvenWhenTheOldestAreAllProtected) {
    record(100, hours{100});  // more than are read at once
    record(5, hours{90});
    protect(clock_.now() - hours{300}, clock_.now() - hours{99});
    keep(hours{24});
    run_all();
    EXPECT_EQ(rows().size(), 100U);
    EXPECT_EQ(files_on_disk(), rows());
}

TEST_F(RetentionTest, WhatIsProtectedForAMomentMayGoAfterIt) {
    record(5, hours{90});
    const auto id = protect(clock_.now() - hours{300}, clock_.now(), std::string(kPassingProtection));
    keep(hours{24});
    run_all();
    EXPECT_EQ(rows().size(), 5U);
    ASSERT_TRUE(settings_->remove_protection(id));
    run_all();
    EXPECT_TRUE(rows().empty());
}

TEST_F(RetentionTest, WhatWasProtectedMayGoWhenItsLastProtectionIsGone) {
    record(5, hours{90});
    const auto early = protect(clock_.now() - hours{300}, clock_.now() - hours{92});
    const auto all = protect(clock_.now() - hours{300}, clock_.now());
    keep(hours{24});
    run_all();
    EXPECT_EQ(catalog_->protected_segments(volume_.uuid)->size(), 5U);
    ASSERT_TRUE(settings_->remove_protection(all));
    run_all();
    EXPECT_EQ(rows().size(), 2U) << "those that the other one covers";
    EXPECT_EQ(catalog_->protected_segments(volume_.uuid)->size(), 2U);
    retention_.reset();
    ASSERT_TRUE(settings_->remove_protection(early));
    restart();
    keep(hours{24});
    run_all();
    EXPECT_TRUE(rows().empty()) << "also when it went while nothing ran";
    EXPECT_TRUE(files_on_disk().empty());
}

// Wherever it is cut off, the next start finishes: rows and files agree, and nothing young is gone.
TEST_F(RetentionTest, IsFinishedAfterACrashAnywhere) {
    record(3, hours{1});
    for (int cut = 0; cut < 8; ++cut) {
        record(4, hours{72});
        keep(hours{48});
        files_.left = cut;
        retention_->run();
        for (const auto& path : rows())
            EXPECT_TRUE(fs::exists(root_ / path)) << "a row that shows has its file, cut " << cut;
        files_.left = 1'000'000;
        restart();
        keep(hours{48});
        run_all();
        EXPECT_EQ(rows().size(), 3U) << cut;
        EXPECT_EQ(files_on_disk(), rows()) << cut;
    }
}

TEST_F(RetentionTest, ADiskThatCannotDeleteHidesOneBatchAtMostAndSaysSo) {
    record(5, hours{72});
    keep(hours{48});
    files_.left = 0;
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(retention_->run());
    EXPECT_NE(retention_->status().error, "");
    EXPECT_EQ(files_on_disk().size(), 5U);
    record(4, hours{72} + hours{100});
    EXPECT_FALSE(retention_->run());
    EXPECT_EQ(rows().size(), 4U) << "nothing more is begun";
}

TEST_F(RetentionTest, WithoutVolumeJsonNothingIsTouched) {
    record(5, hours{72});
    keep(hours{48});
    fs::rename(root_ / "volume.json", folder_.path() / "volume.json");
    run_all();
    EXPECT_EQ(rows().size(), 5U);
    EXPECT_EQ(files_on_disk().size(), 5U);
    fs::rename(folder_.path() / "volume.json", root_ / "volume.json");
    run_all();
    EXPECT_EQ(rows().size(), 0U);
}

TEST_F(RetentionTest, AfterAStepOfTheClockDaysWaitForAPersonAndSpaceDoesNot) {
    record(5, hours{24});
    keep(hours{48});
    run_all();
    clock_.step(hours{24 * 365});
    run_all();
    EXPECT_EQ(rows().size(), 5U);
    EXPECT_TRUE(retention_->status().clock_hold);
    space_.free = 99'900;
    retention_->run();
    space_.free = 900'000;
    run_all();
    EXPECT_EQ(rows().size(), 4U);
    restart();  // a restart is nobody's word
    keep(hours{48});
    run_all();
    EXPECT_TRUE(retention_->status().clock_hold);
    EXPECT_EQ(rows().size(), 4U);
    retention_->confirm_clock();
    run_all();
    EXPECT_FALSE(retention_->status().clock_hold);
    EXPECT_EQ(rows().size(), 0U);
}

TEST_F(RetentionTest, AClockThatStepsBackIsTrustedAgain) {
    ClockWatch watch(*settings_, clock_);
    EXPECT_FALSE(watch.look());
    clock_.advance(hours{30});
    clock_.step(minutes{59});
    EXPECT_FALSE(watch.look());
    clock_.step(-minutes{59});
    clock_.step(-hours{2});
    EXPECT_TRUE(watch.look());
    clock_.step(hours{2});
    EXPECT_FALSE(watch.look());
    EXPECT_EQ(settings_->value("retention.clock_hold").value(), std::nullopt);
}

TEST_F(RetentionTest, TheClockIsComparedWithTheLastRun) {
    struct Pause {
        hours by;
        bool holds;
    };
    for (const auto& pause :
         {Pause{hours{-2}, true}, Pause{hours{0}, false}, Pause{hours{150}, false}, Pause{hours{200}, true}}) {
        ClockWatch before(*settings_, clock_);
        before.confirm();
        EXPECT_FALSE(before.look());
        clock_.advance(pause.by);  // both clocks: the program was not running
        ClockWatch after(*settings_, clock_);
        EXPECT_EQ(after.look().has_value(), pause.holds) << pause.by.count();
        if (pause.holds) {
            after.confirm();
            EXPECT_FALSE(after.look());
        }
        clock_.advance(minutes{6});
        EXPECT_FALSE(after.look());  // remembers the time of this run
    }
}

TEST_F(RetentionTest, OldGapsAreForgotten) {
    record(2, hours{48});
    ASSERT_TRUE(
        catalog_->add_gap({.stream = kDoor, .start = kStart - hours{90}, .end = kStart - hours{89}, .reason = "old"}));
    ASSERT_TRUE(
        catalog_->add_gap({.stream = kDoor, .start = kStart - hours{50}, .end = kStart - hours{49}, .reason = "new"}));
    run_all();
    const auto gaps = catalog_->gaps(kDoor, UtcTime::min(), UtcTime::max());
    ASSERT_EQ(gaps->size(), 1U);
    EXPECT_EQ(gaps->at(0).reason, "new");
}

TEST_F(RetentionTest, TheThreadRunsAtOnceAndAgain) {
    record(5, hours{72});
    std::promise<void> again;
    int runs = 0;
    Retention retention(root_, files_, *catalog_, *settings_, clock_, [&](const fs::path&) -> Result<DiskSpace> {
        if (++runs == 3) again.set_value();  // the first deletes, the second finds nothing more
        return space_;
    });
    retention.set_policy({.rules = {{.age = hours{48}}}});
    const RetentionThread thread(retention, milliseconds{1});
    ASSERT_EQ(again.get_future().wait_for(seconds{60}), std::future_status::ready);
    EXPECT_EQ(rows().size(), 0U);
}

}  // namespace
}  // namespace vantage::footage
