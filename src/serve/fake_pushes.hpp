// SPDX-License-Identifier: Apache-2.0
// For tests: pushes that only remember what they were told. Tests only.
#pragma once
#include "serve/control.hpp"

#include <string>
#include <vector>

namespace vantage::serve {

class FakePushes : public PushControl {
  public:
    std::vector<PushView> all() const override { return views; }
    Result<PushView> add(const CameraId& camera, const PushChange& push) override {
        last = push;
        if (!push.url) return fail(errc::invalid_argument, "'url' is missing");
        PushView view{camera, "p1", push.name.value_or("host"), "rtmp://host/live/***", push.stream.value_or("main")};
        view.state = "connecting";
        views.push_back(view);
        return view;
    }
    Result<PushView> change(const CameraId& camera, const std::string& id, const PushChange& change) override {
        last = change;
        for (auto& view : views) {
            if (view.camera != camera || view.id != id) continue;
            if (view.declared_in_file) return fail(errc::read_only, "declared in the configuration file");
            view.enabled = change.enabled.value_or(view.enabled);
            return view;
        }
        return fail(errc::not_found, "no such push");
    }
    Result<PushView> remove(const CameraId& camera, const std::string& id) override {
        for (const auto& view : views) {
            if (view.camera != camera || view.id != id) continue;
            const auto removed = view;
            std::erase_if(views, [&](const auto& other) { return other.id == removed.id; });
            return removed;
        }
        return fail(errc::not_found, "no such push");
    }

    std::vector<PushView> views;
    PushChange last;
};

}  // namespace vantage::serve
