// SPDX-License-Identifier: Apache-2.0
// The recorder's state as Prometheus text. Built anew for each scrape; nothing is counted here.
#pragma once
#include "serve/control.hpp"

#include <string>
#include <vector>

namespace vantage::net {
struct HttpStats;
}
namespace vantage::live {
struct LiveStats;
}

namespace vantage::serve {

std::string metrics_text(const std::vector<CameraView>& cameras, const std::vector<PushView>& pushes,
                         const SystemView& system, const live::LiveStats& live, const net::HttpStats& http);

}  // namespace vantage::serve
