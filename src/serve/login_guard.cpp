// SPDX-License-Identifier: Apache-2.0
#include "serve/login_guard.hpp"

#include <algorithm>
#include <vector>

namespace vantage::serve {
namespace {

constexpr std::size_t kMostEntries = 10'000;

seconds until(SteadyTime then, SteadyTime now) {
    return std::chrono::ceil<seconds>(then - now);
}

// A flood of invented names or addresses: the tenth that was unused longest goes at once, so that this is rarely done.
template <class Map, class TimeOf>
void bound(Map& entries, TimeOf time_of) {
    if (entries.size() < kMostEntries) return;
    std::vector<SteadyTime> times;
    for (const auto& entry : entries) times.push_back(time_of(entry.second));
    const auto tenth = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 10);
    std::nth_element(times.begin(), tenth, times.end());
    std::erase_if(entries, [&](const auto& entry) { return time_of(entry.second) <= *tenth; });
}

}  // namespace

void LoginGuard::forget_old(SteadyTime now) {
    std::erase_if(addresses_, [&](const auto& entry) { return now - entry.second.window_start >= kAddressWindow; });
    std::erase_if(accounts_, [&](const auto& entry) { return now - entry.second.last >= 2 * kLongestLock; });
    bound(accounts_, [](const Account& account) { return account.last; });
    bound(addresses_, [](const Address& address) { return address.window_start; });
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
