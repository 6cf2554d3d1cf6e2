// SPDX-License-Identifier: Apache-2.0
// Most tests run the queue by hand; those with threads wait for what they report.
#include "base/job_queue_impl.hpp"
#include "base/time.hpp"

#include <gtest/gtest.h>

#include <set>

namespace vantage {
namespace {

using std::chrono::hours;

struct Task {
    std::string id;
    std::string name;
    JobState state{JobState::queued};
    UtcTime created;
    std::string error;
    int result{0};
    bool settled{false};
};
using Queue = JobQueue<Task>;

// Its disk is a map; its runs do what the test says.
class Disk final : public Queue::Kind {
  public:
    Status store(const Task& job) override {
        const std::lock_guard lock(mutex_);
        if (full) return fail(errc::disk_full, "full");
        records_[job.id] = job;
        return {};
    }
    Status store_again(const Task& job) override {
        if (on_store_again) on_store_again();
        const std::lock_guard lock(mutex_);
        if (full) return fail(errc::disk_full, "full");
        records_[job.id] = job;
        return {};
    }
    void clear(const std::string& id) override {
        const std::lock_guard lock(mutex_);
        cleared_.insert(id);
    }
    void erase(const std::string& id) override {
        const std::lock_guard lock(mutex_);
        records_.erase(id);
    }
    Result<Task> run(Queue::Running& running) override {
        {
            const std::lock_guard lock(mutex_);
            ran_.push_back(running.job().name);
        }
        return on_run(running);
    }
    void settle(Task& job) override { job.settled = true; }
    bool has_expired(const Task& job) const override { return job.created < expires_before; }
    bool is_ready() const override { return ready; }

    [[nodiscard]] std::vector<std::string> ran() const {
        const std::lock_guard lock(mutex_);
        return ran_;
    }
    [[nodiscard]] std::map<std::string, Task> records() const {
        const std::lock_guard lock(mutex_);
        return records_;
    }
    [[nodiscard]] bool was_cleared(const std::string& id) const {
        const std::lock_guard lock(mutex_);
        return cleared_.contains(id);
    }
    std::function<Result<Task>(Queue::Running&)> on_run{[](Queue::Running& running) {
        auto out = running.job();
        out.result = 42;
        return out;
    }};
    std::function<void()> on_store_again;
    std::atomic<bool> full{false}, ready{true};
    UtcTime expires_before{};

  private:
    mutable std::mutex mutex_;
    std::map<std::string, Task> records_;
    std::set<std::string> cleared_;
    std::vector<std::string> ran_;
};

// A run that stays until it is let go, or asked to stop.
class Gate {
  public:
    Result<Task> pass(Queue::Running& running) {
        std::unique_lock lock(mutex_);
        ++inside_;
        changed_.notify_all();
        changed_.wait(lock, running.stop(), [this] { return open_; });
        --inside_;
        if (running.stop().stop_requested()) return fail(errc::cancelled, "told to stop");
        return running.job();
    }
    void wait_for(int runs) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return inside_ == runs; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    int inside_{0};
    bool open_{false};
};

class JobQueueTest : public testing::Test {
  protected:
    ~JobQueueTest() override { queue_->stop(); }
    std::string add(const std::string& name) {
        created_ += seconds{1};
        return queue_->create({.id = {}, .name = name, .created = created_, .error = {}}).value().id;
    }
    // As after a start of the program.
    void restart() {
        queue_->stop();
        queue_ = std::make_unique<Queue>(disk_, kOptions);
        for (const auto& [id, record] : disk_.records()) queue_->restore(record);
    }
    JobState state(const std::string& id) { return queue_->find(id).value().state; }
    // On threads of the queue's.
    void wait_until(const std::function<bool()>& true_) {
        while (!true_()) std::this_thread::yield();
    }
    std::vector<std::string> names() {
        std::vector<std::string> out;
        for (const auto& job : queue_->list()) out.push_back(job.name);
        return out;
    }
    using Names = std::vector<std::string>;

