// SPDX-License-Identifier: Apache-2.0
#include "live/push/pushes.hpp"

#include "base/bell.hpp"
#include "base/log.hpp"

#include <thread>
#include <vector>

namespace vantage::live {

class Pushes::Thread {
  public:
    Thread(const PushKey& key, const PushOptions& options, const PushEnvironment& environment)
        : push_(key.camera, options, environment, [this] { bell_.ring(); }),
          thread_([this](const std::stop_token& stop) { run(stop); }) {}

    void request_stop() { thread_.request_stop(); }
    [[nodiscard]] PushStatus status() const { return push_.status(); }

  private:
    void run(const std::stop_token& stop) try {
        while (!stop.stop_requested()) {
            const auto wait = push_.turn(stop);
            bell_.wait(stop, std::chrono::steady_clock::now() + wait);
        }
        push_.end();
    } catch (const std::exception& e) {
        log::error("push", "ended by a defect: {}", e.what());
    }

    Bell bell_;
    Push push_;
    std::jthread thread_;  // last: uses the above
};

Pushes::Pushes(PushEnvironment environment) : environment_(std::move(environment)) {}
Pushes::~Pushes() {
    apply({});
}

void Pushes::apply(const std::map<PushKey, PushOptions>& wanted) {
    const std::lock_guard one_at_a_time(applying_);
    std::vector<std::unique_ptr<Thread>> ending;
    {
        const std::lock_guard hold(mutex_);
        for (auto entry = all_.begin(); entry != all_.end();) {
            const auto now = wanted.find(entry->first);
            if (now != wanted.end() && now->second == entry->second.options) {
                ++entry;
                continue;
            }
            if (entry->second.thread) ending.push_back(std::move(entry->second.thread));
            entry = all_.erase(entry);
        }
    }
    for (const auto& thread : ending) thread->request_stop();
    ending.clear();
    const std::lock_guard hold(mutex_);
    for (const auto& [key, options] : wanted) {
        if (all_.contains(key)) continue;
        auto thread = options.enabled ? std::make_unique<Thread>(key, options, environment_) : nullptr;
        all_.emplace(key, Entry{options, environment_.clock.now(), std::move(thread)});
    }
}

std::optional<PushStatus> Pushes::status(const PushKey& key) const {
    const std::lock_guard hold(mutex_);
    const auto entry = all_.find(key);
    if (entry == all_.end()) return {};
    if (entry->second.thread) return entry->second.thread->status();
    PushStatus off;
    off.since = entry->second.since;
    return off;
}

}  // namespace vantage::live
