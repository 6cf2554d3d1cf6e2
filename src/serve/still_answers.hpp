// SPDX-License-Identifier: Apache-2.0
// Pictures as answers: the image, its true time in Vantage-Time and, where a time was asked for, the difference in
// Vantage-Delta. Safe from any thread.
#pragma once
#include "net/http_message.hpp"
#include "serve/router.hpp"
#include "stills/frames.hpp"

namespace vantage::serve {

net::Response still_response(const stills::StillPtr& still, std::optional<UtcTime> asked = std::nullopt);
// Why there is none. Coded pictures that break their format are no fault of the request.
net::Response no_still(const Error& error);
// What a stream sent last; comes later.
net::Response newest_still(const Call& call, const StreamKey& stream, const stills::Look& look);

}  // namespace vantage::serve
