// SPDX-License-Identifier: Apache-2.0
#include "footage/segment_scan.hpp"
#include "record/recordings_fixture.hpp"

namespace vantage::record {
namespace {

TEST_F(RecordingsTest, BeginsWithTheNewestKeyFrameAndEndsWithTheLastPicture) {
    run(2500ms);
    const auto made = begin();
    EXPECT_EQ(made.state, RecordingState::starting);
    EXPECT_EQ(made.name, "Front door 2025-11-20 20:04:05");
    EXPECT_EQ(made.user, "olga");
    recordings_->step();
    EXPECT_EQ(recordings_->find(made.id)->state, RecordingState::recording) << "its first bytes are on the disk";
    EXPECT_EQ(recordings_->find(made.id)->start(), kBegin + 2s) << "the key frame is older than the request";
    run(5s);
    const auto ended = end(made.id);
    EXPECT_EQ(ended.state, RecordingState::done);
    ASSERT_EQ(ended.files.size(), 1U);
    EXPECT_LE(clock_.now() - *ended.end(), 300ms);
    EXPECT_TRUE(ended.gaps.empty());
    expect_plays(ended);
    EXPECT_EQ(ended.length(), *ended.end() - ended.start());
}

TEST_F(RecordingsTest, KeepsACameraConnectedThatIsConnectedOnDemand) {
    EXPECT_EQ(stream_->viewers(), 0U);
    const auto made = begin();
    EXPECT_EQ(stream_->viewers(), 1U);
    end(made.id);
    EXPECT_EQ(stream_->viewers(), 0U);
}

TEST_F(RecordingsTest, WhatTheCameraSentBeforeItWentAwayIsNotRecorded) {
    run(2s);
    stream_->interrupt({"idle", clock_.now()});
    clock_.advance(1h);
    const auto made = begin();
    recordings_->step();
    EXPECT_TRUE(recordings_->find(made.id)->files.empty());
    camera_.jump(to_media(clock_.now()));
    const auto back = clock_.now();
    run(2s);
    const auto ended = end(made.id);
    EXPECT_EQ(ended.start(), back);
    EXPECT_TRUE(ended.gaps.empty());
    EXPECT_EQ(ended.files.size(), 1U);
}

TEST_F(RecordingsTest, OneACameraAndNoMoreThanMayRun) {
    const auto made = begin();
    EXPECT_EQ(recordings_->begin(kDoor, "", "olga").error().code, errc::already_exists);
    EXPECT_EQ(recordings_->begin(CameraId::parse("yard").value(), "", "olga").error().code, errc::not_found);
    limits_.most = 1;
    const auto stream = stream_;
    EXPECT_EQ(end(made.id).state, RecordingState::failed) << "there was no picture";
    EXPECT_NE(recordings_->find(made.id)->error, "");
    limits_.most = 0;
    EXPECT_EQ(recordings_->begin(kDoor, "", "olga").error().code, errc::overloaded);
}

TEST_F(RecordingsTest, ReplacesTheLastOneOnceTheNewOneIsSafe) {
    const auto first = begin();
    run(3s);
    end(first.id);
    const auto second = begin();
    EXPECT_TRUE(recordings_->find(first.id)) << "nothing of the second is on the disk yet";
    stream_->interrupt({"camera lost", clock_.now()});
    recordings_->step();
    run(2s, false);
    EXPECT_TRUE(recordings_->find(first.id));
    camera_.jump(to_media(clock_.now()));
    run(2s);
    EXPECT_FALSE(recordings_->find(first.id));
    EXPECT_FALSE(std::filesystem::exists(recordings_->folders().of(first)));
    end(second.id);
    ASSERT_TRUE(recordings_->change(second.id, {true, {}}));
    const auto third = begin();
    run(1s);
    EXPECT_TRUE(recordings_->find(second.id)) << "it is kept";
    end(third.id);
    limits_.replace = false;
    const auto fourth = begin();
    run(1s);
    end(fourth.id);
    EXPECT_EQ(recordings_->list().size(), 3U);
    EXPECT_EQ(recordings_->list().front().id, fourth.id);
}

TEST_F(RecordingsTest, OneThatFailsReplacesNothing) {
    const auto first = begin();
    run(3s);
    end(first.id);
    files_.leave_room_for(2000);  // the record, and not a part
    const auto second = begin();
    run(1s);
    files_.leave_room_for(UINT64_MAX);
    EXPECT_EQ(recordings_->find(second.id)->state, RecordingState::failed);
    ASSERT_TRUE(recordings_->find(first.id));
    expect_plays(*recordings_->find(first.id));
}

TEST_F(RecordingsTest, ALostCameraIsANamedGapAndAnotherFile) {
    const auto made = begin();
    run(3s);
    stream_->interrupt({"camera lost", clock_.now()});
    run(10s, false);
    auto shown = *recordings_->find(made.id);
    ASSERT_EQ(shown.gaps.size(), 1U);
    EXPECT_FALSE(shown.gaps[0].end);
    EXPECT_EQ(shown.state, RecordingState::recording);
    camera_.jump(to_media(clock_.now()));
    run(3s);
    const auto ended = end(made.id);
    ASSERT_EQ(ended.files.size(), 2U);
    ASSERT_EQ(ended.gaps.size(), 1U);
    EXPECT_EQ(ended.gaps[0].reason, "camera lost");
    EXPECT_EQ(ended.gaps[0].start, ended.files[0].end);
    EXPECT_EQ(ended.gaps[0].end, ended.files[1].start);
    expect_plays(ended);
}

TEST_F(RecordingsTest, OtherParametersAreAnotherFileWithoutAGap) {
    const auto made = begin();
    run(3s);
    camera_.new_init();
    run(3s);
    const auto ended = end(made.id);
    ASSERT_EQ(ended.files.size(), 2U);
    EXPECT_EQ(ended.files[0].end, ended.files[1].start);
    EXPECT_TRUE(ended.gaps.empty());
    expect_plays(ended);
}

TEST_F(RecordingsTest, AnotherFileEachHourWithoutLosingATick) {
    const auto made = begin();
    run(70min);
    const auto ended = end(made.id);
    ASSERT_EQ(ended.files.size(), 2U);
    EXPECT_EQ(ended.files[0].end, ended.files[1].start);
    EXPECT_EQ(ended.files[0].end - ended.files[0].start, 1h);
    Ticks sound{0};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto file = files_.open(path(ended, i), footage::OpenMode::read).value();
        const auto scan = footage::scan_segment(*file, footage::Tail::trusted).value();
        EXPECT_EQ(scan.whole, scan.size);
        for (const auto& entry : scan.table) sound += entry.audio_duration;
    }
    EXPECT_NEAR(std::chrono::duration<double>(sound).count(), 70 * 60, 1);
}

TEST_F(RecordingsTest, EndsByItselfWhenItIsLongEnough) {
    limits_.longest = 60s;
    const auto made = begin();
    run(70s);
    const auto ended = *recordings_->find(made.id);
    EXPECT_EQ(ended.state, RecordingState::done);
    EXPECT_NEAR(std::chrono::duration<double>(ended.length()).count(), 60, 1);
}

TEST_F(RecordingsTest, ACameraThatIsRemovedKeepsItsRecording) {
    const auto made = begin();
    run(3s);
    stream_->interrupt({"stopped", clock_.now()});
    stream_->close();
    stream_ = nullptr;
    recordings_->step();
    const auto ended = *recordings_->find(made.id);
    EXPECT_EQ(ended.state, RecordingState::done);
    expect_plays(ended);
    open();
    EXPECT_EQ(recordings_->list().size(), 1U);
}

TEST_F(RecordingsTest, RemovedWhileItRunsItLeavesNothing) {
    const auto made = begin();
    run(3s);
    ASSERT_TRUE(recordings_->remove(made.id));
    EXPECT_FALSE(recordings_->find(made.id));
    recordings_->step();
    EXPECT_TRUE(std::filesystem::is_empty(recordings_->folders().of(made).parent_path()));
    EXPECT_EQ(recordings_->remove(made.id).error().code, errc::not_found);
    EXPECT_TRUE(recordings_->begin(kDoor, "", "olga"));
}

TEST_F(RecordingsTest, AGrowingFileIsGivenAsFarAsItIs) {
    const auto made = begin();
    run(3s);
    const auto name = recordings_->find(made.id)->files[0].name;
    const auto early = recordings_->file(made.id, name, "").value();
    ASSERT_TRUE(early.growth);
    const auto first = early.growth->final_size();
    EXPECT_EQ(early.growth->progress().written, first);
    run(3s);
    EXPECT_GT(recordings_->file(made.id, name, "").value().growth->final_size(), first);
    const auto rest = recordings_->file(made.id, name, early.etag).value();
    EXPECT_EQ(rest.growth->final_size(), first) << "the rest of what was asked for first";
    EXPECT_EQ(rest.etag, early.etag);
    for (const auto* odd : {"\"-growing\"", "\"zz-growing\"", "\"ffffffffffffffff-growing\"", "-growing\"", "\"1"})
        EXPECT_GT(recordings_->file(made.id, name, odd).value().growth->final_size(), first) << odd;
    const auto ended = end(made.id);
    const auto whole = recordings_->file(made.id, name, early.etag).value();
    EXPECT_FALSE(whole.growth);
    EXPECT_NE(whole.etag, early.etag) << "the duration was written into it";
    EXPECT_EQ(recordings_->file(made.id, "../recording.json", "").error().code, errc::not_found);
}

}  // namespace
}  // namespace vantage::record
