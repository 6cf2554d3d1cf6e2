// SPDX-License-Identifier: Apache-2.0
// The recorder's state as Prometheus text. Built anew for each scrape; nothing is counted here.
#pragma once
#include "serve/control.hpp"

#include <string>
#include <utility>
#include <vector>

namespace vantage::net {
struct HttpStats;
}
namespace vantage::live {
struct LiveStats;
}

namespace vantage::serve {

// The figures of one stream, named as in the text without "vantage_stream_".
std::vector<std::pair<std::string, double>> stream_values(const StreamView& stream);

std::string metrics_text(const std::vector<CameraView>& cameras, const std::vector<PushView>& pushes,
                         const SystemView& system, const live::LiveStats& live, const net::HttpStats& http);

}  // namespace vantage::serve
