// SPDX-License-Identifier: Apache-2.0
// DASH over HTTP: manifests of live, days and ranges, of what HLS has there, too. Runs on a worker; what waits for live
// holds no thread, what is read from footage blocks.
#pragma once
#include "serve/router.hpp"

namespace vantage::serve {

inline constexpr const char* kManifestType = "application/dash+xml";

// Waits for the first whole segment, as long as a camera on demand may take.
Result<net::Response> live_manifest(const Call& call);
Result<net::Response> archive_manifest(const Call& call);
// What a player sets its clock by (urn:mpeg:dash:utc:http-iso:2014).
net::Response dash_time(const Clock& clock);

}  // namespace vantage::serve
