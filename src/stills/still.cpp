// SPDX-License-Identifier: Apache-2.0
#include "stills/still.hpp"

namespace vantage::stills {
namespace {

constexpr int kFullWidth = 1 << 14;

Result<StillPtr> make_still(const Picture& picture, const Look& look) {
    const auto width = look.width > 0 ? look.width : kFullWidth;
    auto data = look.format == Format::png ? picture.png(width) : picture.jpeg({.max_width = width});
    if (!data) return data.error();
    return std::make_shared<const Still>(Still{std::move(*data), to_utc(picture.time()), look.format});
}

}  // namespace

// Under the lock: who wants the same waits for it instead of making it again.
Result<StillPtr> Negative::still(const Look& look) {
    const std::lock_guard hold(mutex_);
    if (const auto known = made_.find(look); known != made_.end()) return known->second;
    auto made = make_still(*picture_, look);
    if (!made) return made;
    if (made_.size() >= kMostLooks) made_.clear();
    return made_[look] = std::move(*made);
}

}  // namespace vantage::stills
