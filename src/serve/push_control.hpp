// SPDX-License-Identifier: Apache-2.0
// What the handlers may ask about pushes: a camera's streams on their way to RTMP servers. app implements it. Safe from any
// thread; changes block on settings.db, and up to a second for a push that ends.
#pragma once
#include "base/ids.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vantage::serve {

struct PushView {
    CameraId camera;
    std::string id;
    std::string name;
    std::string url;     // the stream key replaced by ***
    std::string stream;  // "main", "sub", "h264", ...
    bool enabled{true};
    bool silence{true};              // silent sound where the camera has none
    bool verify{true};               // the server's certificate
    bool declared_in_file{false};    // read-only in the page
    std::string state{};             // "off", "connecting", "running", "waiting", "refused"
    std::string detail{};            // for a person
    std::optional<UtcTime> since{};  // of the state
    std::uint64_t bytes_sent{0};
    double bits_per_second{0};
    std::uint64_t dropped_parts{0};
    std::uint64_t reconnects{0};
};

// What is not set stays, or takes its default.
struct PushChange {
    std::optional<std::string> name, url, stream;
    std::optional<bool> enabled, silence, verify;
};

class PushControl {
  public:
    virtual ~PushControl() = default;
    // Those of the file first, then by age.
    [[nodiscard]] virtual std::vector<PushView> all() const = 0;
    [[nodiscard]] std::vector<PushView> of(const CameraId& camera) const {
        auto out = all();
        std::erase_if(out, [&](const PushView& push) { return push.camera != camera; });
        return out;
    }
    // invalid_argument with the reason; not_found: no such camera; overloaded: the camera has as many as it may.
    virtual Result<PushView> add(const CameraId& camera, const PushChange& push) = 0;
    // read_only for one of the file; not_found. '***' in the address keeps the stored key.
    virtual Result<PushView> change(const CameraId& camera, const std::string& id, const PushChange& change) = 0;
    // The one that was removed.
    virtual Result<PushView> remove(const CameraId& camera, const std::string& id) = 0;
};

}  // namespace vantage::serve
