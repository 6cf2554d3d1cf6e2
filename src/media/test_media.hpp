// SPDX-License-Identifier: Apache-2.0
// Foreign footage for tests, from $VANTAGE_TEST_MEDIA, by default beside the repository. Tests only.
#pragma once
#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace vantage::test {

inline std::filesystem::path media_root() {
    const char* const set = std::getenv("VANTAGE_TEST_MEDIA");
    if (set != nullptr) return set;
    for (auto at = std::filesystem::current_path();;
         at = at.parent_path()) {  // from the build folder up to beside the repository
        if (std::filesystem::exists(at / "shared/media/odd")) return at / "shared/media";
        if (at == at.parent_path()) return {};
    }
}

inline std::string media_file(const std::string& name) {
    const auto path = media_root() / name;
    return std::filesystem::exists(path) ? path.string() : std::string{};
}

inline Bytes read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace vantage::test

// `path` becomes the file's path; the test is skipped when there is none.
#define VANTAGE_MEDIA_OR_SKIP(path, name)                       \
    const std::string path = ::vantage::test::media_file(name); \
    if (path.empty()) GTEST_SKIP() << "no " << (name) << " in $VANTAGE_TEST_MEDIA"
