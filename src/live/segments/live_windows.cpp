// SPDX-License-Identifier: Apache-2.0
#include "live/segments/live_windows.hpp"

namespace vantage::live {

LiveWindows::LiveWindows(LiveWindowsOptions options, const Clock& clock, Streams streams, LiveWindow::Post post,
                         store::Catalog* numbers)
    : options_(options), clock_(clock), streams_(std::move(streams)), post_(std::move(post)), numbers_(numbers) {}

LiveWindows::~LiveWindows() {
    stop();
}

void LiveWindows::remember(Known& known) const {
    known.next_number = known.window->next_number();
    known.next_discontinuity = known.window->next_discontinuity();
}

// Before a window is made, and under no lock, as it may wait for the disk.
void LiveWindows::reserve(const LiveKey& key) {
    {
        const std::lock_guard hold(mutex_);
        const auto& known = known_[key];
        if (numbers_ == nullptr || known.window || known.next_discontinuity + kReserved / 2 < known.reserved) return;
    }
    const auto first = numbers_->take_numbers(key.camera.str() + "/" + key.stream, kReserved);
    if (!first) return;  // they begin anew with the next start, which few players mind
    const std::lock_guard hold(mutex_);
    auto& known = known_[key];
    known.next_discontinuity = std::max(known.next_discontinuity, *first);
    known.reserved = *first + kReserved;
}

Result<std::shared_ptr<LiveWindow>> LiveWindows::open(const LiveKey& key) {
    const auto found = streams_(key);
    if (!found) return found.error();
    const auto& stream = *found;
    reserve(key);
    std::shared_ptr<LiveWindow> old, made;
    {
        const std::lock_guard hold(mutex_);
        if (stopped_) return fail(errc::unavailable, "the program is stopping");
        auto& known = known_[key];
        known.asked = clock_.steady();
        if (known.window && known.window->stream() == stream) return known.window;
        if (known.window) remember(known);
        old = std::move(known.window);
        // Unix seconds: they grow faster than segments come, so numbers never go back over a restart of the program.
        const auto now = static_cast<std::uint64_t>(std::chrono::floor<seconds>(clock_.now().time_since_epoch()).count());
        made = std::make_shared<LiveWindow>(
            LiveWindowOptions{options_.live, options_.most_waiting, "HLS " + key.camera.str() + "/" + key.stream,
                              std::max(now, known.next_number), known.next_discontinuity},
            clock_, counters_, post_);
        made->start(stream);
        known.window = made;
    }
    if (old) old->stop();
    return made;
}

std::shared_ptr<LiveWindow> LiveWindows::running(const LiveKey& key) {
    const std::lock_guard hold(mutex_);
    const auto known = known_.find(key);
    if (known == known_.end() || !known->second.window || known->second.window->ended()) return nullptr;
    known->second.asked = clock_.steady();
    return known->second.window;
}

std::shared_ptr<LiveWindow> LiveWindows::find(const LiveKey& key) const {
    const std::lock_guard hold(mutex_);
    const auto known = known_.find(key);
    return known == known_.end() ? nullptr : known->second.window;
}

void LiveWindows::sweep() {
    std::vector<std::shared_ptr<LiveWindow>> running, idle;
    {
        const std::lock_guard hold(mutex_);
        const auto now = clock_.steady();
        for (auto& [key, known] : known_) {
            if (!known.window) continue;
            if (known.window->waited_for()) known.asked = now;
            if (now - known.asked < options_.close_after) {
                running.push_back(known.window);
                continue;
            }
            remember(known);
            idle.push_back(std::move(known.window));
        }
    }
    for (const auto& window : idle) window->stop();
    for (const auto& window : running) window->sweep();
}

void LiveWindows::stop() {
    std::vector<std::shared_ptr<LiveWindow>> windows;
    {
        const std::lock_guard hold(mutex_);
        stopped_ = true;
        for (auto& [key, known] : known_)
            if (known.window) windows.push_back(std::move(known.window));
    }
    for (const auto& window : windows) window->stop();
}

LiveStats LiveWindows::stats() const {
    LiveStats out;
    const std::lock_guard hold(mutex_);
    for (const auto& [key, known] : known_) {
        if (!known.window) continue;
        ++out.windows;
        out.bytes += known.window->bytes();
    }
    out.waiting = counters_.waiting.load();
    out.refused = counters_.refused.load();
    return out;
}

}  // namespace vantage::live
