// SPDX-License-Identifier: Apache-2.0
// DASH over HTTP: manifests of live from the windows that HLS has, too. Runs on a worker; what waits holds no thread.
#pragma once
#include "serve/router.hpp"

namespace vantage::serve {

inline constexpr const char* kManifestType = "application/dash+xml";

// Waits for the first whole segment, as long as a camera on demand may take.
Result<net::Response> live_manifest(const Call& call);
// What a player sets its clock by (urn:mpeg:dash:utc:http-iso:2014).
net::Response dash_time(const Clock& clock);

}  // namespace vantage::serve
