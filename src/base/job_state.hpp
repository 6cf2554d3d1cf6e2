// SPDX-License-Identifier: Apache-2.0
// How a job stands: something asked for that takes a while, is made when its turn comes and is kept with its outcome
// (job_queue.hpp). Values.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace vantage {

enum class JobState { queued, running, done, failed, cancelled };

const char* to_string(JobState state);                           // "queued", ...
std::optional<JobState> parse_job_state(std::string_view text);  // what to_string writes
inline bool has_ended(JobState state) {
    return state != JobState::queued && state != JobState::running;
}

// Sixteen hexadecimal digits by chance. Not a secret: who may see a job is asked for each time.
std::string new_job_id();

}  // namespace vantage
