// SPDX-License-Identifier: Apache-2.0
#include "net/http_body.hpp"

#include <algorithm>

namespace vantage::net {

FileGrowth::Progress FileGrowth::progress() const {
    const std::lock_guard hold(mutex_);
    return progress_;
}

void FileGrowth::wrote(std::uint64_t bytes) {
    std::unique_lock hold(mutex_);
    progress_.written = std::max(progress_.written, std::min(bytes, final_size_));
    tell(std::move(hold));
}

void FileGrowth::fail() {
    std::unique_lock hold(mutex_);
    progress_.failed = progress_.written < final_size_;
    tell(std::move(hold));
}

// Calls nobody while it holds the lock: they may ask for the progress.
void FileGrowth::tell(std::unique_lock<std::mutex> hold) {
    const auto due = std::partition(watches_.begin(), watches_.end(), [this](const Watch& watch) {
        return watch.bytes >= progress_.written && !progress_.failed;
    });
    std::vector<Watch> ready(std::make_move_iterator(due), std::make_move_iterator(watches_.end()));
    watches_.erase(due, watches_.end());
    hold.unlock();
    for (const auto& watch : ready) watch.changed();
}

std::uint64_t FileGrowth::watch(std::uint64_t bytes, std::function<void()> changed) {
    std::unique_lock hold(mutex_);
    const auto number = ++last_number_;
    watches_.push_back({number, bytes, std::move(changed)});
    tell(std::move(hold));
    return number;
}

void FileGrowth::forget(std::uint64_t number) {
    const std::lock_guard hold(mutex_);
    std::erase_if(watches_, [number](const Watch& watch) { return watch.number == number; });
}

}  // namespace vantage::net
