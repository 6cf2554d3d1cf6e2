// SPDX-License-Identifier: Apache-2.0
// Whether a host's name can be resolved, asked in a way that can be given up: the system's resolver blocks for as long as a
// dead name server makes it. Blocks the caller; safe from any thread.
#pragma once
#include "base/result.hpp"

#include <chrono>
#include <stop_token>
#include <string>

namespace vantage {

// unavailable: there is no such host; timed_out; cancelled by `stop`. `host` may be an address.
Status look_up(const std::string& host, std::stop_token stop, std::chrono::steady_clock::time_point until);

}  // namespace vantage
