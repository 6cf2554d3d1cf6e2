// SPDX-License-Identifier: Apache-2.0
// Jobs over a simulated camera's footage. The queue's threads are real; each test waits for what they report, none sleeps.
#include "record/exports.hpp"

#include "footage/disk_footage.hpp"
#include "footage/test_disk.hpp"

#include <gtest/gtest.h>

#include <set>

namespace vantage::record {
namespace {

using namespace std::chrono_literals;
using footage::kBegin;

class ExportsTest : public testing::Test {
  protected:
    ExportsTest() {
        disk_.add_camera("door");
        disk_.add_camera("yard");
        disk_.run(10s);
        open();
    }
    void open() {
        ExportOptions options;
        options.folder = disk_.temp_.path() / "exports";
        options.keep = [] { return seconds{3600}; };
        options.room = [this]() -> Result<std::uint64_t> {
            std::unique_lock lock(mutex_);
            let_go_.wait(lock, [this] { return !held_ || passes_-- > 0; });
            return room_;
        };
        options.local_time = [](UtcTime time) { return to_rfc3339(time); };
        options.name = [](const CameraId& camera) { return camera.str(); };
        exports_ = std::make_unique<Exports>(std::move(options), footage_, disk_.files_, disk_.clock_);
        ASSERT_TRUE(exports_->start());
    }
    // Exports stop where they ask for room, but for the first `passes` times, until they are let go.
    void hold(bool held, int passes = 0) {
        {
            const std::lock_guard lock(mutex_);
            held_ = held;
            passes_ = passes;
        }
        let_go_.notify_all();
    }
    Export wait(const std::string& id, const std::function<bool(const Export&)>& until) {
        for (const auto deadline = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < deadline;
             std::this_thread::yield()) {
            auto job = exports_->find(id);
            if (job && until(*job)) return *job;
        }
        throw std::runtime_error("the export did not come so far");
    }
    Export ended(const std::string& id) {
        return wait(id, [](const Export& job) { return has_ended(job.state); });
    }
    static ExportRequest request(std::vector<std::string> cameras = {"door"}) {
        ExportRequest out;
        out.user = "vera";
        for (const auto& camera : cameras) out.cameras.push_back(CameraId::parse(camera).value());
        out.start = kBegin + 2s;
        out.end = kBegin + 5s;
        return out;
    }
    std::filesystem::path folder(const std::string& id) const { return disk_.temp_.path() / "exports" / id; }

