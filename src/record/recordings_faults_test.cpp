// SPDX-License-Identifier: Apache-2.0
// Recordings on demand whose program, disk or record fails.
#include "record/recordings_fixture.hpp"

namespace vantage::record {
namespace {

TEST_F(RecordingsTest, ACrashLosesTheLastMomentAlone) {
    const auto made = begin("what happened");
    run(5s);
    const auto before = clock_.now();
    crash_and_restart();
    const auto found = recordings_->find(made.id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state, RecordingState::done);
    EXPECT_TRUE(found->recovered);
    EXPECT_EQ(found->name, "what happened");
    EXPECT_LE(before - *found->end(), 1s);
    expect_plays(*found);
    const auto next = begin();
    run(1s);
    EXPECT_TRUE(recordings_->find(next.id));
    EXPECT_FALSE(recordings_->find(made.id)) << "replaced, as any other";
}

TEST_F(RecordingsTest, AFileThatEndsInTheMiddleOfAPartIsCut) {
    const auto made = begin();
    run(5s);
    const auto file = path(*recordings_->find(made.id));
    const auto whole = std::filesystem::file_size(file);
    auto dead = std::move(recordings_);
    std::filesystem::copy(temp_.path() / "recordings", temp_.path() / "left", std::filesystem::copy_options::recursive);
    dead.reset();
    std::filesystem::remove_all(temp_.path() / "recordings");
    std::filesystem::rename(temp_.path() / "left", temp_.path() / "recordings");
    std::filesystem::resize_file(file, whole - 10);
    open();
    recordings_->step();
    expect_plays(*recordings_->find(made.id));
    EXPECT_LT(std::filesystem::file_size(file), whole);
}

TEST_F(RecordingsTest, AnEndBeforeThereIsAPictureIsAFailure) {
    const auto made = begin();
    crash_and_restart();
    EXPECT_EQ(recordings_->find(made.id)->state, RecordingState::failed);
    EXPECT_NE(recordings_->find(made.id)->error, "");
}

TEST_F(RecordingsTest, WithoutItsRecordItIsStillListedAndKept) {
    const auto made = begin();
    run(3s);
    const auto ended = end(made.id);
    std::filesystem::remove(recordings_->folders().of(ended) / "recording.json");
    open();
    recordings_->step();
    const auto found = recordings_->find(made.id);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->kept);
    EXPECT_EQ(found->state, RecordingState::done);
    EXPECT_EQ(found->files, ended.files);
}

TEST_F(RecordingsTest, KeepsItsRecordOverAStart) {
    const auto made = begin("door");
    run(3s);
    stream_->interrupt({"camera lost", clock_.now()});
    run(3s, false);
    camera_.jump(to_media(clock_.now()));
    run(3s);
    recordings_->stop();
    const auto before = *recordings_->find(made.id);
    EXPECT_EQ(before.state, RecordingState::done);
    open();
    EXPECT_EQ(to_json(*recordings_->find(made.id)), to_json(before));
}

TEST_F(RecordingsTest, AFullDiskFailsItAndWhatWasWrittenPlays) {
    const auto made = begin();
    run(3s);
    files_.leave_room_for(30'000);
    run(10s);
    files_.leave_room_for(UINT64_MAX);
    const auto failed = *recordings_->find(made.id);
    EXPECT_EQ(failed.state, RecordingState::failed);
    EXPECT_NE(failed.error, "");
    ASSERT_EQ(failed.files.size(), 1U);
    EXPECT_GE(failed.length(), 2800ms);
    expect_plays(failed);
    EXPECT_EQ(recordings_->stats().failed, 1U);
    run(2s);  // the disk has room again, for the record too
    recordings_.reset();
    open();
    EXPECT_EQ(to_json(*recordings_->find(made.id)), to_json(failed));
}

TEST_F(RecordingsTest, LeavesTheLastSpaceToFootage) {
    const auto made = begin();
    run(3s);
    room_ = 0;
    run(2s);
    const auto failed = *recordings_->find(made.id);
    EXPECT_EQ(failed.state, RecordingState::failed);
    EXPECT_NE(failed.error.find("full"), std::string::npos);
    expect_plays(failed);
    EXPECT_EQ(recordings_->begin(kDoor, "", "olga").error().code, errc::disk_full);
    EXPECT_EQ(recordings_->list().size(), 1U);
}

TEST_F(RecordingsTest, ADiskThatIsTooSlowIsAGap) {
    const auto made = begin();
    run(3s);
    for (int i = 0; i < 60; ++i) {  // the ring passes its bound several times over before the disk takes anything again
        clock_.advance(10s);
        for (auto& part : camera_.until(to_media(clock_.now()))) stream_->publish(part);
    }
    run(3s);
    const auto ended = end(made.id);
    ASSERT_GE(ended.files.size(), 2U);
    ASSERT_EQ(ended.gaps.size(), 1U);
    EXPECT_EQ(ended.gaps[0].reason, "disk slow");
    expect_plays(ended);
}

TEST_F(RecordingsTest, ARemovalThatWasCutOffIsEnded) {
    const auto made = begin();
    run(3s);
    const auto folder = recordings_->folders().of(end(made.id));
    std::filesystem::rename(folder, folder.parent_path() / (".gone-" + folder.filename().string()));
    open();
    EXPECT_TRUE(recordings_->list().empty());
    EXPECT_TRUE(std::filesystem::is_empty(folder.parent_path()));
}

}  // namespace
}  // namespace vantage::record
