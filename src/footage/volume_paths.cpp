// SPDX-License-Identifier: Apache-2.0
#include "footage/volume_paths.hpp"

#include <fmt/format.h>

namespace vantage::footage {

Result<std::string> VolumePaths::of(const std::string& volume) const {
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = known_.find(volume); known != known_.end()) return known->second;
    }
    const auto rows = catalog_.volumes();
    if (rows.has_error()) return rows.error();
    const std::lock_guard lock(mutex_);
    for (const auto& row : *rows) known_[row.id] = row.path;
    const auto known = known_.find(volume);
    if (known == known_.end()) return fail(errc::not_found, fmt::format("volume {} is not known", volume));
    return known->second;
}

}  // namespace vantage::footage
