// SPDX-License-Identifier: Apache-2.0
#include "serve/login_guard.hpp"

#include <algorithm>

namespace vantage::serve {
namespace {

constexpr std::size_t kMostEntries = 10'000;

seconds until(SteadyTime then, SteadyTime now) {
    return std::chrono::ceil<seconds>(then - now);
}

}  // namespace

void LoginGuard::forget_old(SteadyTime now) {
    std::erase_if(addresses_, [&](const auto& entry) { return now - entry.second.window_start >= kAddressWindow; });
    std::erase_if(accounts_, [&](const auto& entry) { return now - entry.second.last >= 2 * kLongestLock; });
    // A flood of invented names: those unused longest go first.
    while (accounts_.size() >= kMostEntries)
        accounts_.erase(std::min_element(accounts_.begin(), accounts_.end(),
                                         [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
}

std::optional<seconds> LoginGuard::begin(const std::string& account, const std::string& address) {
    const auto now = clock_.steady();
    const std::lock_guard hold(mutex_);
    if (accounts_.size() >= kMostEntries || addresses_.size() >= kMostEntries) forget_old(now);
    auto& from = addresses_[address];
    if (from.failures == 0 || now - from.window_start >= kAddressWindow) from = {0, now};
    if (from.failures >= kAddressFailures) return until(from.window_start + kAddressWindow, now);
    auto& name = accounts_[account];
    if (now - name.last >= 2 * kLongestLock) name = {};
    if (now < name.locked_until) return until(name.locked_until, now);
    ++from.failures;
    ++name.failures;
    name.last = now;
    if (name.failures >= kFreeFailures) {
        const auto doublings = std::min(name.failures - kFreeFailures, 10);
        name.locked_until = now + std::min(kFirstLock * (1 << doublings), kLongestLock);
    }
    return std::nullopt;
}

void LoginGuard::succeeded(const std::string& account, const std::string& address) {
    const std::lock_guard hold(mutex_);
    accounts_.erase(account);
    const auto from = addresses_.find(address);
    if (from != addresses_.end() && --from->second.failures <= 0) addresses_.erase(from);
}

LoginGuard::Standing LoginGuard::standing(const std::string& account) const {
    const auto now = clock_.steady();
    const std::lock_guard hold(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) return {};
    Standing standing{found->second.failures, std::nullopt};
    if (found->second.locked_until > now) standing.locked_until = clock_.now() + (found->second.locked_until - now);
    return standing;
}

}  // namespace vantage::serve
