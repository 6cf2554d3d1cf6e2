// SPDX-License-Identifier: Apache-2.0
#include "base/job_state.hpp"

#include <fmt/format.h>

#include <array>
#include <random>

namespace vantage {
namespace {

constexpr std::array kStates{"queued", "running", "done", "failed", "cancelled"};

}  // namespace

const char* to_string(JobState state) {
    return kStates.at(static_cast<std::size_t>(state));
}

std::optional<JobState> parse_job_state(std::string_view text) {
    const auto* const found = std::ranges::find(kStates, text);
    if (found == kStates.end()) return {};
    return static_cast<JobState>(found - kStates.begin());
}

std::string new_job_id() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace vantage
