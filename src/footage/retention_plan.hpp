// SPDX-License-Identifier: Apache-2.0
// Which segments must go: by age, by bytes, by free space, oldest first. Pure functions over what the caller read from the
// catalogue; they delete nothing and know no file.
#pragma once
#include "store/catalog.hpp"
#include "store/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace vantage::footage {

// The reason of a protection that ends by itself within a minute: it is heeded, but not noted in the rows of segments.
inline constexpr std::string_view kPassingProtection{"a moment is made"};

// A limit over the streams that it covers: one stream, a camera's both (no kind), or all (neither).
struct RetentionRule {
    std::optional<CameraId> camera{};
    std::optional<StreamKind> kind{};
    std::optional<microseconds> age{};     // footage that ended longer ago goes
    std::optional<std::uint64_t> bytes{};  // of all covered streams together
    [[nodiscard]] bool covers(const StreamKey& stream) const {
        return (!camera || *camera == stream.camera) && (!kind || *kind == stream.kind);
    }
    bool operator==(const RetentionRule&) const = default;
};

struct RetentionPolicy {
    std::vector<RetentionRule> rules{};
    double keep_free_percent{10};                    // of the disk
    std::optional<std::uint64_t> keep_free_bytes{};  // instead of the percentage
    // Thumbnails stay so long, also without their video; at least as long as that. Nothing: with it.
    std::optional<microseconds> keep_thumbs{};
    bool operator==(const RetentionPolicy&) const = default;
};

struct DiskSpace {
    std::uint64_t total{0};
    std::uint64_t free{0};  // for this program, without what the file system reserves for root
};

// One stream's footage on the volume.
struct Held {
    StreamKey stream;
    std::uint64_t bytes{0};                 // all of it, protected too
    std::vector<store::SegmentRow> oldest;  // those that may go, oldest first; perhaps not all
};

// How many bytes of the disk stay free. Never less than 1 % (at most 1 GiB): room is made before it is written to.
std::uint64_t bytes_to_keep_free(const RetentionPolicy& policy, const DiskSpace& space);

// The segments of `held` that must go now. `by_age`: false while the clock cannot be trusted. Protected and open rows, and
// those that overlap a protection, stay. Ask again after deleting: `held` may not list everything that must go.
std::vector<store::SegmentRow> plan_retention(std::span<const Held> held, const RetentionPolicy& policy,
                                              std::span<const store::ProtectionRow> protections, UtcTime now, bool by_age,
                                              const DiskSpace& space);

// A protection that overlaps the row, or null.
const store::ProtectionRow* protection_of(const store::SegmentRow& row, std::span<const store::ProtectionRow> protections);

}  // namespace vantage::footage
