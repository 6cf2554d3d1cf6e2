// SPDX-License-Identifier: Apache-2.0
// Where volumes lie: their UUID to the path of their root, asked of the catalogue once. Safe from any thread; blocks on SQL.
#pragma once
#include "store/catalog.hpp"

#include <map>
#include <mutex>
#include <string>

namespace vantage::footage {

class VolumePaths {
  public:
    // `catalog` outlives it.
    explicit VolumePaths(const store::Catalog& catalog) : catalog_(catalog) {}

    [[nodiscard]] Result<std::string> of(const std::string& volume) const;  // not_found

  private:
    const store::Catalog& catalog_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::string> known_;  // guarded by mutex_
};

}  // namespace vantage::footage
