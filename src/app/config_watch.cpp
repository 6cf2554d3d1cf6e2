// SPDX-License-Identifier: Apache-2.0
#include "app/config_watch.hpp"

#include "base/log.hpp"

#include <boost/asio/buffer.hpp>

#include <csignal>
#include <cstring>
#include <sys/inotify.h>

namespace vantage::app {
namespace asio = boost::asio;

namespace {

// An editor writes in several steps; this long after the last one the file is read.
constexpr std::chrono::milliseconds kQuiet{200};

bool names_file(const char* data, std::size_t size, const std::string& name) {
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
        inotify_event event{};
        std::memcpy(&event, data + at, sizeof event);
        if (event.len > 0 && name == data + at + sizeof event) return true;
        at += sizeof event + event.len;
    }
    return false;
}

}  // namespace

ConfigWatch::ConfigWatch(asio::any_io_executor executor, std::filesystem::path file, std::function<void()> changed)
    : file_(std::filesystem::absolute(file)),
      changed_(std::move(changed)),
      hangup_(executor, SIGHUP),
      folder_(executor),
      quiet_(executor) {
    wait_signal();
    const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch < 0 || inotify_add_watch(watch, file_.parent_path().c_str(), IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
        log::warn("configuration", "cannot watch {}: {}; send SIGHUP after a change", file_.parent_path().string(),
                  std::strerror(errno));
        if (watch >= 0) ::close(watch);
        return;
    }
    folder_.assign(watch);
    wait_folder();
}

void ConfigWatch::stop() {
    boost::system::error_code ignored;
    hangup_.cancel(ignored);
    folder_.close(ignored);
    quiet_.cancel();
}

void ConfigWatch::wait_signal() {
    hangup_.async_wait([this](boost::system::error_code error, int) {
        if (error) return;
        soon();
        wait_signal();
    });
}

void ConfigWatch::wait_folder() {
    folder_.async_read_some(asio::buffer(events_), [this](boost::system::error_code error, std::size_t size) {
        if (error) return;
        if (names_file(events_.data(), size, file_.filename().string())) soon();
        wait_folder();
    });
}

void ConfigWatch::soon() {
    quiet_.expires_after(kQuiet);
    quiet_.async_wait([this](boost::system::error_code error) {
        if (!error) changed_();
    });
}

}  // namespace vantage::app
