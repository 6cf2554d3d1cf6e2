// SPDX-License-Identifier: Apache-2.0
// Lets any thread wake a coroutine that waits on the thread of the io_context. Whoever waits must be woken before the
// io_context goes: the coroutine owns what it waits on. Internal to net; costly to include.
#pragma once
#include "net/executor.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace vantage::net {

class Wakeup;

// Those that were woken, of all connections of a server: hundreds that a new part wakes cost one hand-over to the thread.
// Safe from any thread.
class WakeupQueue : public std::enable_shared_from_this<WakeupQueue> {
  public:
    explicit WakeupQueue(Executor executor) : executor_(std::move(executor)) {}
    void add(std::shared_ptr<Wakeup> woken);

  private:
    // What waits on other sockets gets its turn after this many, about 2 ms.
    static constexpr std::size_t kTurn = 256;
    void post();
    void resume_some();

    const Executor executor_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<Wakeup>> woken_;  // guarded by mutex_, as the next
    bool posted_{false};
    std::vector<std::shared_ptr<Wakeup>> turn_;  // of the thread, as the next
    std::size_t resumed_{0};                     // of turn_
};

class Wakeup : public std::enable_shared_from_this<Wakeup> {
  public:
    explicit Wakeup(std::shared_ptr<WakeupQueue> queue, Executor executor)
        : queue_(std::move(queue)), executor_(std::move(executor)) {}

    // From any thread, without waiting; several calls before the coroutine goes on become one.
    void wake() {
        const std::lock_guard hold(mutex_);
        if (queued_ || closed_) return;
        queued_ = true;
        queue_->add(shared_from_this());
    }
    // From now on `wake` touches neither queue nor io_context, which may then go.
    void close() {
        const std::lock_guard hold(mutex_);
        closed_ = true;
    }

    // As `wake`, but on the thread of the io_context it goes on before this returns: hold no lock.
    void wake_now() {
        if (executor_.running_in_this_thread()) {
            go_on();
        } else {
            wake();
        }
    }

    // The rest on the thread of the io_context, by one coroutine. It goes on after the caller has returned.
    void wake_here() {
        woken_ = true;
        if (!resume_) return;
        boost::asio::post(executor_, std::move(*resume_));
        resume_.reset();
    }
    // Whether it was woken since the last time; to be awaited when it was not: until it is.
    bool take_woken() { return std::exchange(woken_, false); }
    auto suspend() {
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
            [this](auto handler) { resume_.emplace(std::move(handler)); }, kAwait);
    }
    // Both. Returns at once when it was woken since the last wait.
    Task<void> wait() {
        while (!take_woken()) co_await suspend();
    }
    void forget() { woken_ = false; }

  private:
    friend class WakeupQueue;
    using Resume = boost::asio::async_result<boost::asio::use_awaitable_t<Executor>, void()>::handler_type;

    void resume() {
        {
            const std::lock_guard hold(mutex_);
            queued_ = false;
        }
        go_on();
    }
    void go_on() {
        woken_ = true;
        if (!resume_) return;
        auto going_on = std::move(*resume_);
        resume_.reset();
        std::move(going_on)();
    }

    const std::shared_ptr<WakeupQueue> queue_;
    const Executor executor_;
    std::mutex mutex_;
    bool queued_{false}, closed_{false};  // guarded by mutex_
    bool woken_{false};                   // of the thread, as what follows
    std::optional<Resume> resume_;        // the coroutine that waits
};

inline void WakeupQueue::add(std::shared_ptr<Wakeup> woken) {
    const std::lock_guard hold(mutex_);
    woken_.push_back(std::move(woken));
    if (!std::exchange(posted_, true)) post();
}

inline void WakeupQueue::post() {
    boost::asio::post(executor_, [self = shared_from_this()] { self->resume_some(); });
}

inline void WakeupQueue::resume_some() {
    if (resumed_ == turn_.size()) {
        turn_.clear();
        resumed_ = 0;
        const std::lock_guard hold(mutex_);
        turn_.swap(woken_);
    }
    for (std::size_t i = 0; i < kTurn && resumed_ < turn_.size(); ++i) std::exchange(turn_[resumed_++], nullptr)->resume();
    const std::lock_guard hold(mutex_);
    posted_ = resumed_ < turn_.size() || !woken_.empty();
    if (posted_) post();
}

}  // namespace vantage::net
