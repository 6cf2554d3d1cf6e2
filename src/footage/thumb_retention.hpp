// SPDX-License-Identifier: Apache-2.0
// Removes thumbnails: with their segment, or, where they are kept longer, when they are old enough. Never those of a segment
// that stays. The file goes before its row, so that a crash leaves a row that is found again. Blocks.
#pragma once
#include "footage/file_system.hpp"
#include "footage/retention_plan.hpp"

namespace vantage::footage {

struct ThumbRetention {
    const std::filesystem::path& root;  // of the storage
    const std::string& volume;
    FileSystem& files;
    store::Catalog& catalog;
};

// Of segments that are being removed: before their own files. Those that are younger than `keep` stay.
Status remove_thumbs_of(const ThumbRetention& where, std::span<const store::SegmentRow> segments,
                        std::optional<microseconds> keep, UtcTime now);
// Those that outlived their segment and are older than `keep`; without it, than the stream's oldest footage. At most `most`
// of a stream. How many went.
Result<std::size_t> expire_thumbs(const ThumbRetention& where, std::span<const store::UsageRow> usage,
                                  std::optional<microseconds> keep, UtcTime now, std::size_t most);

}  // namespace vantage::footage