    static constexpr Queue::Options kOptions{"task", "tasks", 5};
    UtcTime created_{seconds{1'000'000}};
    Gate gate_;
    Disk disk_;
    std::unique_ptr<Queue> queue_{std::make_unique<Queue>(disk_, kOptions)};
};

TEST_F(JobQueueTest, RunsInOrderAndListsTheNewestFirst) {
    const auto first = add("a");
    add("b");
    EXPECT_EQ(state(first), JobState::queued);
    EXPECT_EQ(disk_.records().size(), 2U) << "kept before it runs";
    EXPECT_TRUE(queue_->work());
    EXPECT_EQ(state(first), JobState::done);
    EXPECT_TRUE(queue_->work());
    EXPECT_FALSE(queue_->work());
    EXPECT_EQ(disk_.ran(), (Names{"a", "b"}));
    EXPECT_EQ(names(), (Names{"b", "a"}));
    const auto job = queue_->find(first).value();
    EXPECT_EQ(job.result, 42);
    EXPECT_TRUE(job.settled);
    EXPECT_EQ(disk_.records().at(first).state, JobState::done);
    EXPECT_FALSE(disk_.was_cleared(first));
}

TEST_F(JobQueueTest, ARunShowsWhatItHasComeTo) {
    std::optional<Task> seen;
    disk_.on_run = [&](Queue::Running& running) -> Result<Task> {
        running.change([](Task& job) { job.result = 7; });
        seen = queue_->find(running.job().id);
        return running.job();
    };
    add("a");
    queue_->work();
    EXPECT_EQ(seen.value().state, JobState::running);
    EXPECT_EQ(seen->result, 7);
}

TEST_F(JobQueueTest, WhatFailsKeepsItsRecordAlone) {
    const auto told = add("told"), thrown = add("thrown");
    disk_.on_run = [](Queue::Running&) -> Result<Task> { return fail(errc::io, "the disk is gone"); };
    queue_->work();
    disk_.on_run = [](Queue::Running&) -> Result<Task> { throw std::runtime_error("a defect"); };
    queue_->work();
    for (const auto& [id, error] : {std::pair{told, "the disk is gone"}, std::pair{thrown, "a defect"}}) {
        EXPECT_EQ(state(id), JobState::failed);
        EXPECT_EQ(queue_->find(id)->error, error);
        EXPECT_TRUE(disk_.was_cleared(id));
        EXPECT_EQ(disk_.records().at(id).error, error);
    }
}

TEST_F(JobQueueTest, NoMoreThanMayBeKept) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < kOptions.most; ++i) ids.push_back(add("a"));
    const auto refused = queue_->create({});
    EXPECT_EQ(refused.error().code, errc::overloaded);
    EXPECT_EQ(refused.error().message, "there are 5 tasks; remove some");
    ASSERT_TRUE(queue_->remove(ids[0]));
    add("in its place");
    EXPECT_EQ(queue_->create({}).error().code, errc::overloaded);
}

TEST_F(JobQueueTest, WhatCannotBeStoredIsNotThere) {
    disk_.full = true;
    for (std::size_t i = 0; i <= kOptions.most; ++i) EXPECT_EQ(queue_->create({}).error().code, errc::disk_full);
    EXPECT_TRUE(queue_->list().empty());
    EXPECT_FALSE(queue_->work());
}

TEST_F(JobQueueTest, AFullDiskAtTheEndIsNoFailureOfTheJob) {
    const auto id = add("a");
    disk_.full = true;
    queue_->work();
    EXPECT_EQ(state(id), JobState::done);
}

TEST_F(JobQueueTest, CancelledAndRemovedBeforeItsTurn) {
    const auto cancelled = add("cancelled"), removed = add("removed");
    ASSERT_TRUE(queue_->cancel(cancelled));
    ASSERT_TRUE(queue_->remove(removed));
    EXPECT_EQ(state(cancelled), JobState::cancelled);
    EXPECT_EQ(queue_->find(cancelled)->error, "");
    EXPECT_EQ(disk_.records().at(cancelled).state, JobState::cancelled);
    EXPECT_EQ(names(), Names{"cancelled"});
    EXPECT_EQ(disk_.records().size(), 1U);
    EXPECT_FALSE(queue_->work());
    EXPECT_TRUE(queue_->cancel(cancelled)) << "nothing to do";
    EXPECT_EQ(queue_->cancel(removed).error().message, "there is no such task");
    EXPECT_EQ(queue_->remove(removed).error().code, errc::not_found);
}

TEST_F(JobQueueTest, CancelledWhileItRuns) {
    disk_.on_run = [this](Queue::Running& running) { return gate_.pass(running); };
    const auto id = add("a");
    queue_->start(1);
    gate_.wait_for(1);
    EXPECT_EQ(state(id), JobState::running);
    ASSERT_TRUE(queue_->cancel(id));
    wait_until([&] { return state(id) == JobState::cancelled; });
    EXPECT_TRUE(disk_.was_cleared(id));
}

