// SPDX-License-Identifier: Apache-2.0
// For tests: recordings on demand of a simulated camera, stepped by a simulated clock: no thread, no sleep. Tests only.
#pragma once
#include "footage/test_disk.hpp"
#include "record/recordings.hpp"

#include <gtest/gtest.h>

namespace vantage::record {

using namespace std::chrono_literals;
using footage::kBegin;

inline const CameraId kDoor = CameraId::parse("door").value();

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

}  // namespace vantage::record
