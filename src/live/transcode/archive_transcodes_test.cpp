// SPDX-License-Identifier: Apache-2.0
// Real transcodes of drawn pictures; the threads are real, and each test waits for what they answer.
#include "live/transcode/archive_transcodes.hpp"

#include "live/feed_fakes.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

#include <future>

namespace vantage::live {
namespace {

using namespace vantage::test;

const StreamKey kDoor{*CameraId::parse("door"), StreamKind::main};
constexpr int kGop = DrawnCamera::kGop;

// Footage whose reading can be held up.
class SlowFootage final : public FakeFootage {
  public:
    Result<std::vector<PartPtr>> read(const footage::Fragment& fragment) const override {
        std::unique_lock lock(mutex_);
        ++begun;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !held_; });
        return FakeFootage::read(fragment);
    }
    void hold(bool held) {
        const std::lock_guard lock(mutex_);
        held_ = held;
        changed_.notify_all();
    }
    void wait_begun(int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return begun >= count; });
    }
    mutable int begun{0};

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool held_{false};
};

class ArchiveTranscodesTest : public testing::Test {
  protected:
    ArchiveTranscodesTest() {
        auto segment = std::make_shared<footage::SegmentInfo>(
            footage::SegmentInfo{1, kDoor, "/footage/1", {}, {}, 0, footage::SegmentState::closed, false, {}, nullptr});
        const auto parts = parts_of(camera_.track(), camera_.packets(kGop * 4));
        segment->init = parts.front()->init;
        for (const auto& part : parts) {
            if (part->starts_fragment)
                fragments_.push_back({segment, part->start, Ticks{0}, fragments_.size() + 1, 1000, 900, true, {}, Ticks{0}});
            fragments_.back().duration += part->duration;
            footage_.content[fragments_.back().offset].push_back(part);
        }
        footage_.all[kDoor] = fragments_;
    }
    std::vector<footage::Fragment> run(std::size_t first, std::size_t count) const {
        return {fragments_.begin() + static_cast<std::ptrdiff_t>(first),
                fragments_.begin() + static_cast<std::ptrdiff_t>(first + count)};
    }
    using Answer = Result<std::vector<PartPtr>>;
    std::future<Answer> ask(std::vector<footage::Fragment> fragments, Profile profile = Profile::p360) {
        auto promise = std::make_shared<std::promise<Answer>>();
        auto answer = promise->get_future();
        all_.view(profile).read(std::move(fragments), [promise](Answer parts) { promise->set_value(std::move(parts)); });
        return answer;
    }

    DrawnCamera camera_{1280, 720, 0};
    SlowFootage footage_;
    std::vector<footage::Fragment> fragments_;
    SimulatedClock clock_{UtcTime(seconds(1'763'665'445))};
    Transcodes transcodes_{{.most = 1}, [](const CameraId&) { return nullptr; }, clock_};
    ArchiveTranscodes all_{transcodes_, footage_, clock_};
};

TEST_F(ArchiveTranscodesTest, ARunComesGroupByGroupAtItsTimes) {
    auto& view = all_.view(Profile::p360);
    EXPECT_TRUE(view.offered());
    const auto init = view.init(fragments_[0].segment->init).value();
    EXPECT_EQ(init->tracks.video->height, 360);
    const auto parts = ask(run(1, 2)).get().value();
    ASSERT_EQ(parts.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(parts[i]->start, fragments_[i + 1].start);
        EXPECT_EQ(parts[i]->duration, fragments_[i + 1].duration);
        EXPECT_EQ(parts[i]->init->data, init->data) << "what the playlist's init says";
    }
}

TEST_F(ArchiveTranscodesTest, WhoeverAsksMeanwhileOrSoonAfterSharesIt) {
    footage_.hold(true);
    auto first = ask(run(0, 1));
    footage_.wait_begun(1);
    auto second = ask(run(0, 1));
    footage_.hold(false);
    const auto parts = first.get().value();
    EXPECT_EQ(second.get().value(), parts);
    EXPECT_EQ(ask(run(0, 1)).get().value(), parts);
    EXPECT_EQ(footage_.begun, 1);
    clock_.advance(ArchiveTranscodes::kKeep + seconds(1));
    EXPECT_NE(ask(run(0, 1)).get().value(), parts);
    EXPECT_EQ(footage_.begun, 2);
}

TEST_F(ArchiveTranscodesTest, ManyWhoWatchOneTakeOnePlace) {
    EXPECT_TRUE(ask(run(0, 1)).get());
    EXPECT_TRUE(ask(run(1, 1)).get());
    EXPECT_EQ(transcodes_.status().running, 1U);
    EXPECT_EQ(ask(run(0, 1), Profile::p480).get().error().code, errc::overloaded);
    clock_.advance(TranscodeSlots::kIdle + seconds(1));
    EXPECT_TRUE(ask(run(0, 1), Profile::p480).get());
}

TEST_F(ArchiveTranscodesTest, WhatWaitsIsBoundedAndToldAtTheEnd) {
    footage_.hold(true);
    std::vector<std::future<Answer>> waiting;
    for (std::size_t i = 0; i < ArchiveTranscodes::kThreads; ++i) waiting.push_back(ask(run(i, 1)));
    footage_.wait_begun(static_cast<int>(ArchiveTranscodes::kThreads));
    auto later = fragments_.back();
    for (std::size_t i = 0; i < ArchiveTranscodes::kMostQueued; ++i) {
        later.start += Ticks{1};
        waiting.push_back(ask({later}));
    }
    later.start += Ticks{1};
    EXPECT_EQ(ask({later}).get().error().code, errc::overloaded);
    std::jthread stopping([this] { all_.stop(); });
    EXPECT_EQ(waiting.back().get().error().code, errc::unavailable);
    footage_.hold(false);
    stopping.join();
    EXPECT_TRUE(waiting.front().get()) << "what had begun is finished";
}

}  // namespace
}  // namespace vantage::live
