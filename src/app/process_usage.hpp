// SPDX-License-Identifier: Apache-2.0
// What this process uses of the host, and what the host is. Safe from any thread.
#pragma once
#include "base/guarded.hpp"
#include "base/time.hpp"

#include <string>
#include <utility>
#include <vector>

namespace vantage::app {

class ProcessUsage {
  public:
    explicit ProcessUsage(const Clock& clock);
    // Percent of one core since the last call that is at least a second ago.
    [[nodiscard]] double cpu_percent();
    [[nodiscard]] static std::uint64_t memory_bytes();  // resident

  private:
    struct Sample {
        SteadyTime at;
        microseconds used{0};
        double percent{0};
    };
    const Clock& clock_;
    Guarded<Sample> last_;
};

// The host's IANA zone; "UTC" when it cannot be told.
std::string host_time_zone();
// Names and versions of what the program is built on.
std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace vantage::app
