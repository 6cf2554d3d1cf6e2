// SPDX-License-Identifier: Apache-2.0
// The pushes of all cameras: a thread for each one that is switched on. Safe from any thread; what may wait is said.
#pragma once
#include "live/push/push.hpp"

#include <map>
#include <mutex>

namespace vantage::live {

struct PushKey {
    CameraId camera;
    std::string id;
    auto operator<=>(const PushKey&) const = default;
};

class Pushes {
  public:
    // What `environment` refers to outlives this.
    explicit Pushes(PushEnvironment environment);
    ~Pushes();
    Pushes(const Pushes&) = delete;
    Pushes& operator=(const Pushes&) = delete;

    // From now on these run; touches only what changed. Waits for those that end, up to a second.
    void apply(const std::map<PushKey, PushOptions>& wanted);
    // Nothing for one that is not known.
    [[nodiscard]] std::optional<PushStatus> status(const PushKey& key) const;

  private:
    class Thread;
    struct Entry {
        PushOptions options;
        UtcTime since;                   // switched off
        std::unique_ptr<Thread> thread;  // null: switched off
    };

    const PushEnvironment environment_;
    std::mutex applying_;  // taken before mutex_
    mutable std::mutex mutex_;
    std::map<PushKey, Entry> all_;  // guarded by mutex_; changed under applying_ as well
};

}  // namespace vantage::live
