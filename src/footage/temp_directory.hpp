// SPDX-License-Identifier: Apache-2.0
// For tests: a directory that is gone with its contents when it goes out of scope.
#pragma once
#include <filesystem>
#include <stdlib.h>
#include <string>

namespace vantage::footage {

class TempDirectory {
  public:
    TempDirectory() {
        std::string pattern = std::filesystem::temp_directory_path() / "vantage-footage-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~TempDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace vantage::footage
