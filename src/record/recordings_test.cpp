// SPDX-License-Identifier: Apache-2.0
// Recordings on demand of a simulated camera, stepped by a simulated clock: no thread, no sleep.
#include "record/recordings.hpp"

#include "footage/segment_scan.hpp"
#include "footage/test_disk.hpp"

#include <gtest/gtest.h>

namespace vantage::record {
namespace {

using namespace std::chrono_literals;
using footage::kBegin;

const CameraId kDoor = CameraId::parse("door").value();

class RecordingsTest : public testing::Test {
  protected:
    RecordingsTest() { open(); }

    void open() {
        RecordingOptions options;
        options.folder = temp_.path() / "recordings";
        options.limits = [this] { return limits_; };
        options.room = [this] { return Result<std::uint64_t>(room_); };
        options.local_time = [](UtcTime) { return std::string("2025-11-20 20:04:05 +01:00"); };
        options.name = [](const CameraId&) { return std::string("Front door"); };
        options.stream = [this](const CameraId& id) { return id == kDoor ? stream_ : nullptr; };
        recordings_ = std::make_unique<Recordings>(std::move(options), files_, clock_);
        ASSERT_TRUE(recordings_->load());
    }
    // The camera publishes, recordings step, as the threads do.
    void run(microseconds time, bool sends = true) {
        for (const auto end = clock_.now() + time; clock_.now() < end;) {
            clock_.advance(225ms);
            for (auto& part : camera_.until(to_media(clock_.now())))
                if (sends) stream_->publish(part);
            recordings_->step();
        }
    }
    // As after kill -9: nothing of the program ends in order. What it held is let go once the next one has read the disk.
    void crash_and_restart() {
        auto dead = std::move(recordings_);
        std::filesystem::copy(temp_.path() / "recordings", temp_.path() / "left", std::filesystem::copy_options::recursive);
        dead.reset();
        std::filesystem::remove_all(temp_.path() / "recordings");
        std::filesystem::rename(temp_.path() / "left", temp_.path() / "recordings");
        open();
        recordings_->step();
    }
    Recording begin(const std::string& name = "") { return recordings_->begin(kDoor, name, "olga").value(); }
    Recording end(const std::string& id) {
        EXPECT_TRUE(recordings_->end(id));
        recordings_->step();
        return *recordings_->find(id);
    }
    std::filesystem::path path(const Recording& recording, std::size_t file = 0) {
        return recordings_->folders().of(recording) / recording.files.at(file).name;
    }
    void expect_plays(const Recording& recording) {
        for (std::size_t i = 0; i < recording.files.size(); ++i) {
            const auto& file = recording.files[i];
            EXPECT_EQ(std::filesystem::file_size(path(recording, i)), file.bytes) << file.name;
            const auto seen = footage::probe(path(recording, i));
            EXPECT_EQ(seen.errors, "") << file.name;
            EXPECT_EQ(seen.start, 0) << file.name;
            EXPECT_EQ(seen.frames, (file.end - file.start) / 40ms) << file.name;
            // With the sound, which ends a little later.
            EXPECT_NEAR(seen.duration, std::chrono::duration<double>(file.end - file.start).count(), 0.25) << file.name;
        }
    }

    SimulatedClock clock_{kBegin};
    footage::TempDirectory temp_;
    footage::FaultyFiles files_{clock_};
    footage::TestCamera camera_{to_media(kBegin), true};
    std::shared_ptr<stream::Stream> stream_ = std::make_shared<stream::Stream>(1U << 22);
    RecordingLimits limits_;
    std::uint64_t room_{1U << 30};
    std::unique_ptr<Recordings> recordings_;
};

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

TEST_F(RecordingsTest, ARemovalThatWasCutOffIsEnded) {
    const auto made = begin();
    run(3s);
    const auto folder = recordings_->folders().of(end(made.id));
    std::filesystem::rename(folder, folder.parent_path() / (".gone-" + folder.filename().string()));
    open();
    EXPECT_TRUE(recordings_->list().empty());
    EXPECT_TRUE(std::filesystem::is_empty(folder.parent_path()));
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
