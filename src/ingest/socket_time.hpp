// SPDX-License-Identifier: Apache-2.0
// When the kernel received what a recvmsg() has returned (SO_TIMESTAMPNS; Linux gives it for TCP too, for the last byte).
#pragma once
#include "base/time.hpp"

#include <sys/socket.h>

namespace vantage::ingest {

// Time since then; zero if it is not known or cannot be.
microseconds age_of(const msghdr& message);

}  // namespace vantage::ingest
