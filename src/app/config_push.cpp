// SPDX-License-Identifier: Apache-2.0
#include "app/config_push.hpp"

#include "live/push/push_url.hpp"

#include <algorithm>
#include <array>

namespace vantage::app {
namespace {

constexpr std::size_t kLongestName = 64;

// Fills in the name and says what is wrong, without the stream key.
Status complete(live::PushOptions& push) {
    const auto url = live::parse_push_url(push.url);
    if (!url) return url.error();
    static constexpr std::array streams{"main", "sub", "h264", "720p", "480p", "360p"};
    if (std::ranges::find(streams, push.stream) == streams.end())
        return fail(errc::invalid_argument,
                    fmt::format("there is no stream '{}'; there are main, sub, h264, 720p, 480p and 360p", push.stream));
    if (push.name.empty()) {
        const auto host = url->shown.substr(url->shown.find("://") + 3);
        push.name = host.substr(host.starts_with("***@") ? 4 : 0, host.find('/') - (host.starts_with("***@") ? 4 : 0));
    }
    push.name.resize(std::min(push.name.size(), kLongestName));
    return {};
}

void read_push(const YAML::Node& node, const std::string& what, std::vector<live::PushOptions>& out, Faults& faults) {
    live::PushOptions push;
    if (node.IsScalar()) {
        push.url = faults.expand(node);
    } else {
        MapReader reader(node, fmt::format("'push' of {}", what), faults);
        reader.read({{"name", &push.name},
                     {"url", &push.url},
                     {"stream", &push.stream},
                     {"enabled", &push.enabled},
                     {"silence", &push.silence},
                     {"verify", &push.verify}});
        reader.finish();
    }
    if (auto good = complete(push); !good)
        return faults.add(node, fmt::format("'push' of {}: {}", what, good.error().message));
    out.push_back(std::move(push));
}

}  // namespace

void read_pushes(const YAML::Node& node, const std::string& what, std::vector<live::PushOptions>& out, Faults& faults) {
    if (!node.IsDefined() || node.IsNull()) return;
    if (node.IsSequence()) {
        for (const auto& entry : node) read_push(entry, what, out, faults);
    } else {
        read_push(node, what, out, faults);
    }
    if (out.size() > kMostPushes) faults.add(node, fmt::format("{} has more than {} pushes", what, kMostPushes));
}

Result<live::PushOptions> changed_push(live::PushOptions before, const serve::PushChange& change) {
    auto out = std::move(before);
    if (change.url) {
        auto url = live::with_stored_key(*change.url, out.url);
        if (!url) return url.error();
        out.url = std::move(*url);
    }
    if (change.name) out.name = *change.name;
    if (change.stream) out.stream = *change.stream;
    out.enabled = change.enabled.value_or(out.enabled);
    out.silence = change.silence.value_or(out.silence);
    out.verify = change.verify.value_or(out.verify);
    if (auto good = complete(out); !good) return good.error();
    return out;
}

}  // namespace vantage::app
