// SPDX-License-Identifier: Apache-2.0
// For tests: thumbnails to be found, without a storage: add packs to `open`.
#pragma once
#include "footage/fake_catalog.hpp"
#include "footage/thumbs.hpp"

namespace vantage::footage {

struct FakeThumbs {
    SystemFiles files;
    FakeCatalog catalog;
    OpenThumbs open;
    Thumbs thumbs{files, catalog, open};
};

}  // namespace vantage::footage
