// SPDX-License-Identifier: Apache-2.0
// Serves the embedded page: files by path, index.html for every address of the page itself. Built once; immutable; safe from
// any thread.
#pragma once
#include "net/http_message.hpp"
#include "serve/page.hpp"

#include <map>
#include <span>
#include <string>

namespace vantage::serve {

class Page {
  public:
    // index.html's <base href="/"> becomes the base path's.
    Page(std::span<const PageFile> files, const std::string& base_path);

    // not_found for what is neither a file nor an address a browser shows.
    [[nodiscard]] Result<net::Response> serve(const net::Request& request) const;

  private:
    struct Asset {
        PageFile file;
        std::string etag;
    };
    [[nodiscard]] static net::Response respond(const net::Request& request, const Asset& asset, bool immutable);

    std::map<std::string, Asset, std::less<>> assets_;
    std::string index_text_;  // with the base path
    Asset index_;
};

}  // namespace vantage::serve