    footage::TestDisk disk_;
    footage::DiskFootage footage_{disk_.files_, disk_.catalog_, disk_.open_};
    std::mutex mutex_;
    std::condition_variable let_go_;
    bool held_{false};                // guarded by mutex_
    int passes_{0};                   // guarded by mutex_
    std::uint64_t room_{1ULL << 40};  // guarded by mutex_
    std::unique_ptr<Exports> exports_;
};

TEST_F(ExportsTest, MakesAFileForEachCameraAndAnArchive) {
    const auto made = exports_->create(request({"door", "yard"})).value();
    EXPECT_EQ(made.state, JobState::queued);
    const auto job = ended(made.id);
    EXPECT_EQ(job.state, JobState::done) << job.error;
    EXPECT_DOUBLE_EQ(job.progress(), 1);
    ASSERT_EQ(job.files.size(), 2U);
    ASSERT_TRUE(job.zip);
    EXPECT_EQ(std::filesystem::file_size(folder(made.id) / job.zip->name), job.zip->bytes);
    for (const auto& file : job.files) {
        const auto path = folder(made.id) / file.name;
        EXPECT_EQ(std::filesystem::file_size(path), file.bytes);
        EXPECT_EQ(footage::probe(path).frames, 75);
    }
    EXPECT_EQ(job.expires, disk_.clock_.now() + 1h);
}

// Whoever has asked for a file opens it a little later: an export that ends meanwhile does not take it away.
TEST_F(ExportsTest, WhatIsListedCanBeHad) {
    hold(true, 2);  // all of it, the first file; then it stands before the second
    const auto made = exports_->create(request({"door", "yard"})).value();
    const auto listed = wait(made.id, [](const Export& job) { return !job.files.empty(); });
    const auto body = exports_->file(made.id, listed.files[0].name).value();
    ASSERT_TRUE(body.growth);
    EXPECT_TRUE(std::filesystem::exists(body.path));
    hold(false);
    const auto job = ended(made.id);
    ASSERT_EQ(job.state, JobState::done) << job.error;
    EXPECT_EQ(std::filesystem::file_size(body.path), job.files[0].bytes);
    for (const auto& name : {job.files[0].name, job.files[1].name, job.zip->name})
        EXPECT_TRUE(std::filesystem::exists(exports_->file(made.id, name).value().path)) << name;
}

TEST_F(ExportsTest, KeepsItsRecord) {
    const auto job = ended(exports_->create(request()).value().id);
    exports_.reset();
    open();
    const auto again = exports_->find(job.id);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->state, JobState::done);
    EXPECT_EQ(again->request, job.request);
    EXPECT_EQ(again->files.size(), 1U);
    EXPECT_EQ(to_json(*again), to_json(job));
    EXPECT_TRUE(exports_->file(job.id, job.files[0].name));
}

TEST_F(ExportsTest, BeginsAgainAfterAnEndInTheMiddle) {
    hold(true);
    const auto made = exports_->create(request()).value();
    wait(made.id, [](const Export& job) { return job.state == JobState::running && job.bytes > 0; });
    std::jthread letting_go([this] { hold(false); });
    exports_.reset();
    letting_go.join();
    open();
    const auto job = ended(made.id);
    EXPECT_EQ(job.state, JobState::done) << job.error;
    std::set<std::string> there, wanted{"job.json"};
    for (const auto& entry : std::filesystem::directory_iterator(folder(made.id))) there.insert(entry.path().filename());
    for (const auto& file : job.files) wanted.insert(file.name);
    EXPECT_EQ(there, wanted) << "nothing is left of what was cut off";
}

TEST_F(ExportsTest, IsCancelledWhereverItIs) {
    hold(true);
    std::vector<std::string> ids;
    for (std::size_t i = 0; i <= Exports::kRunning; ++i) ids.push_back(exports_->create(request()).value().id);
    wait(ids[0], [](const Export& job) { return job.state == JobState::running; });
    for (const auto& id : ids) EXPECT_TRUE(exports_->cancel(id));
    hold(false);
    for (const auto& id : ids) {
        const auto job = ended(id);
        EXPECT_EQ(job.state, JobState::cancelled);
        EXPECT_TRUE(job.files.empty());
        EXPECT_TRUE(job.expires);
    }
    EXPECT_EQ(exports_->cancel("nobody").error().code, errc::not_found);
}

TEST_F(ExportsTest, FailsBeforeItTakesTheLastRoom) {
    {
        const std::lock_guard lock(mutex_);
        room_ = 1000;
    }
    const auto job = ended(exports_->create(request()).value().id);
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_NE(job.error.find("needs"), std::string::npos) << job.error;
    EXPECT_TRUE(job.files.empty());
}

TEST_F(ExportsTest, AFullDiskLeavesOnlyTheRecord) {
    hold(true);
    const auto made = exports_->create(request()).value();
    wait(made.id, [](const Export& job) { return job.bytes > 0; });
    disk_.files_.leave_room_for(20'000);
    hold(false);
    const auto job = ended(made.id);
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_NE(job.error, "");
    for (const auto& entry : std::filesystem::directory_iterator(folder(made.id)))
        EXPECT_EQ(entry.path().filename().string().substr(0, 8), "job.json");
}

TEST_F(ExportsTest, NamesItsGapsAndFailsWithoutFootage) {
    auto wide = request();
    wide.start = kBegin - 60s;
    const auto job = ended(exports_->create(wide).value().id);
    ASSERT_EQ(job.gaps.size(), 1U);
    EXPECT_EQ(job.gaps[0].gap.start, wide.start);
    auto before = request();
    before.start = kBegin - 60s;
    before.end = kBegin - 30s;
    EXPECT_EQ(ended(exports_->create(before).value().id).state, JobState::failed);
}

TEST_F(ExportsTest, GoesWhenItsTimeIsOver) {
    const auto job = ended(exports_->create(request()).value().id);
    disk_.clock_.advance(2h);
    exports_->expire();
    EXPECT_FALSE(exports_->find(job.id));
    EXPECT_FALSE(std::filesystem::exists(folder(job.id)));
}

TEST_F(ExportsTest, RefusesWhatCannotBeMeant) {
    auto none = request({});
    EXPECT_EQ(exports_->create(none).error().code, errc::invalid_argument);
    auto backwards = request();
    std::swap(backwards.start, backwards.end);
    EXPECT_EQ(exports_->create(backwards).error().code, errc::invalid_argument);
    auto future = request();
    future.start = disk_.clock_.now() + 1h;
    future.end = future.start + 1h;
    EXPECT_EQ(exports_->create(future).error().code, errc::invalid_argument);
    auto open_end = request();
    open_end.end = disk_.clock_.now() + 1h;
    EXPECT_EQ(exports_->create(open_end).value().request.end, disk_.clock_.now());
}

}  // namespace
}  // namespace vantage::record
