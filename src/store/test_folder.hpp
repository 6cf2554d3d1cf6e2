// SPDX-License-Identifier: Apache-2.0
// For tests: a folder that is gone when the test ends.
#pragma once
#include <filesystem>
#include <stdlib.h>
#include <string>

namespace vantage::store {

class TestFolder {
  public:
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "vantage-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TestFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace vantage::store
