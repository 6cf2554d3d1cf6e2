// SPDX-License-Identifier: Apache-2.0
// Where a segment lies below the storage: footage/<camera>/<main|sub>/<YYYY-MM-DD>/<HHMMSS.mmm>Z.mp4, all UTC. Pure
// functions.
#pragma once
#include "base/ids.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vantage::footage {

struct SegmentName {
    StreamKey stream;
    UtcTime start;  // milliseconds, truncated
    int suffix{0};  // over 0 when the name was in use: ...Z-1.mp4
    bool operator==(const SegmentName&) const = default;
};

// Relative to the storage directory, with '/'.
std::string segment_path(const SegmentName& name);
// Nothing for a path that segment_path does not write.
std::optional<SegmentName> parse_segment_path(std::string_view relative);

}  // namespace vantage::footage
