// SPDX-License-Identifier: Apache-2.0
// The recorder, the stream and the disk with their real threads.
#include "record/recorder.hpp"

#include "footage/disk_footage.hpp"
#include "footage/fake_catalog.hpp"
#include "footage/faulty_files.hpp"
#include "footage/temp_directory.hpp"
#include "footage/test_camera.hpp"

#include <gtest/gtest.h>

namespace vantage::record {
namespace {

using namespace std::chrono_literals;
using store::RowState;

const StreamKey kDoor{CameraId::parse("door").value(), StreamKind::main};

class RecorderTest : public ::testing::Test {
  protected:
    void publish(seconds time) {
        published_ += time;
        for (auto& part : camera_.until(to_media(published_))) stream_->publish(part);
    }
    // The disk's threads run in real time; nothing is published meanwhile, so what is waited for comes or never does.
    template <class Condition>
    bool soon(Condition condition) {
        const auto until = clock_.steady() + 20s;
        while (clock_.steady() < until) {
            if (condition()) return true;
            std::this_thread::sleep_for(2ms);
        }
        return false;
    }
    footage::Coverage covered() { return footage_.coverage(kDoor, begin_ - 1h, begin_ + 1h).value(); }
    bool recorded_to(microseconds from_begin) {
        const auto spans = covered().footage;
        return !spans.empty() && spans.back().end - begin_ >= from_begin;
    }
    std::unique_ptr<Recorder> record() {
        return std::make_unique<Recorder>(
            disk_, kDoor, stream_, [] { return footage::Timing{"sender reports", 12ms, 3.5, 4ms}; }, RecorderConfig{});
    }
    std::vector<store::GapRow> gaps() { return catalog_.gaps(kDoor, UtcTime{}, UtcTime::max()).value(); }

    SystemClock clock_;
    footage::TempDirectory temp_;
    footage::FaultyFiles files_{clock_};
    footage::FakeCatalog catalog_;
    footage::OpenSegments open_;
    footage::DiskFootage footage_{files_, catalog_, open_};
    footage::Disk disk_{temp_.path() / "storage", files_, catalog_, open_, clock_};
    UtcTime begin_{clock_.now()};
    UtcTime published_{begin_};
    footage::TestCamera camera_{to_media(begin_)};
    std::shared_ptr<stream::Stream> stream_{std::make_shared<stream::Stream>(std::size_t{1} << 20)};
};

TEST_F(RecorderTest, WritesWhatIsPublishedAndClosesItAtTheEnd) {
    auto recorder = record();
    EXPECT_EQ(stream_->viewers(), 0U);
    EXPECT_TRUE(soon([&] { return recorder->status() != nullptr; }));
    publish(10s);
    EXPECT_TRUE(soon([&] { return recorded_to(9s); }));
    EXPECT_EQ(catalog_.all().at(0).state, RowState::open);
    EXPECT_GT(recorder->status()->bytes, 1000U);
    recorder.reset();
    disk_.stop();
    const auto rows = catalog_.all();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].state, RowState::closed);
    EXPECT_EQ(rows[0].timing, (store::TimingRow{"sender reports", 12ms, 3.5, 4ms}));
    EXPECT_TRUE(gaps().empty());
    EXPECT_EQ(disk_.status().state, "good");
    EXPECT_GT(disk_.status().syncs, 0U);
    EXPECT_GT(disk_.status().total, 0U);
    EXPECT_TRUE(catalog_.volumes().value().at(0).indexed);
}

TEST_F(RecorderTest, CanBeSwitchedOffAndOn) {
    auto recorder = record();
    publish(5s);
    EXPECT_TRUE(soon([&] { return recorded_to(4s); }));
    recorder->configure({false, 1s});
    EXPECT_TRUE(soon([&] { return !gaps().empty(); }));
    EXPECT_EQ(gaps()[0].reason, "not recorded");
    EXPECT_FALSE(gaps()[0].end);
    EXPECT_EQ(recorder->status(), nullptr);
    publish(60s);
    recorder->configure({true, 1s});
    EXPECT_TRUE(soon([&] { return recorded_to(63s); }));
    ASSERT_EQ(gaps().size(), 1U);
    EXPECT_GT(*gaps()[0].end - gaps()[0].start, 30s);
    ASSERT_EQ(covered().footage.size(), 2U);
    EXPECT_EQ(covered().footage[1].start, gaps()[0].end);
}

TEST_F(RecorderTest, ALostCameraIsAGap) {
    auto recorder = record();
    publish(5s);
    stream_->interrupt({"camera lost", published_});
    EXPECT_TRUE(soon([&] { return !gaps().empty(); }));
    EXPECT_EQ(gaps()[0].reason, "camera lost");
    published_ += 20s;
    camera_.jump(to_media(published_));
    publish(5s);
    EXPECT_TRUE(soon([&] { return recorded_to(29s); }));
    ASSERT_EQ(gaps().size(), 1U);
    EXPECT_EQ(gaps()[0].start, covered().footage[0].end);
    EXPECT_EQ(gaps()[0].end, covered().footage[1].start);
}

TEST_F(RecorderTest, ADiskThatHangsHoldsUpNoStreamAndIsAGap) {
    auto recorder = record();
    publish(5s);
    EXPECT_TRUE(soon([&] { return recorded_to(4s); }));
    files_.hang(true);
    const auto before = clock_.steady();
    publish(600s);  // much more than the ring holds
    EXPECT_LT(clock_.steady() - before, 15s);
    const auto status = disk_.status();  // does not wait either
    files_.hang(false);
    EXPECT_TRUE(soon([&] { return recorded_to(603s); }));
    ASSERT_FALSE(gaps().empty());
    EXPECT_EQ(gaps().back().reason, "disk slow");
    EXPECT_TRUE(gaps().back().end);
    EXPECT_EQ(covered().footage.size(), gaps().size() + 1);
}

TEST_F(RecorderTest, AStreamThatClosesEndsItsSegment) {
    auto recorder = record();
    publish(5s);
    stream_->close();
    EXPECT_TRUE(soon([&] {
        const auto rows = catalog_.all();
        return rows.size() == 1 && rows[0].state == RowState::closed;
    }));
}

}  // namespace
}  // namespace vantage::record
