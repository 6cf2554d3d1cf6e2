// SPDX-License-Identifier: Apache-2.0
// The binary time code of synthetic pictures (docs/time-code.md): two rows of 48 black and white cells over the whole width
// at the top edge, which say to the microsecond when the picture was made. Survives lossy coding and scaling down to 320
// pixels of width. Pure functions.
#pragma once
#include "base/time.hpp"

#include <cstdint>
#include <optional>

namespace vantage::time_code {

struct LumaPlane {
    std::uint8_t* data{nullptr};
    int width{0};
    int height{0};
    int stride{0};  // bytes from row to row
};
struct ConstLumaPlane {
    const std::uint8_t* data{nullptr};
    int width{0};
    int height{0};
    int stride{0};
};

struct Code {
    UtcTime time;
    int source{0};  // 0 to 1023: which of several synthetic cameras
    bool operator==(const Code&) const = default;
};

// Height in pixels of the strip of a picture of this height: a fifteenth, in whole pixels a row.
int strip_height(int picture_height);

// Draws over the top strip_height(height) rows. Times before 1970 are written as 1970.
void write(LumaPlane plane, const Code& code);

// Nothing when there is no intact code: too little contrast, wrong marks, parity or checksum.
std::optional<Code> read(ConstLumaPlane plane);

}  // namespace vantage::time_code
