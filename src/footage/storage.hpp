// SPDX-License-Identifier: Apache-2.0
// What everything that writes to one storage shares.
#pragma once
#include "base/time.hpp"
#include "footage/file_system.hpp"
#include "footage/open_segments.hpp"
#include "footage/volume.hpp"
#include "store/catalog.hpp"

namespace vantage::footage {

// The referred-to objects outlive every user; each locks itself.
struct Storage {
    Volume volume;
    FileSystem& files;
    store::Catalog& catalog;
    OpenSegments& open_segments;
    const Clock& clock;
};

}  // namespace vantage::footage
