// SPDX-License-Identifier: Apache-2.0
// Lets any thread wake a coroutine that waits on a strand. Whoever waits must be woken before the io_context goes: the
// coroutine owns what it waits on. Internal to net; costly to include.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <mutex>

namespace vantage::net {

class Wakeup : public std::enable_shared_from_this<Wakeup> {
  public:
    explicit Wakeup(const boost::asio::any_io_executor& strand) : strand_(strand) {}

    // From any thread, without waiting; several calls before the strand gets to it become one.
    void wake() {
        const std::lock_guard hold(mutex_);
        if (posted_ || closed_) return;
        posted_ = true;
        boost::asio::post(strand_, [self = shared_from_this()] {
            {
                const std::lock_guard inner(self->mutex_);
                self->posted_ = false;
            }
            self->woken_ = true;
            if (auto resume = std::exchange(self->resume_, nullptr)) resume();
        });
    }
    // From now on `wake` touches neither strand nor io_context, which may then go.
    void close() {
        const std::lock_guard hold(mutex_);
        closed_ = true;
    }

    // The rest on the strand, by one coroutine. It goes on after the caller has returned.
    void wake_here() {
        woken_ = true;
        if (auto resume = std::exchange(resume_, nullptr)) boost::asio::post(strand_, std::move(resume));
    }
    // Returns at once when it was woken since the last wait.
    boost::asio::awaitable<void> wait() {
        while (!woken_) {
            co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
                [this](auto handler) {
                    resume_ = [kept = std::make_shared<decltype(handler)>(std::move(handler))] { std::move (*kept)(); };
                },
                boost::asio::use_awaitable);
        }
        woken_ = false;
    }
    void forget() { woken_ = false; }

  private:
    const boost::asio::any_io_executor strand_;
    std::mutex mutex_;
    bool posted_{false}, closed_{false};  // guarded by mutex_
    bool woken_{false};                   // of the strand, as what follows
    std::function<void()> resume_;        // the coroutine that waits
};

}  // namespace vantage::net
