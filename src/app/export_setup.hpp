// SPDX-License-Identifier: Apache-2.0
// What exports need to know of the installation: its zone and how much of the disk they may take. Safe from any thread,
// but for use_time_zone.
#pragma once
#include "app/config.hpp"

namespace vantage::app {

// Makes `zone` (IANA) the process's, for local_time. Before other threads start.
void use_time_zone(const std::string& zone);
// "2026-11-20 20:04:05 +01:00" in the process's zone.
std::string local_time(UtcTime time);
// An RFC 3339 time, or one without an offset ("2026-11-20 20:04:05", seconds may be missing) in the process's zone; of an
// hour that comes twice the first. errc::invalid_argument.
Result<UtcTime> parse_local_time(const std::string& text);

// Bytes that exports may still take from the disk that `folder` lies on: half of what the storage keeps free is theirs, as
// retention makes room again; never the last 1 % (at most 1 GiB).
Result<std::uint64_t> room_for_exports(const std::filesystem::path& folder, const StorageConfig& storage);

}  // namespace vantage::app
