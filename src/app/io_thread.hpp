// SPDX-License-Identifier: Apache-2.0
// An io_context and the one thread that runs it.
#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>

namespace vantage::app {

class IoThread {
  public:
    IoThread() : thread_([this] { context_.run(); }) {}
    ~IoThread() { stop(); }
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    boost::asio::io_context& context() { return context_; }
    // What runs ends; what waits does not happen any more, and is destroyed with the context.
    void stop() {
        work_.reset();
        context_.stop();
        if (thread_.joinable()) thread_.join();
    }

  private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::jthread thread_;  // last: uses the above
};

}  // namespace vantage::app
