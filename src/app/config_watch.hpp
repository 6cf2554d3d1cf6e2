// SPDX-License-Identifier: Apache-2.0
// Tells when the configuration should be read again: on SIGHUP, and when the file was written or replaced (editors write a
// new file and rename it, so the folder is watched). Changes that come close together are told once. Lives on its executor;
// does not read the file.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <functional>

namespace vantage::app {

class ConfigWatch {
  public:
    // `changed` is called on the executor. The file need not exist yet.
    ConfigWatch(boost::asio::any_io_executor executor, std::filesystem::path file, std::function<void()> changed);
    void stop();

  private:
    void wait_signal();
    void wait_folder();
    void soon();

    std::filesystem::path file_;
    std::function<void()> changed_;
    boost::asio::signal_set hangup_;
    boost::asio::posix::stream_descriptor folder_;
    boost::asio::steady_timer quiet_;
    alignas(8) std::array<char, 4096> events_{};
};

}  // namespace vantage::app
