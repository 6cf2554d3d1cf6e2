// SPDX-License-Identifier: Apache-2.0
// The web page's files as they are linked into the binary (tools/embed.py). Constant; safe from any thread.
#pragma once
#include <span>
#include <string_view>

namespace vantage::serve {

struct PageFile {
    std::string_view path;  // "/index.html", "/assets/index-1a2b3c.js"
    std::string_view content_type;
    std::span<const unsigned char> plain;
    std::span<const unsigned char> gzip;  // empty where gzip would not be smaller
};

std::span<const PageFile> page_files();

}  // namespace vantage::serve