TEST_F(JobQueueTest, RemovedWhileItRunsItGoesWhenTheRunHasEnded) {
    disk_.on_run = [this](Queue::Running& running) { return gate_.pass(running); };
    const auto id = add("a");
    queue_->start(1);
    gate_.wait_for(1);
    ASSERT_TRUE(queue_->remove(id));
    EXPECT_FALSE(queue_->find(id));
    EXPECT_EQ(queue_->remove(id).error().code, errc::not_found);
    EXPECT_EQ(queue_->cancel(id).error().code, errc::not_found);
    wait_until([&] { return disk_.records().empty(); });
}

// As late as it can be: the run is over.
TEST_F(JobQueueTest, RemovedWhileItsLastRecordIsWritten) {
    const auto id = add("a");
    disk_.on_store_again = [&] {
        EXPECT_TRUE(queue_->remove(id));
        EXPECT_EQ(disk_.records().size(), 1U) << "whoever writes it takes it away";
    };
    EXPECT_TRUE(queue_->work());
    EXPECT_TRUE(queue_->list().empty());
    EXPECT_TRUE(disk_.records().empty());
}

TEST_F(JobQueueTest, SeveralThreadsRunAsManyAtOnce) {
    disk_.on_run = [this](Queue::Running& running) { return gate_.pass(running); };
    queue_->start(2);
    const auto first = add("a"), second = add("b"), third = add("c");
    gate_.wait_for(2);
    EXPECT_EQ(state(third), JobState::queued);
    gate_.open();
    wait_until(
        [&] { return state(first) == JobState::done && state(second) == JobState::done && state(third) == JobState::done; });
}

TEST_F(JobQueueTest, WhatAStopCutsOffRunsAgainAndWhatEndedDoesNot) {
    const auto ended = add("ended");
    queue_->work();
    disk_.on_run = [this](Queue::Running& running) { return gate_.pass(running); };
    const auto running = add("running"), waiting = add("waiting");
    queue_->start(1);
    gate_.wait_for(1);
    queue_->stop();
    queue_->stop();
    EXPECT_FALSE(disk_.was_cleared(running)) << "what it has made may be gone on with";
    EXPECT_FALSE(has_ended(disk_.records().at(running).state));
    restart();
    EXPECT_EQ(state(ended), JobState::done);
    EXPECT_EQ(state(running), JobState::queued);
    gate_.open();
    while (queue_->work()) {
    }
    EXPECT_EQ(disk_.ran(), (Names{"ended", "running", "running", "waiting"})) << "the oldest first";
    EXPECT_EQ(state(waiting), JobState::done);
}

TEST_F(JobQueueTest, CancelledOrRemovedBeforeAStopItDoesNotRunAgain) {
    disk_.on_run = [this](Queue::Running& running) { return gate_.pass(running); };
    const auto cancelled = add("cancelled"), removed = add("removed");
    queue_->start(2);
    gate_.wait_for(2);
    ASSERT_TRUE(queue_->cancel(cancelled));
    ASSERT_TRUE(queue_->remove(removed));
    restart();
    EXPECT_EQ(names(), Names{"cancelled"});
    EXPECT_EQ(state(cancelled), JobState::cancelled);
}

TEST_F(JobQueueTest, WhatHasEndedGoesWhenItsTimeIsOver) {
    const auto ended = add("ended");
    queue_->work();
    const auto waits = add("waits");
    disk_.expires_before = created_ + hours{1};
    queue_->expire();
    EXPECT_FALSE(queue_->find(ended));
    EXPECT_EQ(disk_.records().size(), 1U);
    EXPECT_TRUE(queue_->find(waits)) << "has not had its turn";
    queue_->work();
    EXPECT_EQ(state(waits), JobState::done);
    queue_->work();
    EXPECT_TRUE(queue_->list().empty());
}

TEST_F(JobQueueTest, NothingRunsBeforeItsKindIsReady) {
    disk_.ready = false;
    const auto id = add("a");
    queue_->start(1);
    EXPECT_EQ(state(id), JobState::queued);
    disk_.ready = true;
    const auto next = add("b");  // the thread looks anew
    wait_until([&] { return state(next) == JobState::done; });
    EXPECT_EQ(state(id), JobState::done);
}

TEST(JobState, IsWrittenAndReadAsAWord) {
    for (const auto state : {JobState::queued, JobState::running, JobState::done, JobState::failed, JobState::cancelled})
        EXPECT_EQ(parse_job_state(to_string(state)), state);
    EXPECT_FALSE(parse_job_state("Done"));
    EXPECT_FALSE(parse_job_state(""));
}

}  // namespace
}  // namespace vantage
