// SPDX-License-Identifier: Apache-2.0
// For tests: a transcode that changes nothing, and answers when it is told to. Tests only.
#pragma once
#include "live/segments/archive_view.hpp"

namespace vantage::serve {

class FakeArchiveView final : public live::ArchiveView {
  public:
    explicit FakeArchiveView(const footage::Footage& footage) : footage_(footage) {}
    [[nodiscard]] bool offered() const override { return true; }
    [[nodiscard]] Result<InitPtr> init(const InitPtr& on_disk) override { return on_disk; }
    void read(std::vector<footage::Fragment> fragments, Done done) override {
        if (busy) return done(fail(errc::overloaded, "2 streams are transcoded"));
        std::vector<PartPtr> parts;
        for (const auto& fragment : fragments)
            for (const auto& part : footage_.read(fragment).value()) parts.push_back(part);
        later.emplace_back([done = std::move(done), parts = std::move(parts)] { done(parts); });
    }

    std::vector<std::function<void()>> later;
    bool busy{false};

  private:
    const footage::Footage& footage_;
};

}  // namespace vantage::serve
