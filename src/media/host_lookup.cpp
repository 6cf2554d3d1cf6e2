// SPDX-License-Identifier: Apache-2.0
#include "media/host_lookup.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <thread>

namespace vantage {
namespace {

// Shared with the thread that asks, which outlives a caller that gave up.
struct Question {
    const std::string host;
    std::mutex mutex;
    std::condition_variable_any answered;
    std::optional<int> code;  // guarded by mutex
};

void ask(const std::shared_ptr<Question>& question) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = ::getaddrinfo(question->host.c_str(), nullptr, &hints, &found);
    if (code == 0) ::freeaddrinfo(found);
    {
        const std::lock_guard hold(question->mutex);
        question->code = code;
    }
    question->answered.notify_one();
}

}  // namespace

Status look_up(const std::string& host, std::stop_token stop, std::chrono::steady_clock::time_point until) {
    const auto question = std::make_shared<Question>(host);
    std::thread([question] { ask(question); }).detach();  // getaddrinfo() cannot be ended; it ends by itself
    std::unique_lock hold(question->mutex);
    question->answered.wait_until(hold, stop, until, [&] { return question->code.has_value(); });
    if (stop.stop_requested()) return fail(errc::cancelled, "stopped");
    if (!question->code) return fail(errc::timed_out, "the server's name cannot be resolved: no name server answers");
    if (*question->code != 0)
        return fail(errc::unavailable,
                    "the server's name cannot be resolved: " + std::string(::gai_strerror(*question->code)));
    return {};
}

}  // namespace vantage
