// SPDX-License-Identifier: Apache-2.0
// The pushes of the file and those of the page, together: which run, what handlers see of them, how they change. Addresses
// are sealed before they go into the settings, and leave only redacted. Safe from any thread; changes block on settings.db
// and, up to a second, for a push that ends.
#pragma once
#include "app/camera_set.hpp"
#include "live/push/pushes.hpp"
#include "serve/push_control.hpp"
#include "store/sealed.hpp"
#include "store/settings.hpp"

namespace vantage::app {

class PushSet final : public serve::PushControl {
  public:
    // The references outlive the set.
    PushSet(store::Settings& settings, std::shared_ptr<const store::Sealer> sealer, live::PushEnvironment environment,
            const Clock& clock);

    // From now on the pushes of these cameras run.
    void apply(const std::map<CameraId, RunningCamera>& cameras);
    // Ends all.
    void stop() { pushes_.apply({}); }

    [[nodiscard]] std::vector<serve::PushView> all() const override;
    Result<serve::PushView> add(const CameraId& camera, const serve::PushChange& push) override;
    Result<serve::PushView> change(const CameraId& camera, const std::string& id, const serve::PushChange& change) override;
    Result<serve::PushView> remove(const CameraId& camera, const std::string& id) override;

  private:
    struct Known {
        live::PushKey key;
        live::PushOptions options;
        bool declared{false};
        bool readable{true};  // false: its address does not open with this key
        UtcTime created;
    };
    void refresh();
    [[nodiscard]] Known known(const store::PushRow& row, const CameraId& camera) const;
    [[nodiscard]] Result<Known> find(const CameraId& camera, const std::string& id) const;
    [[nodiscard]] serve::PushView view(const Known& push) const;
    [[nodiscard]] store::PushRow row(const Known& push) const;

    store::Settings& settings_;
    const std::shared_ptr<const store::Sealer> sealer_;
    const Clock& clock_;
    live::Pushes pushes_;  // locks itself

    std::mutex changing_;                        // one change at a time; taken before mutex_
    mutable std::mutex mutex_;                   // short
    std::map<CameraId, RunningCamera> cameras_;  // guarded by mutex_
    std::vector<Known> known_;                   // guarded by mutex_
};

}  // namespace vantage::app
