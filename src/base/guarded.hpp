// SPDX-License-Identifier: Apache-2.0
// Data that can be reached only through its lock: guarded.lock()->field, or guarded.with([](T& t) { ... }).
#pragma once
#include <mutex>
#include <utility>

namespace vantage {

template <class T>
class Guarded {
  public:
    Guarded() = default;
    template <class... Args>
    explicit Guarded(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...) {}

    // Holds the lock for as long as it lives.
    class Access {
      public:
        T* operator->() const { return value_; }
        T& operator*() const { return *value_; }

      private:
        friend Guarded;
        Access(std::mutex& mutex, T& value) : lock_(mutex), value_(&value) {}
        std::unique_lock<std::mutex> lock_;
        T* value_;
    };

    [[nodiscard]] Access lock() { return {mutex_, value_}; }

    template <class F>
    decltype(auto) with(F&& f) {
        const std::lock_guard hold(mutex_);
        return std::forward<F>(f)(value_);
    }

  private:
    std::mutex mutex_;
    T value_;
};

}  // namespace vantage
