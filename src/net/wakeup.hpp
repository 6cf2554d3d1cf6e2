// SPDX-License-Identifier: Apache-2.0
// Lets any thread wake a coroutine that waits on a strand. Internal to net; costly to include.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <mutex>

namespace vantage::net {

class Wakeup : public std::enable_shared_from_this<Wakeup> {
  public:
    explicit Wakeup(const boost::asio::any_io_executor& strand) : timer_(strand) {}

    // From any thread, without waiting; several calls before the strand gets to it become one.
    void wake() {
        const std::lock_guard hold(mutex_);
        if (posted_ || closed_) return;
        posted_ = true;
        boost::asio::post(timer_.get_executor(), [self = shared_from_this()] {
            {
                const std::lock_guard inner(self->mutex_);
                self->posted_ = false;
            }
            self->wake_here();
        });
    }
    // From now on `wake` touches neither strand nor io_context, which may then go.
    void close() {
        const std::lock_guard hold(mutex_);
        closed_ = true;
    }

    // The rest on the strand, by one coroutine.
    void wake_here() {
        woken_ = true;
        timer_.cancel();
    }
    // Returns at once when it was woken since the last wait.
    boost::asio::awaitable<void> wait() {
        while (!woken_) {
            timer_.expires_at(std::chrono::steady_clock::time_point::max());
            co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        }
        woken_ = false;
    }
    void forget() { woken_ = false; }

  private:
    std::mutex mutex_;
    bool posted_{false}, closed_{false};  // guarded by mutex_
    bool woken_{false};                   // of the strand, as what follows
    boost::asio::steady_timer timer_;
};

}  // namespace vantage::net
