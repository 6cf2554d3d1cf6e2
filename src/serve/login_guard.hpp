// SPDX-License-Identifier: Apache-2.0
// Slows down whoever guesses passwords: by account name, whether it exists or not, and by address. Keeps its counts in
// memory, bounded; safe from any thread. It verifies nothing itself.
#pragma once
#include "base/time.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace vantage::serve {

class LoginGuard {
  public:
    explicit LoginGuard(const Clock& clock) : clock_(clock) {}

    static constexpr int kFreeFailures = 5;   // an account's failures before its first lock
    static constexpr seconds kFirstLock{30};  // doubles with each failure after that
    static constexpr seconds kLongestLock{900};
    static constexpr int kAddressFailures = 20;    // of all accounts from one address ...
    static constexpr seconds kAddressWindow{900};  // ... within this time

    // Before a password is looked at: how long to wait, or nothing, and then the try counts as failed until `succeeded`, so
    // that parallel tries cannot slip through.
    std::optional<seconds> begin(const std::string& account, const std::string& address);
    void succeeded(const std::string& account, const std::string& address);

    struct Standing {
        int failures{0};
        std::optional<UtcTime> locked_until;
    };
    [[nodiscard]] Standing standing(const std::string& account) const;

  private:
    struct Account {
        int failures{0};
        SteadyTime locked_until{};
        SteadyTime last{};
    };
    struct Address {
        int failures{0};
        SteadyTime window_start{};
    };
    void forget_old(SteadyTime now);  // mutex_ held

    const Clock& clock_;
    mutable std::mutex mutex_;
    std::map<std::string, Account> accounts_;   // guarded by mutex_
    std::map<std::string, Address> addresses_;  // guarded by mutex_
};

}  // namespace vantage::serve
