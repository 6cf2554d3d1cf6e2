// SPDX-License-Identifier: Apache-2.0
// Waits on the calling thread until SIGINT or SIGTERM, then stops the program.
#pragma once
#include "app/vantage.hpp"

namespace vantage::app {

// `watched`: the configuration to read again when it changes; empty: none.
void run_until_signal(Vantage& vantage, const std::filesystem::path& watched);

}  // namespace vantage::app
