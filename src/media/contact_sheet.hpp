// SPDX-License-Identifier: Apache-2.0
// Many small JPEGs on one, in rows: what players show while one moves along their timeline (sprites). Blocks, keeps a core
// busy. Safe from any thread.
#pragma once
#include "media/jpeg.hpp"

#include <span>

namespace vantage {

struct SheetLayout {
    int columns{25};
    int tile_width{160};  // pixels, even
    int tile_height{90};
};

// In reading order; an empty one, or one in which nothing can be seen, leaves its place grey. Each is stretched to its tile.
// errc::invalid_argument for a sheet of more than 16,384 pixels in a direction or none at all.
Result<Bytes> make_contact_sheet(std::span<const Bytes> jpegs, const SheetLayout& layout, int quality);

}  // namespace vantage
