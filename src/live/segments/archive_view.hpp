// SPDX-License-Identifier: Apache-2.0
// Footage shown otherwise than it lies on disk: other inits, other parts, the same runs and times. Safe from any thread.
#pragma once
#include "footage/footage.hpp"

#include <functional>
#include <vector>

namespace vantage::live {

class ArchiveView {
  public:
    using Done = std::function<void(Result<std::vector<PartPtr>>)>;

    virtual ~ArchiveView() = default;
    // False: nobody may ask for it.
    [[nodiscard]] virtual bool offered() const = 0;
    // The init that stands for this one on disk: the same where nothing needs to be done. Blocks briefly.
    [[nodiscard]] virtual Result<InitPtr> init(const InitPtr& on_disk) = 0;
    // The parts of fragments that follow one another. `done` is called once, at once or from another thread; overloaded when
    // it cannot be made now.
    virtual void read(std::vector<footage::Fragment> fragments, Done done) = 0;
};

}  // namespace vantage::live
