// SPDX-License-Identifier: Apache-2.0
#include "ingest/socket_time.hpp"

#include <cstring>
#include <ctime>

namespace vantage::ingest {
namespace {

microseconds since(const timespec& stamp) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const auto age = std::chrono::seconds{now.tv_sec - stamp.tv_sec} + std::chrono::nanoseconds{now.tv_nsec - stamp.tv_nsec};
    // Over a second: the host's clock was stepped between the two.
    return age.count() < 0 || age > seconds{1} ? microseconds{0} : std::chrono::duration_cast<microseconds>(age);
}

}  // namespace

microseconds age_of(const msghdr& message) {
    auto* header = const_cast<msghdr*>(&message);  // CMSG_NXTHDR wants it so
    for (auto* part = CMSG_FIRSTHDR(header); part != nullptr; part = CMSG_NXTHDR(header, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            timespec stamp{};
            std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
            return since(stamp);
        }
    return microseconds{0};
}

}  // namespace vantage::ingest
