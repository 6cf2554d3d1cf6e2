// SPDX-License-Identifier: Apache-2.0
// For threads that decode pictures: recording and viewers go first when the cores are busy. What they start inherits it.
#pragma once
#include <sys/resource.h>
#include <unistd.h>

namespace vantage::stills {

inline constexpr int kBack = 5;      // somebody waits for it
inline constexpr int kFarBack = 10;  // nobody does

// Of the calling thread, once; a system that refuses changes nothing.
inline void stand_back(int nice = kBack) {
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
}

}  // namespace vantage::stills
